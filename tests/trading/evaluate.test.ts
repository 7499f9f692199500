import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Bars } from '../../src/market/series.ts'
import { createEvaluator } from '../../src/trading/evaluate.ts'
import { DEFAULT_RULES, type TradingRules } from '../../src/trading/rules.ts'
import { STATISTICS, type Statistic } from '../../src/trading/statistics.ts'
import { buyAndHold } from '../../src/trading/strategies/buy-and-hold.ts'
import { smaCross } from '../../src/trading/strategies/sma-cross.ts'
import type { TickerBars } from '../../src/trading/strategies/strategy.ts'
import { makeBars } from '../support/hand-made-bars.ts'
import { loadSampleRaw } from '../support/sample-bars.ts'
import { asOrders } from '../support/signals-as-orders.ts'
import { walkBars, type Walk } from '../support/walked-bars.ts'

interface ReferenceCase {
  name: string
  bars: 'GOOG' | Walk
  fast: number
  slow: number
  rules: Partial<TradingRules>
  stats: Record<Statistic, number | null>
}

const { cases } = JSON.parse(
  readFileSync(new URL('./reference/backtesting-py.json', import.meta.url), 'utf8'),
) as { cases: ReferenceCase[] }

let goog: TickerBars
const rulesOf = (rules: Partial<TradingRules>) => ({ ...DEFAULT_RULES, ...rules })
const all = ({ close }: Bars) => ({ from: 0, to: close.length })
const at = (name: Statistic) => STATISTICS.indexOf(name)

beforeAll(async () => {
  goog = { ticker: 'GOOG', bars: await loadSampleRaw('GOOG') }
})

function seriesOf({ bars }: ReferenceCase): TickerBars {
  return bars === 'GOOG' ? goog : { ticker: 'WALK', bars: walkBars(bars) }
}

function isNear(value: number | null, reference: number | null): boolean {
  if (value === null || reference === null) return value === reference
  return Math.abs(value - reference) <= 1e-6 * Math.abs(reference) + 1e-12
}

describe('a backtest beside backtesting.py 0.6.6', () => {
  it.each(cases)('gives every statistic to 1e-6: $name', (one) => {
    const series = seriesOf(one)
    const { stats } = createEvaluator([series], smaCross, rulesOf(one.rules)).simulate(
      { fast: one.fast, slow: one.slow },
      all(series.bars),
    )
    const apart = STATISTICS.filter((name) => !isNear(stats[name], one.stats[name]))
    expect(apart.map((name) => [name, stats[name], one.stats[name]])).toEqual([])
  })

  it('gives the figures that its documentation has become known by', () => {
    const published: [Partial<TradingRules>, number, Partial<Record<Statistic, number>>][] = [
      [
        { commission: 0.002 },
        20,
        {
          ...{ equity_final: 56263.51934, trades: 93, return_ann_pct: 22.477536 },
          ...{ volatility_ann_pct: 37.416415, sharpe_ratio: 0.60074, sortino_ratio: 1.145087 },
          ...{ calmar_ratio: 0.662437, max_drawdown_pct: -33.931592, win_rate_pct: 52.688172 },
          ...{ profit_factor: 1.993488, sqn: 1.584392, kelly_criterion: 0.209288 },
        },
      ],
      [{ spread: 0.002 }, 20, { equity_final: 68935.11986, sharpe_ratio: 0.661727 }],
      [{ finalize: true }, 30, { equity_final: 51422.99, trades: 66, sharpe_ratio: 0.580623 }],
    ]
    for (const [rules, slow, figures] of published) {
      const evaluator = createEvaluator([goog], smaCross, rulesOf(rules))
      const { stats } = evaluator.simulate({ fast: 10, slow }, all(goog.bars))
      for (const [name, figure] of Object.entries(figures)) {
        expect(Math.abs(stats[name as Statistic]! / figure - 1), name).toBeLessThan(1e-6)
      }
    }
  })
})

