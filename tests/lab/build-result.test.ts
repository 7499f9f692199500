import { expect, test } from 'vitest'
import { backtest } from '../../src/lab/tasks/backtest.ts'
import { DEFAULT_RULES } from '../../src/trading/rules.ts'
import { loadSample } from '../support/sample-bars.ts'

const DAY_MS = 86_400_000

test('of tickers with different histories is drawn over all their days, whichever is named first', async () => {
  const [short, long] = [await loadSample('GOOG'), await loadSample('AAPL')]
  const days = new Set([...short.time, ...long.time])
  const first = Math.min(...days)
  expect(short.time[0]! - first).toBeGreaterThan(300 * DAY_MS)
  const run = (series: (typeof short)[]) =>
    backtest.run(
      {
        bars: { hash: '', series: series.map((bars) => ({ ticker: bars.ticker, bars })) },
        strategy: { name: 'momentum-rotation', file: null, hash: null },
        ...{ rules: { ...DEFAULT_RULES, commission: 0.002 }, params: { lookback: 60, top: 1, every: 20 } },
        ...{ facts: [], notes: [] },
      },
      { isCancelled: () => false, report: () => undefined },
    )
  const result = await run([short, long])
  const { curve, stats, months, daily_returns: daily } = result
  expect(stats.start).toBe(new Date(first).toISOString().slice(0, 10))
  expect(stats.trades).toBeGreaterThan(10)
  expect([curve.time[0], curve.time.at(-1)]).toEqual([first, Math.max(...days)])
  expect(curve.time.every((at, i) => i === 0 || at > curve.time[i - 1]!)).toBe(true)
  expect(curve.equity.at(-1)).toBe(stats.equity_final)
  expect(curve.equity.every(Number.isFinite) && curve.close.every(Number.isFinite)).toBe(true)
  // Before its first bar a ticker is drawn at the price that it begins with.
  expect([curve.close[0], curve.close.at(-1)]).toEqual([short.close[0], short.close.at(-1)])
  expect(daily.counts.reduce((sum, count) => sum + count)).toBe(days.size)
  const grown = months.reduce((value, { return_pct: change }) => value * (1 + change / 100), 10_000)
  expect(grown).toBeCloseTo(stats.equity_final!, 4)
  const [month] = months
  expect([month!.year, month!.month]).toEqual([
    new Date(first).getUTCFullYear(),
    new Date(first).getUTCMonth() + 1,
  ])
  for (const { entry_time: entry, exit_time: exit } of result.trades)
    expect(days.has(entry) && days.has(exit)).toBe(true)
})
