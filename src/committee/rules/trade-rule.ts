/**
 * The plain rule, as it would have traded this instrument up to as-of: enter at the next open when the balance of the
 * signals passes the threshold, leave at a stop or target in ATR or when the time is up. It knows no levels of the chart,
 * so its record is not that of the very trade that is offered; it is the nearest there is, and by the one simulator, and
 * the size of a position rests on it.
 */
import { atr } from '../../market/indicators/index.ts'
import type { Bars } from '../../market/series.ts'
import {
  ACT_THRESHOLD,
  ATR_BARS,
  HOLDING_BARS,
  STOP_ATR,
  TARGET_ATR,
} from '../../trading/plain-rule/plain-rule.ts'
import { RULE_COMMISSION } from '../../trading/plain-rule/rule-commission.ts'
import { simulateBracket, type Trade } from '../../trading/simulate.ts'
import { computeTradeStatistics } from '../../trading/trade-statistics.ts'
import { keepFinite, type Measurement } from '../evidence/measurement.ts'
import type { TradeSide } from '../trade-levels.ts'
import { computeBalanceHistory } from './judge.ts'

async function simulateRule(bars: Bars): Promise<Trade[]> {
  const range = atr(bars, ATR_BARS)
  const entries = Int8Array.from(await computeBalanceHistory(bars), (balance) =>
    balance >= ACT_THRESHOLD ? 1 : balance <= -ACT_THRESHOLD ? -1 : 0,
  )
  return simulateBracket(bars, entries, {
    stopDistance: range.map((value) => STOP_ATR * value),
    targetDistance: range.map((value) => TARGET_ATR * value),
    maxBars: HOLDING_BARS,
    costs: { commission: RULE_COMMISSION },
  })
}

/** The record of the rule's trades on one side. */
export async function measureRule(bars: Bars, side: TradeSide): Promise<Measurement[]> {
  const trades = await simulateRule(bars)
  const record = computeTradeStatistics(trades.filter((trade) => trade.side === side))
  const pct = (fraction: number | null) => (fraction === null ? null : 100 * fraction)
  const source =
    `simulated ${side === 1 ? 'long' : 'short'} trades of the plain rule up to as-of: in at the next open, stop ${STOP_ATR} and ` +
    `target ${TARGET_ATR} ATR away, out after ${HOLDING_BARS} bars, costs included`
  return keepFinite([
    { label: 'Rule trades', value: record.n, unit: 'trades' as const },
    { label: 'Rule hit rate', value: pct(record.hit_rate), unit: '%' as const },
    { label: 'Rule average win', value: record.avg_win_pct, unit: '%' as const },
    { label: 'Rule average loss', value: record.avg_loss_pct, unit: '%' as const },
    { label: 'Rule payoff', value: record.payoff, unit: 'ratio' as const },
    { label: 'Rule expectancy', value: record.expectancy_pct, unit: '%' as const },
    { label: 'Rule profit factor', value: record.profit_factor, unit: 'ratio' as const },
  ]).map((item) => ({ ...item, source }))
}
