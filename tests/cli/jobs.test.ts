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
  ...{ trades: 74, duration_days: 3_116 },
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
    expect(cli.stdout()).toMatch(/^return_pct +1\.50 +1\.50$/m)
    expect(cli.stdout()).toMatch(/^trades +74 +74$/m)
    expect(cli.stdout()).toMatch(/^duration_days +3,116 +3,116$/m)
    expect(cli.stdout()).toContain('Note: 2 bars were ambiguous.')
  })

  test.each([
    [['--param', 'fast'], '--param "fast" is not understood; like --param fast=10'],
    [['--param', 'fast=ten'], '--param fast "ten" is no number'],
    [['--param', 'fast=0x10'], '--param fast "0x10" is no number'],
    [['--cash', 'Infinity'], '--cash "Infinity" is no number'],
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
    notes: ['An order was not filled.'],
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
    expect(cli.stdout()).toMatch(/^trades +74$/m)
    expect(cli.stdout()).toMatch(/^Note: An order was not filled\.\nMostly luck\.\n$/m)
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

describe('walk-forward', () => {
  const span = (first: string, last: string) => ({ from: 0, to: 1, first, last })
  const fold = (at: number, sharpe: number | null) => ({
    ...{ fold: at, folds: 2, evaluated: 40, params: { fast: 5 + at, slow: 60 } },
    ...{ train: span('2004-08-19', '2006-08-11'), test: span(`200${6 + at}-08-14`, `200${7 + at}-02-12`) },
    in_sample: stats(1.2),
    out_of_sample: { ...stats(0), sharpe_ratio: sharpe, return_pct: -3.456 },
  })
  const found = {
    ...{ stats: stats(0.31), buy_and_hold: stats(0.4), efficiency: 0.42, profitable_folds: 1 },
    ...{ stability: { fast: 0.02 }, folds: [fold(0, 0.5), fold(1, null)] },
    ...{ honesty: { sentences: ['Mostly luck.'] }, notes: ['Capital goes from test to test.'] },
  }
  const words = ['--ticker', 'GOOG', '--grid', 'fast=5:50:5', '--train-bars', '500', '--test-bars', '125']

  test('prints fold by fold, then the whole, what it is worth, and what to know', async () => {
    const cli = createTestCli({ answers: createDesk(found) })
    expect(await cli.run('walk-forward', ...words, '--anchored', '--purge-bars', '5')).toBe(0)
    expect(cli.bodies).toEqual([
      {
        ...{ kind: 'walk-forward', ticker: 'GOOG', grid: { fast: [5, 50, 5] } },
        ...{ train_bars: 500, test_bars: 125, anchored: true, purge_bars: 5 },
      },
    ])
    const lines = cli.stdout().split('\n')
    expect(lines.slice(0, 4).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['Fold', 'Tested', 'Parameters', 'Sharpe in', 'out', 'Return % out'],
      ['1', '2006-08-14 to 2007-02-12', 'fast=5 slow=60', '1.20', '0.50', '−3.46'],
      ['2', '2007-08-14 to 2008-02-12', 'fast=6 slow=60', '1.20', '–', '−3.46'],
      [''],
    ])
    expect(cli.stdout()).toMatch(/^sharpe_ratio +0\.3100 +0\.4000$/m)
    expect(lines.slice(-5)).toEqual([
      'Efficiency (return a year, out of sample to in sample): 0.42',
      'Tests that made money: 1 of 2',
      'Note: Capital goes from test to test.',
      'Mostly luck.',
      '',
    ])
  })

  test('--json prints run_id, stats, folds, efficiency, stability and honesty', async () => {
    const cli = createTestCli({ answers: createDesk(found) })
    await cli.run('walk-forward', ...words, '--json')
    const { stats: whole, folds, efficiency, stability, honesty } = found
    expect(JSON.parse(cli.stdout())).toEqual({
      run_id: GOOG,
      ...{ stats: whole, folds, efficiency, stability, honesty },
    })
  })
})

describe('train', () => {
  const scores = (accuracy: number, auc: number | null) => ({
    ...{ accuracy, baseline: 0.5412, log_loss: 0.6901, brier: 0.2485, auc },
  })
  const found = {
    model: { model: 'forest', ...scores(0.5555, 0.51), hash: 'ab' },
    folds: [
      { fold: 0, folds: 2, ...scores(0.5, null) },
      { fold: 1, folds: 2, ...scores(0.611, 0.6) },
    ],
    notes: ['line 3 was mended'],
  }
  const words = [
    '--ticker',
    'GOOG',
    '--model',
    'forest',
    '--horizon-bars',
    '5',
    '--features',
    'rsi_14, atr_14',
  ]

  test('posts what was typed and prints the scores of each fold, and of all', async () => {
    const cli = createTestCli({ answers: createDesk(found) })
    expect(await cli.run('train', ...words, '--folds', '2', '--seed', '7')).toBe(0)
    expect(cli.bodies).toEqual([
      {
        ...{ kind: 'train', ticker: 'GOOG', model: 'forest', horizon_bars: 5 },
        ...{ features: ['rsi_14', 'atr_14'], folds: 2, seed: 7 },
      },
    ])
    expect(
      cli
        .stdout()
        .split('\n')
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ['Fold', 'Accuracy', 'Baseline', 'Log loss', 'Brier', 'AUC'],
      ['1', '0.500', '0.541', '0.690', '0.249', '–'],
      ['2', '0.611', '0.541', '0.690', '0.249', '0.600'],
      ['all', '0.556', '0.541', '0.690', '0.249', '0.510'],
      ['Note: line 3 was mended'],
      [''],
    ])
  })

  test('--json prints run_id, model and folds', async () => {
    const cli = createTestCli({ answers: createDesk(found) })
    await cli.run('train', ...words, '--json')
    expect(JSON.parse(cli.stdout())).toEqual({ run_id: GOOG, model: found.model, folds: found.folds })
  })
})
