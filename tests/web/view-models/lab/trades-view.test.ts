import { expect, it } from 'vitest'
import type { SimulatedTrade } from '../../../../src/trading/simulation.ts'
import { parseJobAsk } from '../../../../src/web/view-models/lab/job-ask.ts'
import { viewTrades } from '../../../../src/web/view-models/lab/trades-view.ts'

const MIDNIGHT = Date.UTC(2012, 5, 29)
const HOUR_MS = 3_600_000

function viewSpans(
  spans: [entry: number, exit: number][],
  exit_reason: SimulatedTrade['exit_reason'] = 'signal',
) {
  const trades = spans.map(([entry_time, exit_time]): SimulatedTrade => ({
    ...{ ticker: 'AAPL', size: 3, entry_index: 1, exit_index: 4, entry_time, exit_time, entry_price: 10 },
    ...{ exit_price: 11, pnl: 3, return_pct: 10, commission: 0, exit_reason, tag: null },
  }))
  return viewTrades(trades, parseJobAsk('/runs/x', new URLSearchParams()))
}

function timesOf(...spans: [entry: number, exit: number][]) {
  return viewSpans(spans).rows.map(({ entered, exited }) => [entered, exited])
}

it('a trade of an hour that happens to be midnight has its time, as the others have', () => {
  expect(timesOf([MIDNIGHT, MIDNIGHT + HOUR_MS], [MIDNIGHT + 3 * HOUR_MS, MIDNIGHT + 24 * HOUR_MS])).toEqual([
    ['2012-06-29 00:00', '2012-06-29 01:00'],
    ['2012-06-29 03:00', '2012-06-30 00:00'],
  ])
})

it('trades of days have days', () => {
  expect(timesOf([MIDNIGHT, MIDNIGHT + 48 * HOUR_MS])).toEqual([['2012-06-29', '2012-07-01']])
})

it('a trade that is still open is not counted among the closed ones, and its side is a word', () => {
  expect(viewSpans([[MIDNIGHT, MIDNIGHT]]).position).toBe('1 trade')
  const open = viewSpans([[MIDNIGHT, MIDNIGHT]], 'open')
  expect(open.position).toBe('1 trade: 0 closed, 1 open')
  expect(open.rows[0]!.sideName).toBe('Long')
})