describe('a search of ten thousand', () => {
  it('finds (6, 163) best by Sharpe, and each row is what the same trial says alone, to the last bit', () => {
    const rules = rulesOf({ commission: 0.002, finalize: true })
    const evaluator = createEvaluator([goog], smaCross, rules)
    const range = all(goog.bars)
    const rows = new Float64Array(10_000 * STATISTICS.length)
    const pairs: { fast: number; slow: number }[] = []
    for (let fast = 1; fast <= 100; fast++) {
      for (let slow = 101; slow <= 200; slow++) {
        evaluator.evaluate({ fast, slow }, range, rows, pairs.length * STATISTICS.length)
        pairs.push({ fast, slow })
      }
    }
    const sharpe = pairs.map((_, k) => rows[k * STATISTICS.length + at('sharpe_ratio')]!)
    const best = sharpe.indexOf(Math.max(...sharpe))
    expect(pairs[best]).toEqual({ fast: 6, slow: 163 })
    expect(sharpe[best]).toBeCloseTo(0.3679860344, 10)

    for (let k = 0; k < pairs.length; k += 997) {
      const { stats } = createEvaluator([goog], smaCross, rules).simulate(pairs[k]!, range)
      const row = rows.subarray(k * STATISTICS.length, (k + 1) * STATISTICS.length)
      expect(STATISTICS.map((name) => stats[name] ?? Number.NaN)).toEqual(Array.from(row))
    }
  })

  it('crosses the averages of (6, 117), which tie on paper, only where they cross', () => {
    const evaluator = createEvaluator([goog], smaCross, rulesOf({ commission: 0.002, finalize: true }))
    const { simulation } = evaluator.simulate({ fast: 6, slow: 117 }, all(goog.bars))
    expect(simulation.trades.map(({ entry_index }) => entry_index)).toEqual([
      ...[145, 160, 374, 411, 432, 465, 492, 524, 637, 672, 681, 695, 862, 933, 987, 1127, 1141, 1154],
      ...[1372, 1399, 1408, 1417, 1428, 1535, 1652, 1742, 1764, 1786, 1789, 1803, 1875, 1880, 1933, 2000],
    ])
  })
})

describe('a range', () => {
  it('is traded on by indicators that saw the bars before it', () => {
    const evaluator = createEvaluator([goog], smaCross, rulesOf({}))
    const range = { from: 1_000, to: 1_400 }
    const { simulation, stats } = evaluator.simulate({ fast: 10, slow: 200 }, range)
    expect(simulation.equity).toHaveLength(400)
    expect(simulation.equity[0]).toBe(DEFAULT_RULES.cash)
    expect(stats.start).toBe('2008-08-08')
    const whole = evaluator.simulate({ fast: 10, slow: 200 }, all(goog.bars)).simulation.trades
    const within = whole.filter(({ entry_index }) => entry_index > 1_000 && entry_index < 1_400)
    expect(simulation.trades.map(({ entry_index }) => entry_index)).toEqual(
      within.map(({ entry_index }) => entry_index),
    )
  })

  it('leaves the equity of its last trial to be read, one value a bar', () => {
    const evaluator = createEvaluator([goog], smaCross, rulesOf({}))
    const row = new Float64Array(STATISTICS.length)
    evaluator.evaluate({ fast: 5, slow: 30 }, { from: 300, to: 900 }, row, 0)
    const left = Float64Array.from(evaluator.equity)
    const { simulation } = evaluator.simulate({ fast: 5, slow: 30 }, { from: 300, to: 900 })
    expect(left).toEqual(simulation.equity)
    expect(left.at(-1)).toBe(row[at('equity_final')])
  })

  it('that is empty or reaches past the bars is refused', () => {
    const evaluator = createEvaluator([goog], smaCross, rulesOf({}))
    const row = new Float64Array(STATISTICS.length)
    for (const range of [
      { from: 5, to: 5 },
      { from: -1, to: 9 },
      { from: 0, to: 2_149 },
    ]) {
      expect(() => evaluator.evaluate({ fast: 1, slow: 2 }, range, row, 0)).toThrow(RangeError)
    }
  })
})

describe('the same strategy', () => {
  it('has the same statistics whether it places orders or gives signals', () => {
    const range = all(goog.bars)
    const rules = rulesOf({ commission: 0.002, stopLoss: 0.06, takeProfit: 0.2 })
    const params = { fast: 10, slow: 20 }
    const signals = createEvaluator([goog], smaCross, rules).simulate(params, range)
    const orders = createEvaluator([goog], asOrders(smaCross), rules).simulate(params, range)
    expect(orders.stats).toEqual(signals.stats)
  })

  it('is given its defaults where a parameter is left out, and refuses what it does not have', () => {
    const evaluator = createEvaluator([goog], smaCross, rulesOf({}))
    const range = all(goog.bars)
    expect(evaluator.simulate({}, range).stats).toEqual(
      evaluator.simulate({ fast: 10, slow: 20 }, range).stats,
    )
    expect(() => evaluator.simulate({ fast: 10, slaw: 20 }, range)).toThrow('slow')
    expect(() => evaluator.simulate({ fast: 10.5, slow: 20 }, range)).toThrow('fast is 10.5')
  })
})

