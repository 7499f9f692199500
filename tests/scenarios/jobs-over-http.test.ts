/** The lab by HTTP alone, against a served desk: launch, look, export, cancel, and what is refused. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STATISTICS } from '../../src/trading/statistics.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'
import { makeTempDesk } from '../support/temp-desk.ts'

const SAMPLE = resolve(import.meta.dirname, '../../data/sample/GOOG.csv')
const CROSS = { kind: 'backtest', ticker: 'GOOG', params: { fast: 10, slow: 20 }, commission: 0.002 }

interface Job {
  job_id: string
  kind: string
  state: string
  progress: number | null
  progress_message: string | null
  eta_seconds: number | null
  started_at: string | null
  finished_at: string | null
  log: string
  result: Record<string, unknown> | null
}

let desk: ReturnType<typeof makeTempDesk>
let server: ServerProcess
beforeAll(async () => {
  desk = makeTempDesk()
  server = await startServer(desk)
})
afterAll(async () => {
  await server.kill('SIGTERM')
  desk.remove()
})

async function ask(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') {
  const response = await fetch(server.url + path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  const text = await response.text()
  return { status: response.status, text, json: () => JSON.parse(text) as never }
}

async function finish(input: object): Promise<Job> {
  const launched = await ask('/jobs', input)
  expect([launched.status, launched.text]).toEqual([202, expect.stringContaining('job_id')])
  const { job_id: id } = launched.json() as { job_id: string }
  await createRunClient(server.url).ended(id)
  return (await ask(`/jobs/${id}`)).json()
}

describe('a backtest', () => {
  test('succeeds with the reference figures, its trades and the place of its log', async () => {
    const job = await finish(CROSS)
    expect(Object.keys(job).sort()).toEqual(
      [
        ...['job_id', 'kind', 'state', 'progress', 'progress_message', 'eta_seconds'],
        ...['started_at', 'finished_at', 'log', 'result'],
      ].sort(),
    )
    expect(job).toMatchObject({ kind: 'backtest', state: 'SUCCEEDED', progress: 1, eta_seconds: null })
    const { stats, trades } = job.result as { stats: Record<string, number>; trades: object[] }
    expect(Object.keys(stats).sort()).toEqual(['start', 'end', ...STATISTICS].sort())
    expect(stats.equity_final).toBeCloseTo(56_263.51934, 4)
    expect(stats.sharpe_ratio).toBeCloseTo(0.60074, 5)
    expect(trades.length).toBe(94)
    expect(await readFile(join(desk.resultsDir, job.log), 'utf8')).toMatch(/GOOG/)
    const csv = await ask(`/jobs/${job.job_id}/trades.csv`)
    expect(csv.text.split('\r\n')).toHaveLength(1 + trades.length + 1)
  })

  test('on the text of a file is the same as on the ticker, and so is one on a file sent before', async () => {
    const csv = await readFile(SAMPLE, 'utf8')
    const { result: plain } = await finish(CROSS)
    const { ticker: _, ...rules } = CROSS
    const brought = await fetch(`${server.url}/series?name=GOOG.csv`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: csv,
    })
    const { series, rows, repaired } = (await brought.json()) as {
      series: string
      rows: number
      repaired: number
    }
    expect([brought.status, rows, repaired]).toEqual([201, 2_148, 0])
    for (const bars of [{ csv }, { imported: series }]) {
      const { result } = await finish({ ...rules, ...bars })
      expect(result!.stats).toEqual(plain!.stats)
    }
    expect((await ask('/series')).json()).toMatchObject([{ series, ticker: 'GOOG', name: 'GOOG.csv' }])
  })
})

describe('a search', () => {
  const search = {
    kind: 'optimize',
    ticker: 'GOOG',
    commission: 0.002,
    finalize: true,
    grid: { fast: [5, 8], slow: [160, 165] },
  }

  test('succeeds with its best, the same as a backtest of it, and every trial as a file', async () => {
    const job = await finish(search)
    const { best, evaluated, honesty } = job.result as {
      best: { params: { fast: number; slow: number }; stats: Record<string, number | null> }
      evaluated: number
      honesty: { trials: number; sentences: string[] }
    }
    expect([best.params, evaluated]).toEqual([{ fast: 6, slow: 163 }, 24])
    expect(best.stats.sharpe_ratio).toBeCloseTo(0.3679860344, 9)
    expect(honesty.trials).toBe(24)
    const { result } = await finish({ ...CROSS, finalize: true, params: best.params })
    expect(result!.stats).toMatchObject(best.stats)
    const lines = (await ask(`/jobs/${job.job_id}/trials.csv`)).text.trimEnd().split('\r\n')
    expect([lines.length, lines[0]]).toEqual([25, ['trial', 'fast', 'slow', ...STATISTICS].join(',')])
    const trials = (await ask(`/jobs/${job.job_id}/trials.json`)).json() as object[]
    expect(trials).toHaveLength(24)
  })

  test('that is cancelled says so, again is fine, and the list shows it', async () => {
    const { job_id: id } = (
      await ask('/jobs', { ...search, grid: { fast: [1, 100], slow: [101, 500] } })
    ).json() as Job
    expect((await ask(`/jobs/${id}/cancel`, {})).status).toBe(202)
    const again = await ask(`/jobs/${id}/cancel`, {})
    expect([again.status, (again.json() as Job).state]).toEqual([202, 'CANCELED'])
    const listed = (await ask('/jobs?state=canceled&kind=optimize')).json() as Job[]
    expect(listed.map((job) => job.job_id)).toContain(id)
  })
})

describe('refused', () => {
  test.each([
    [{ ...CROSS, kind: undefined }, /kind is missing; one of backtest/],
    [{ ...CROSS, kind: 'optimise' }, /kind is "optimise"; did you mean "optimize"\?/],
    [{ ...CROSS, comission: 0.1 }, /unknown field "comission"; did you mean "commission"\?/],
    [{ ...CROSS, strategy: 'sma-cros' }, /"sma-cros".*did you mean "sma-cross"\?/],
    [{ ...CROSS, params: { fats: 10 } }, /"fats".*did you mean "fast"\?/],
    [{ ...CROSS, params: { fast: 0 } }, /fast is 0; allowed: 1/],
    [{ ...CROSS, ticker: 'NOPE' }, /NOPE/],
    [{ ...CROSS, cash: -1 }, /cash.*-1/],
    [{ ...CROSS, start: '2012-06-29', end: '2012-01-01' }, /start "2012-06-29" is after end/],
    [{ kind: 'optimize', ticker: 'GOOG', grid: { fsat: [1, 5] } }, /"fsat".*did you mean "fast"\?/],
    [
      { kind: 'optimize', ticker: 'GOOG', grid: { fast: [1, 5] }, maximize: 'sharp_ratio' },
      /maximize.*sharp_ratio/,
    ],
    [
      { kind: 'optimize', ticker: 'GOOG', grid: { fast: [1, 5] }, constraint: 'process.exit()' },
      /constraint/,
    ],
    [
      { ...CROSS, ticker: undefined, csv: 'Date,Open,High,Low,Close\n2012-06-29,1,2,3,4\n' },
      /line 2: high 2 is below 4/,
    ],
  ])('%j', async (input, message) => {
    const { status, json } = await ask('/jobs', input)
    expect(status).toBe(400)
    expect((json() as { error: string }).error).toMatch(message)
  })

  test('trades of what never trades are said to be none, those that may come to be none yet', async () => {
    const told = async (input: object) => {
      const { job_id: id } = (await ask('/jobs', input)).json() as Job
      const { status, text } = await ask(`/jobs/${id}/trades.csv`)
      await ask(`/jobs/${id}/cancel`, {})
      return [status, text]
    }
    expect(await told({ kind: 'train', ticker: 'GOOG' })).toEqual([
      404,
      expect.stringContaining('never has trades: it is of kind train'),
    ])
    const long = { kind: 'optimize', ticker: 'GOOG', grid: { fast: [1, 100], slow: [101, 500] } }
    expect(await told(long)).toEqual([404, expect.stringMatching(/has no result yet: it is \w+/)])
  })

  test('a run that is no job is none here', async () => {
    const { runs } = await createRunClient(server.url).launch('AAPL', '2012-06-29')
    const { status, text } = await ask(`/jobs/${runs[0]!.run_id}`)
    expect([status, text]).toEqual([404, expect.stringContaining('is no job')])
  })
})
