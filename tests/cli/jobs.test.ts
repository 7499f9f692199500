/** The lab's commands, against a desk whose answers are the test's own. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { STATISTICS } from '../../src/trading/statistics.ts'
import type { Summary } from '../../src/runs/summary.ts'
import { createTestCli, describeRun, type Answers } from '../support/cli-context.ts'
import { createTempDir } from '../support/temp-dir.ts'

const GOOG = 'GOOG--2026-11-20_10.00.00--0a1b2c'
const stats = (sharpe: number) => ({
  ...Object.fromEntries(STATISTICS.map((name) => [name, 1.5])),
  ...{ start: '2004-08-19', end: '2013-03-01', sharpe_ratio: sharpe, calmar_ratio: null },
})
const BACKTEST = {
  stats: stats(0.60074),
  buy_and_hold: stats(0.4),
  trades: [{ size: 3 }],
  notes: ['2 bars were ambiguous.'],
}

function createDesk(result: object | null, looks: Partial<Summary>[] = [{}]): Answers {
  let look = 0
  return {
    'POST /jobs': () => Response.json({ job_id: GOOG, run_id: GOOG }, { status: 202 }),
    [`GET /runs/${GOOG}/status`]: () => describeRun(GOOG, looks[Math.min(look++, looks.length - 1)]),
    [`GET /jobs/${GOOG}`]: () => ({ job_id: GOOG, result }),
  }
}

describe('backtest', () => {
  test('posts what was typed and leaves the rest to the desk', async () => {
    const cli = createTestCli({ answers: createDesk(BACKTEST) })
    const code = await cli.run(
      ...[
        'backtest',
        '--ticker',
        'GOOG',
        '--strategy',
        'sma-cross',
        '--param',
        'fast=10',
        '--param',
        'slow=20',
      ],
      ...[
        '--cash',
        '10000',
        '--commission',
        '0.002',
        '--spread',
        '0',
        '--no-short',
        '--fractional',
        '--finalize',
        '--json',
      ],
    )
    expect(code).toBe(0)
    expect(cli.bodies).toEqual([
      {
        kind: 'backtest',
        ticker: 'GOOG',
        strategy: 'sma-cross',
        params: { fast: 10, slow: 20 },
        cash: 10_000,
        commission: 0.002,
        spread: 0,
        allow_short: false,
        whole_shares: false,
        finalize: true,
      },
    ])
  })

  test('--json prints one document with run_id, stats and trades, and nothing else', async () => {
    const cli = createTestCli({ answers: createDesk(BACKTEST) })
    await cli.run('backtest', '--ticker', 'GOOG', '--json')
    expect(JSON.parse(cli.stdout())).toEqual({ run_id: GOOG, stats: BACKTEST.stats, trades: BACKTEST.trades })
    expect(cli.stderr()).toBe('')
  })

  test('for a person prints every statistic beside buying and holding, and what to know', async () => {
    const cli = createTestCli({ answers: createDesk(BACKTEST) })
    await cli.run('backtest', '--ticker', 'GOOG')
    expect(cli.stdout()).toMatch(/^Statistic +Strategy +Buy and hold$/m)
    expect(cli.stdout()).toMatch(/^sharpe_ratio +0\.6007 +0\.4000$/m)
    expect(cli.stdout()).toMatch(/^calmar_ratio +– +–$/m)
    expect(cli.stdout()).toContain('Note: 2 bars were ambiguous.')
  })

  test.each([
    [['--param', 'fast'], '--param "fast" is not understood; like --param fast=10'],
    [['--param', 'fast=ten'], '--param fast "ten" is no number'],
    [['--cash', '10k'], '--cash "10k" is no number'],
    [['--data', '/no/such/file.csv'], '--data "/no/such/file.csv" is no file that can be read'],
  ])('refuses %j before anything is launched', async (words, message) => {
    const cli = createTestCli({ answers: createDesk(BACKTEST) })
    expect(await cli.run('backtest', ...words)).toBe(2)
    expect(cli.stderr()).toBe(`${message}\n`)
    expect(cli.bodies).toEqual([])
  })

  test('--data sends the file first, says what was mended, and names its bars by their hash', async () => {
    const file = join(await createTempDir(), 'my prices.csv')
    await writeFile(file, 'Date,Open,High,Low,Close\n2012-06-29,10,12,9,11\n')
    const series = 'ab'.repeat(32)
    const answers = {
      ...createDesk(BACKTEST),
      'POST /series': () =>
        Response.json(
          { series, rows: 1, repairs: [{ line: 1, reason: 'no column for volume: it is 0 throughout' }] },
          { status: 201 },
        ),
    }
    const cli = createTestCli({ answers })
    expect(await cli.run('backtest', '--data', file, '--json')).toBe(0)
    expect(cli.requests.find((line) => line.startsWith('POST /series'))).toBe(
      'POST /series?name=my+prices.csv',
    )
    expect(cli.bodies).toEqual([{ kind: 'backtest', imported: series }])
    expect(cli.stderr()).toBe('line 1: no column for volume: it is 0 throughout\n')
  })

  test('that fails says why, and leaves 1', async () => {
    const cli = createTestCli({ answers: createDesk(null, [{ status: 'error', error: 'no bars' }]) })
    expect(await cli.run('backtest', '--ticker', 'GOOG')).toBe(1)
    expect(cli.stderr()).toContain('no bars')
  })

  test('Ctrl-C detaches, and says how to cancel', async () => {
    const working: Partial<Summary> = { status: 'in_progress', ended_at: null }
    const answers = createDesk(null, [working])
    const cli = createTestCli({
      answers: {
        ...answers,
        [`GET /runs/${GOOG}/status`]: () => {
          cli.signal('SIGINT')
          return describeRun(GOOG, working)
        },
      },
    })
    expect(await cli.run('backtest', '--ticker', 'GOOG')).toBe(130)
    expect(cli.stderr()).toContain(`rundesk cancel ${GOOG}`)
  })
})

describe('optimize', () => {
  const best = { trial: 562, params: { fast: 6, slow: 163 }, stats: stats(0.367986) }
  const found = {
    best,
    evaluated: 10_000,
    refused: 0,
    failed: 2,
    planned: 10_000,
    honesty: { sentences: ['Mostly luck.'] },
    notes: [],
  }

  test('reads ranges with and without a step', async () => {
    const cli = createTestCli({ answers: createDesk(found) })
    await cli.run(
      'optimize',
      '--ticker',
      'GOOG',
      '--grid',
      'fast=1:100',
      '--grid',
      'slow=101:200:1',
      '--maximize',
      'sharpe_ratio',
      '--constraint',
      'fast < slow',
    )
    expect(cli.bodies).toEqual([
      {
        kind: 'optimize',
        ticker: 'GOOG',
        grid: { fast: [1, 100], slow: [101, 200, 1] },
        maximize: 'sharpe_ratio',
        constraint: 'fast < slow',
      },
    ])
    expect(cli.stdout()).toMatch(/^Best of 10000 tries, 2 failed: fast=6 slow=163$/m)
    expect(cli.stdout()).toMatch(/Mostly luck\.\n$/)
  })

  test('--json prints run_id, best, evaluated and honesty', async () => {
    const cli = createTestCli({ answers: createDesk(found) })
    await cli.run('optimize', '--ticker', 'GOOG', '--grid', 'fast=1:100', '--json')
    const { trial: _, ...shown } = best
    expect(JSON.parse(cli.stdout())).toEqual({
      run_id: GOOG,
      best: shown,
      evaluated: 10_000,
      honesty: found.honesty,
    })
  })

  test('refuses what is no range', async () => {
    const cli = createTestCli({ answers: createDesk(found) })
    expect(await cli.run('optimize', '--grid', 'fast=1')).toBe(2)
    expect(cli.stderr()).toContain('--grid "fast=1" is no range')
  })
})
