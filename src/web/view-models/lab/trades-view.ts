/** The trades of a simulation as a table: sorted by plain links, a page at a time. */
import { countOf, formatMinute, formatNumber, formatSigned } from '../../../core/format.ts'
import { areDaily, formatBarTime } from '../../../market/series.ts'
import type { ExitReason, SimulatedTrade } from '../../../trading/simulation.ts'
import { writeSort, type JobAsk, type TradeSort } from './job-ask.ts'

const PAGE_SIZE = 25

export interface TradeRow {
  /** From 1, in the order in which they ended. */
  number: number
  ticker: string
  side: 'long' | 'short'
  /** `Long`, `Short`. */
  sideName: string
  size: string
  entered: string
  entryPrice: string
  exited: string
  exitPrice: string
  bars: string
  pnl: string
  result: string
  tone: 'gain' | 'loss' | ''
  reason: string
  tag: string
}

export interface SortColumn {
  label: string
  numeric: boolean
  href: string
  sorted: 'ascending' | 'descending' | ''
}

export interface TradesView {
  rows: TradeRow[]
  columns: SortColumn[]
  total: number
  /** `1–25 of 93 trades`, `1–25 of 261 trades: 260 closed, 1 open`. */
  position: string
  /** More than one ticker was traded. */
  isMixed: boolean
  hasTags: boolean
  firstHref: string
  previousHref: string
  nextHref: string
}

const COLUMNS: { by: TradeSort; label: string; numeric: boolean }[] = [
  { by: 'entry', label: 'Entered', numeric: false },
  { by: 'exit', label: 'Left', numeric: false },
  { by: 'size', label: 'Size', numeric: true },
  { by: 'bars', label: 'Bars', numeric: true },
  { by: 'pnl', label: 'P&L', numeric: true },
  { by: 'return', label: 'Return', numeric: true },
  { by: 'reason', label: 'Left by', numeric: false },
]

const REASONS: Record<ExitReason, string> = {
  signal: 'signal',
  stop: 'stop-loss',
  target: 'take-profit',
  trail: 'trailing stop',
  time: 'time limit',
  end: 'end of data',
  fold: 'end of fold',
  margin: 'margin call',
  open: 'still open',
}

const PART = 'job-trades'

export function viewTrades(trades: readonly SimulatedTrade[], ask: JobAsk): TradesView {
  const numbered = trades.map((trade, i) => ({ trade, number: i + 1 }))
  const { by, descending } = ask.trades
  const sorted = numbered.sort((a, b) => {
    const order = compare(a.trade, b.trade, by)
    return (descending ? -order : order) || a.number - b.number
  })
  const start = ask.tradesPage * PAGE_SIZE
  const shown = sorted.slice(start, start + PAGE_SIZE)
  const pageHref = (page: number) => ask.href({ tpage: page === 0 ? null : String(page + 1) }, PART)
  const open = trades.filter(({ exit_reason: reason }) => reason === 'open').length
  const closed = formatNumber(trades.length - open, 0)
  const all = countOf(trades.length, 'trade') + (open > 0 ? `: ${closed} closed, ${open} open` : '')
  const isDaily = areDaily(trades.flatMap((trade) => [trade.entry_time, trade.exit_time]))
  return {
    rows: shown.map(({ trade, number }) => viewTrade(trade, number, isDaily)),
    columns: COLUMNS.map(({ by: key, label, numeric }) => {
      const isPresent = key === by
      // Figures are looked at from the largest, days and words from the first.
      const next = { by: key, descending: isPresent ? !descending : numeric }
      const text = writeSort(next)
      return {
        label,
        numeric,
        href: ask.href({ trades: text === 'entry' ? null : text, tpage: null }, PART),
        sorted: !isPresent ? '' : descending ? 'descending' : 'ascending',
      }
    }),
    total: trades.length,
    position:
      trades.length > shown.length && shown.length > 0
        ? `${formatNumber(start + 1, 0)}–${formatNumber(start + shown.length, 0)} of ${all}`
        : all,
    isMixed: new Set(trades.map(({ ticker }) => ticker)).size > 1,
    hasTags: trades.some(({ tag }) => tag !== null),
    firstHref: start > 0 ? pageHref(0) : '',
    previousHref: ask.tradesPage > 1 ? pageHref(ask.tradesPage - 1) : '',
    nextHref: start + PAGE_SIZE < trades.length ? pageHref(ask.tradesPage + 1) : '',
  }
}

function compare(a: SimulatedTrade, b: SimulatedTrade, by: TradeSort): number {
  switch (by) {
    case 'entry':
      return a.entry_time - b.entry_time
    case 'exit':
      return a.exit_time - b.exit_time
    case 'size':
      return a.size - b.size
    case 'pnl':
      return a.pnl - b.pnl
    case 'return':
      return a.return_pct - b.return_pct
    case 'bars':
      return barsOf(a) - barsOf(b)
    case 'reason':
      return REASONS[a.exit_reason].localeCompare(REASONS[b.exit_reason])
  }
}

function barsOf(trade: SimulatedTrade): number {
  return trade.exit_index - trade.entry_index
}

function viewTrade(trade: SimulatedTrade, number: number, isDaily: boolean): TradeRow {
  const show = (ms: number) => formatMinute(formatBarTime(ms, isDaily))
  const isShort = trade.size < 0
  const isWhole = Number.isInteger(trade.size)
  return {
    number,
    ticker: trade.ticker,
    side: isShort ? 'short' : 'long',
    sideName: isShort ? 'Short' : 'Long',
    size: formatNumber(Math.abs(trade.size), isWhole ? 0 : 4),
    entered: show(trade.entry_time),
    entryPrice: formatPrice(trade.entry_price),
    exited: show(trade.exit_time),
    exitPrice: formatPrice(trade.exit_price),
    bars: formatNumber(barsOf(trade), 0),
    pnl: formatSigned(trade.pnl),
    result: `${formatSigned(trade.return_pct)} %`,
    tone: trade.pnl > 0 ? 'gain' : trade.pnl < 0 ? 'loss' : '',
    reason: REASONS[trade.exit_reason],
    tag: trade.tag ?? '',
  }
}

function formatPrice(price: number): string {
  return formatNumber(price, Math.abs(price) >= 1 ? 2 : 5)
}