describe('buying and holding', () => {
  it('pays the costs of one purchase and is valued at the last close', () => {
    const bars = makeBars([
      [100, 100, 100, 110],
      [110, 110, 110, 99],
      [99, 120, 99, 120],
    ])
    const rules = rulesOf({ commission: 0.01, spread: 0.02 })
    const { simulation, stats } = createEvaluator([{ ticker: 'A', bars }], smaCross, rules).buyAndHold({
      from: 0,
      to: 3,
    })
    // 102 a share and 1.02 of commission: 97 shares.
    const money = 10_000 - 97 * 102 * 1.01
    expect(Array.from(simulation.equity)).toEqual(
      [110, 99, 120].map((close) => expect.closeTo(money + 97 * close, 8)),
    )
    expect(simulation.trades).toMatchObject([
      { size: 97, entry_price: 102, exit_price: 120, exit_reason: 'open' },
    ])
    expect(stats.return_pct).toBeCloseTo((money + 97 * 120) / 100 - 100, 10)
    expect(stats).toMatchObject({ trades: 0, win_rate_pct: null, exposure_time_pct: 100 })
    expect(stats.commissions).toBeCloseTo(97 * 1.02, 10)
  })

  it.each<[string, Partial<TradingRules>]>([
    ['still held at the end', { spread: 0.001 }],
    ['sold on the last open', { finalize: true, commissionFixed: 2, slippage: 0.001 }],
    ['sold on the last close', { finalize: true, fillAt: 'close', commissionFixed: 2 }],
  ])('is what the strategy of that name does, %s', (_how, more) => {
    const rules = rulesOf({ commission: 0.002, ...more })
    const [{ bars }, to] = [goog, goog.bars.close.length]
    // The strategy decides on a close and is filled after it: one bar earlier, and on that close where it is filled there.
    const open = bars.open.slice()
    if (rules.fillAt === 'close') open[1] = bars.close[0]!
    const evaluator = createEvaluator([{ ticker: 'GOOG', bars: { ...bars, open } }], buyAndHold, rules)
    const held = evaluator.buyAndHold({ from: 1, to })
    const traded = evaluator.simulate({}, { from: 0, to })
    const [one] = traded.simulation.trades
    const atOnce = rules.fillAt === 'close' ? { entry_index: 1, entry_time: bars.time[1]! } : {}
    expect(held.simulation.trades).toEqual([{ ...one, ...atOnce }])
    expect(held.simulation.commissions).toBe(traded.simulation.commissions)
    const [last, alike] = [held.simulation.equity.at(-1)!, traded.simulation.equity.at(-1)!]
    expect(Math.abs(last / alike - 1)).toBeLessThan(1e-12)

    const ofTrades = ['trades', 'win_rate_pct', 'best_trade_pct', 'expectancy_pct', 'profit_factor'] as const
    for (const name of ofTrades) expect(held.stats[name], name).toBe(traded.stats[name])
    expect(held.stats).toMatchObject({ exposure_time_pct: 100, commissions: held.simulation.commissions })
    expect(held.stats.trades).toBe(rules.finalize ? 1 : 0)
    if (rules.finalize) expect(traded.stats.commissions).toBe(held.stats.commissions)
  })

  it('splits the cash between tickers, each from its first open', () => {
    const early = makeBars([
      [100, 100, 100, 100],
      [100, 100, 100, 200],
      [200, 200, 200, 200],
    ])
    const late = makeBars([[50, 50, 50, 50]])
    late.time[0] = early.time[2]!
    const evaluator = createEvaluator(
      [
        { ticker: 'A', bars: early },
        { ticker: 'B', bars: late },
      ],
      { ...asOrders(smaCross), tickers: 'several' },
      rulesOf({}),
    )
    const { simulation, stats } = evaluator.buyAndHold({ from: 0, to: 3 })
    expect(Array.from(simulation.equity)).toEqual([10_000, 15_000, 15_000])
    expect(stats.buy_hold_return_pct).toBeCloseTo(50, 10)
  })
})
