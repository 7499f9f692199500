/** The stretch of an equity curve that is looked at: the links that choose it, and its columns for the chart. */
import { countOf } from '../../../core/format.ts'
import type { BacktestResult, EquityCurve } from '../../../lab/backtest-result.ts'
import type { EquityChartInput, TradeMark } from '../../charts/lab/equity-chart.ts'
import type { JobAsk } from './job-ask.ts'
import { nameRun } from './params-view.ts'

export interface CurveView {
  /** Null where fewer than two points lie in the stretch. */
  chart: EquityChartInput | null
  /** What stands below the chart. */
  caption: string
  ranges: { label: string; href: string; isPresent: boolean }[]
  scale: { label: string; href: string }
  /** As the form of the two days shows them, with the first and last day there are. */
  from: string
  to: string
  first: string
  last: string
}

const DAY_MS = 86_400_000
const DWARFED_FROM = 3
/** Trades that are marked; of more, those with the largest results. */
const MAX_MARKS = 400

const RANGES: { label: string; months: number }[] = [
  { label: '10 y', months: 120 },
  { label: '5 y', months: 60 },
  { label: '2 y', months: 24 },
  { label: '1 y', months: 12 },
  { label: '6 m', months: 6 },
  { label: '3 m', months: 3 },
]

export function viewCurve(id: string, result: BacktestResult, ask: JobAsk): CurveView {
  const { curve } = result
  const first = dayOf(curve.time[0] ?? 0)
  const last = dayOf(curve.time.at(-1) ?? 0)
  const from = ask.from ?? first
  const to = ask.to ?? last
  const shown = cutCurve(curve, Date.parse(from), Date.parse(to) + DAY_MS)
  const ticker = result.series[0]?.ticker ?? ''
  const { marks, left } = markTrades(result, ticker)
  const isLog = ask.isLog ?? isDwarfed(curve)
  return {
    chart:
      shown.time.length < 2
        ? null
        : {
            id,
            ticker,
            name: nameRun(result.strategy, result.params),
            ...shown,
            trades: marks,
            isLog,
          },
    caption: [
      result.series.length > 1 ? `Trades of ${ticker} are marked.` : '',
      left > 0
        ? `The ${MAX_MARKS} trades with the largest results are marked; ${countOf(left, 'other')} not.`
        : '',
    ]
      .filter(Boolean)
      .join(' '),
    ranges: viewRanges(ask, first, last),
    scale: {
      label: isLog ? 'Log scale, show linear' : 'Linear scale, show log',
      href: ask.href({ scale: isLog ? 'linear' : 'log' }, 'job-equity'),
    },
    ...{ from, to, first, last },
  }
}

/** Buying and holding ends so far above the strategy that by amount the strategy would be a line along the bottom. */
function isDwarfed({ equity, buy_and_hold: hold }: EquityCurve): boolean {
  return (hold.at(-1) ?? 0) > DWARFED_FROM * (equity.at(-1) ?? 0)
}

function viewRanges(ask: JobAsk, first: string, last: string): CurveView['ranges'] {
  const whole = {
    label: 'All',
    href: ask.href({ from: null, to: null }, 'job-equity'),
    isPresent: ask.from === null && ask.to === null,
  }
  const parts = RANGES.flatMap(({ label, months }) => {
    const from = monthsBefore(last, months)
    if (from <= first) return []
    const href = ask.href({ from, to: null }, 'job-equity')
    return { label, href, isPresent: ask.from === from && (ask.to === null || ask.to >= last) }
  })
  return [whole, ...parts]
}

function monthsBefore(day: string, months: number): string {
  const date = new Date(day)
  const dayOfMonth = date.getUTCDate()
  date.setUTCMonth(date.getUTCMonth() - months)
  // The 31st of a month that has none is its last day.
  if (date.getUTCDate() !== dayOfMonth) date.setUTCDate(0)
  return date.toISOString().slice(0, 10)
}

function cutCurve(curve: EquityCurve, from: number, to: number): EquityCurve {
  const start = curve.time.findIndex((at) => at >= from)
  let end = curve.time.length
  while (end > 0 && curve.time[end - 1]! >= to) end--
  const cut = (column: number[]) => (start < 0 ? [] : column.slice(start, Math.max(start, end)))
  return {
    time: cut(curve.time),
    equity: cut(curve.equity),
    drawdown_pct: cut(curve.drawdown_pct),
    buy_and_hold: cut(curve.buy_and_hold),
    close: cut(curve.close),
  }
}

function markTrades({ trades }: BacktestResult, ticker: string): { marks: TradeMark[]; left: number } {
  const drawn = trades.filter((trade) => trade.ticker === ticker)
  const kept =
    drawn.length > MAX_MARKS
      ? drawn.toSorted((a, b) => Math.abs(b.pnl) - Math.abs(a.pnl)).slice(0, MAX_MARKS)
      : drawn
  const marks = kept.map((trade) => ({
    ...{ from: trade.entry_time, to: trade.exit_time, entry: trade.entry_price, exit: trade.exit_price },
    ...{ isShort: trade.size < 0, pnl: trade.pnl },
  }))
  return { marks, left: drawn.length - kept.length }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
