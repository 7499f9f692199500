import { describe, expect, test } from 'vitest'
import { stitchTests } from '../../../src/lab/walk-forward/stitch-tests.ts'
import { rulesOfTest } from '../../../src/lab/walk-forward/test-rules.ts'
import { createEvaluator } from '../../../src/trading/evaluate.ts'
import { DEFAULT_RULES, type TradingRules } from '../../../src/trading/rules.ts'
import { smaCross } from '../../../src/trading/strategies/sma-cross.ts'
import { makeRandomBars } from '../../support/random-bars.ts'

const series = [{ ticker: 'WALK', bars: makeRandomBars(400, 11) }]
const params = { fast: 5, slow: 20 }
const rules: TradingRules = { ...DEFAULT_RULES, commission: 0.001, wholeShares: false }
const evaluatorOf = async (cash: number) => createEvaluator(series, smaCross, rulesOfTest(rules, cash))

describe('tests put together', () => {
  test('one alone is the backtest of its bars, closed at its end', async () => {
    const range = { from: 100, to: 300 }
    const stitched = await stitchTests(series, [{ params, test: range }], 10_000, evaluatorOf)
    const plain = createEvaluator(series, smaCross, rulesOfTest(rules, 10_000)).simulate(params, range)
    expect(stitched.stats).toEqual(plain.stats)
    expect(stitched.simulation).toEqual(plain.simulation)
    // Up to there it is what a backtest makes that leaves it open; what is held ends at the close, not before it.
    const open = createEvaluator(series, smaCross, rules).simulate(params, range)
    const { trades, equity } = stitched.simulation
    expect(equity.slice(0, -1)).toEqual(open.simulation.equity.slice(0, -1))
    expect(open.simulation.trades.at(-1)!.exit_reason).toBe('open')
    expect(trades.at(-1)).toMatchObject({
      ...{ exit_index: 299, exit_price: series[0]!.bars.close[299], exit_reason: 'fold' },
    })
    const exit = 0.001 * Math.abs(trades.at(-1)!.size) * trades.at(-1)!.exit_price
    expect(equity.at(-1)!).toBeCloseTo(open.simulation.equity.at(-1)! - exit, 8)
  })

  test('several multiply what each has made of its capital', async () => {
    const tests = [100, 200, 300].map((from) => ({ params, test: { from, to: from + 100 } }))
    const { simulation, range, stats } = await stitchTests(series, tests, 10_000, evaluatorOf)
    expect(range).toEqual({ from: 100, to: 400 })
    expect(simulation.equity).toHaveLength(300)
    let grown = 10_000
    let trades = 0
    for (const { test: span } of tests) {
      const alone = (await evaluatorOf(10_000)).simulate(params, span)
      grown *= alone.simulation.equity.at(-1)! / 10_000
      trades += alone.simulation.trades.length
      expect(simulation.equity[span.to - 101]).toBeCloseTo(grown, 6)
    }
    expect(simulation.trades).toHaveLength(trades)
    expect(simulation.trades.every(({ exit_reason }) => exit_reason !== 'open')).toBe(true)
    expect(stats).toMatchObject({ trades, equity_final: simulation.equity[299] })
    expect(stats.return_pct).toBeCloseTo((grown / 10_000 - 1) * 100, 6)
  })

  test('an account that is ruined stays so', async () => {
    const bars = makeRandomBars(300, 3)
    // It doubles every few bars while the strategy is short with all that leverage allows.
    for (let i = 150; i < 300; i++) {
      for (const name of ['open', 'high', 'low', 'close'] as const)
        bars[name][i] = bars[name][i]! * (i < 170 ? 1 : 9)
    }
    const doomed = [{ ticker: 'WALK', bars }]
    const leveraged = { ...rules, margin: 0.2 }
    const short = {
      ...smaCross,
      signals: (_columns: unknown, _params: unknown, out: Int8Array) => (out.fill(-1), 0),
    }
    const tests = [100, 200].map((from) => ({ params, test: { from, to: from + 100 } }))
    const { simulation, stats } = await stitchTests(doomed, tests, 10_000, async (cash) =>
      createEvaluator(doomed, short, rulesOfTest(leveraged, cash)),
    )
    expect(simulation.ruinedAt).not.toBeNull()
    expect(simulation.equity.at(-1)).toBeLessThanOrEqual(0)
    expect(new Set(simulation.equity.subarray(100)).size).toBe(1)
    expect(stats.equity_final).toBe(simulation.equity.at(-1))
  })
})
