/**
 * The row of `STATISTICS` of one simulation, from its equity and its closed trades, whichever simulator made them: the
 * same equity and trades give the same figures to the last bit.
 */
import { areDaily, formatBarTime } from '../../market/series.ts'
import { nameStatistics, STATISTICS, type BacktestStats, type Statistic } from '../statistics.ts'
import * as account from './account-measures.ts'
import { createEquitySums, sumEquity, sumStepReturns, type EquitySums } from './equity-sums.ts'
import type { MarketFrame } from './market-frame.ts'
import type { TradeLog } from './trade-log.ts'
import * as deals from './trade-measures.ts'
import { createTradeSums, sumTrades, type TradeSums } from './trade-sums.ts'

const DAY_MS = 86_400_000

/** Where each statistic stands in a row. */
const AT = Object.freeze(
  Object.fromEntries(STATISTICS.map((name, index) => [name, index])) as Record<Statistic, number>,
)

export interface MeasuredTrial {
  /** The equity before the first bar. */
  cash: number
  /** Of each bar, at the indices of the frame's columns. */
  equity: Float64Array
  /** Equity is the same on all bars of the frame before this one. */
  firstMove: number
  /** The bar on which equity came to 0 or below; −1 for never. */
  ruinedAt: number
  /** The market is held from here for comparison: the last bar before the strategy could decide anything. */
  heldFrom: number
  log: TradeLog
}

export type WriteStatistics = (
  frame: MarketFrame,
  trial: MeasuredTrial,
  row: Float64Array,
  offset: number,
) => void

/** The function it returns allocates nothing. */
export function createStatisticsWriter(): WriteStatistics {
  const equitySums = createEquitySums()
  const tradeSums = createTradeSums()
  return (frame, trial, row, offset) => {
    const { from, to, ends, logs, time } = frame
    sumEquity(trial.equity, logs, time, from, to, trial.firstMove, trial.ruinedAt, equitySums)
    if (ends !== null) sumStepReturns(trial.equity, ends, equitySums)
    sumTrades(trial.log, time, tradeSums)
    writeAccount(frame, trial, equitySums, row, offset)
    writeTrades(frame, tradeSums, row, offset)
    for (let k = offset; k < offset + STATISTICS.length; k++) {
      if (!Number.isFinite(row[k])) row[k] = Number.NaN
    }
  }
}

function writeAccount(
  { from, to, periodsPerYear, durationMs, close, logSum, logSquares }: MarketFrame,
  { cash, equity, heldFrom }: MeasuredTrial,
  sums: EquitySums,
  row: Float64Array,
  offset: number,
): void {
  const final = equity[to - 1]!
  const mean = account.geometricMeanReturn(sums.firstEquity, sums.lastEquity, sums.returns)
  const annual = account.annualisedReturn(mean, periodsPerYear)
  const variance = account.sampleVariance(sums.returns, sums.sum, sums.squares)
  const volatility = account.annualisedVolatility(variance, mean, periodsPerYear)
  const gained = account.totalReturn(cash, final)
  const market = account.totalReturn(close[heldFrom]!, close[to - 1]!)
  const beta = account.betaToMarket(to - from - 1, sums.products, sums.logs, logSum, logSquares)
  row[offset + AT.duration_days] = wholeDays(durationMs)
  row[offset + AT.equity_final] = final
  row[offset + AT.equity_peak] = sums.peak
  row[offset + AT.return_pct] = 100 * gained
  row[offset + AT.buy_hold_return_pct] = 100 * market
  row[offset + AT.return_ann_pct] = 100 * annual
  row[offset + AT.volatility_ann_pct] = 100 * volatility
  row[offset + AT.cagr_pct] = 100 * account.compoundAnnualGrowth(cash, final, durationMs)
  row[offset + AT.sharpe_ratio] = account.sharpeRatio(annual, volatility)
  row[offset + AT.sortino_ratio] = account.sortinoRatio(
    annual,
    sums.downSquares,
    sums.returns,
    periodsPerYear,
  )
  row[offset + AT.calmar_ratio] = account.calmarRatio(annual, sums.maxDrawdown)
  row[offset + AT.alpha_pct] = 100 * account.jensenAlpha(gained, beta, market)
  row[offset + AT.beta] = beta
  row[offset + AT.max_drawdown_pct] = 0 - 100 * sums.maxDrawdown
  row[offset + AT.avg_drawdown_pct] = 0 - 100 * account.averageDrawdown(sums.drawdownSum, sums.drawdowns)
  const isDrawn = sums.drawdowns > 0
  row[offset + AT.max_drawdown_duration_days] = isDrawn ? wholeDays(sums.maxDrawdownMs) : Number.NaN
  row[offset + AT.avg_drawdown_duration_days] = wholeDays(account.divide(sums.drawdownMsSum, sums.drawdowns))
}

function writeTrades({ from, to }: MarketFrame, sums: TradeSums, row: Float64Array, offset: number): void {
  const { count } = sums
  row[offset + AT.exposure_time_pct] = (100 * sums.barsHeld) / (to - from)
  row[offset + AT.commissions] = sums.commissions
  row[offset + AT.trades] = count
  row[offset + AT.win_rate_pct] = 100 * deals.winRate(sums.wins, count)
  row[offset + AT.best_trade_pct] = 100 * sums.best
  row[offset + AT.worst_trade_pct] = 100 * sums.worst
  row[offset + AT.avg_trade_pct] = 100 * deals.averageTrade(sums.logGrowth, count)
  row[offset + AT.max_trade_duration_days] = count === 0 ? Number.NaN : wholeDays(sums.maxMs)
  row[offset + AT.avg_trade_duration_days] = wholeDays(account.divide(sums.msSum, count))
  row[offset + AT.profit_factor] = deals.profitFactor(sums.gainSum, sums.lossSum)
  row[offset + AT.expectancy_pct] = 100 * deals.expectancy(sums.returnSum, count)
  row[offset + AT.sqn] = deals.systemQualityNumber(count, sums.meanProfit, sums.profitDeviation)
  row[offset + AT.kelly_criterion] = deals.kellyCriterion(count, sums.wins, sums.won, sums.losses, sums.lost)
}

/** Durations round up. */
function wholeDays(ms: number): number {
  return Math.ceil(ms / DAY_MS)
}

/** A row by name, null for NaN, with the dates of the frame's first and last bar (days where bars are daily). */
export function nameRow(frame: MarketFrame, row: Float64Array, offset = 0): BacktestStats {
  const [start, end] = [frame.time[frame.from]!, frame.time[frame.to - 1]!]
  const isDaily = areDaily(frame.time)
  return {
    start: formatBarTime(start, isDaily),
    end: formatBarTime(end, isDaily),
    ...nameStatistics(row, offset),
  }
}
