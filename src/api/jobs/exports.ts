/** What a job has found as files: its trades, its equity, and every trial of a search, written as they are read. */
import { createRoute, z } from '@hono/zod-openapi'
import { NotFoundError } from '../../core/errors.ts'
import type { BacktestResult } from '../../lab/backtest-result.ts'
import { isJobKind } from '../../lab/job-inputs.ts'
import type { LabDesk } from '../../lab/lab-desk.ts'
import type { Trial } from '../../lab/trials.ts'
import { isTerminal } from '../../runs/status.ts'
import type { SimulatedTrade } from '../../trading/simulation.ts'
import { STATISTICS } from '../../trading/statistics.ts'
import type { ApiDeps } from '../api-env.ts'
import { createRoutes, type ApiRoutes } from '../routes.ts'
import { failures, runParams } from '../schemas.ts'
import { formatCsvLine } from './csv-line.ts'

function describeFile(path: string, summary: string, type: 'text/csv' | 'application/json') {
  return createRoute({
    method: 'get',
    path,
    tags: ['Jobs'],
    summary,
    request: { params: runParams },
    responses: {
      200: { description: 'The file', content: { [type]: { schema: z.string() } } },
      ...failures(400, 404),
    },
  })
}

const tradesCsv = describeFile('/jobs/{id}/trades.csv', 'The trades of a job', 'text/csv')
const equityCsv = describeFile(
  '/jobs/{id}/equity.csv',
  'The equity of a job, thinned for drawing',
  'text/csv',
)
const trialsCsv = describeFile('/jobs/{id}/trials.csv', 'Every trial of a search', 'text/csv')
const trialsJson = describeFile('/jobs/{id}/trials.json', 'Every trial of a search', 'application/json')

const TRADE_COLUMNS = [
  ...['ticker', 'size', 'entry_time', 'exit_time', 'entry_price', 'exit_price', 'pnl', 'return_pct'],
  ...['commission', 'exit_reason', 'tag'],
] as const

export function createJobExportRoutes({ desk, lab }: ApiDeps): ApiRoutes {
  const routes = createRoutes()

  /** The result of a run that trades, or why there is none. */
  async function requireResult(id: string): Promise<BacktestResult> {
    const { kind, status } = desk.summary(id)
    if (!isJobKind(kind) || kind === 'train')
      throw new NotFoundError(`run ${id} never has trades: it is of kind ${kind}`)
    const result = await lab.result(id)
    if (result) return result
    throw new NotFoundError(`run ${id} has no result${isTerminal(status) ? '' : ' yet'}: it is ${status}`)
  }

  routes.openapi(tradesCsv, async (c) => {
    const { id } = c.req.valid('param')
    await requireResult(id)
    return answerFile(await streamText(writeTrades(lab, id)), 'text/csv', `${id}-trades.csv`)
  })

  routes.openapi(equityCsv, async (c) => {
    const { id } = c.req.valid('param')
    const { curve } = await requireResult(id)
    const lines = curve.time.map((ms, i) =>
      formatCsvLine([
        new Date(ms).toISOString(),
        curve.equity[i],
        curve.drawdown_pct[i],
        curve.buy_and_hold[i],
      ]),
    )
    const head = formatCsvLine(['time', 'equity', 'drawdown_pct', 'buy_and_hold'])
    return answerFile([head, ...lines].join(''), 'text/csv', `${id}-equity.csv`)
  })

  routes.openapi(trialsCsv, async (c) => {
    const { id } = c.req.valid('param')
    desk.summary(id)
    return answerFile(await streamText(writeCsv(lab, id)), 'text/csv', `${id}-trials.csv`)
  })

  routes.openapi(trialsJson, async (c) => {
    const { id } = c.req.valid('param')
    desk.summary(id)
    return answerFile(await streamText(writeJson(lab, id)), 'application/json', `${id}-trials.json`)
  })
  return routes
}

async function* writeTrades(lab: LabDesk, id: string): AsyncGenerator<string> {
  let head = formatCsvLine(TRADE_COLUMNS)
  for await (const trades of lab.eachTrade(id)) {
    yield head + trades.map(writeTrade).join('')
    head = ''
  }
  yield head
}

function writeTrade(trade: SimulatedTrade): string {
  return formatCsvLine(
    TRADE_COLUMNS.map((name) =>
      name === 'entry_time' || name === 'exit_time' ? new Date(trade[name]).toISOString() : trade[name],
    ),
  )
}

async function* writeCsv(lab: LabDesk, id: string): AsyncGenerator<string> {
  let names: string[] | null = null
  for await (const trials of lab.eachTrial(id)) {
    let text = ''
    for (const trial of trials) {
      if (names === null) {
        names = Object.keys(trial.params)
        text += formatCsvLine(['trial', ...names, ...STATISTICS])
      }
      text += formatCsvLine(rowOf(trial, names))
    }
    yield text
  }
}

function rowOf({ trial, params, stats }: Trial, names: readonly string[]): unknown[] {
  return [trial, ...names.map((name) => params[name]), ...STATISTICS.map((name) => stats[name])]
}

async function* writeJson(lab: LabDesk, id: string): AsyncGenerator<string> {
  let separator = '[\n'
  for await (const trials of lab.eachTrial(id)) {
    let text = ''
    for (const trial of trials) {
      text += separator + JSON.stringify(trial)
      separator = ',\n'
    }
    yield text
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n'
}

/** Begun before it is answered, so that a search that cannot be read is refused and not broken off. */
async function streamText(pieces: AsyncGenerator<string>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder()
  const first = await pieces.next()
  let held: string | null = first.done ? null : first.value
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (held !== null) {
        controller.enqueue(encoder.encode(held))
        held = null
        return
      }
      const next = await pieces.next()
      if (next.done) controller.close()
      else controller.enqueue(encoder.encode(next.value))
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

function answerFile(body: string | ReadableStream<Uint8Array>, type: string, name: string): Response {
  return new Response(body, {
    headers: {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'no-store',
    },
  })
}
