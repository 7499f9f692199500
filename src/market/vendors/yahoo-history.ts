/**
 * A chart as Yahoo answers it, made into bars as traded. Yahoo's prices and volumes are in shares of today, its
 * adjusted close is for dividends on top of that; the splits it lists take the first apart again. Nothing is fetched
 * here.
 */
import { z } from 'zod'
import { countBarsUntil } from '../adjust.ts'
import { BAR_COLUMNS, parseDate } from '../series.ts'
import type { RawBars } from '../vendor.ts'

/** Rows between two looks at whatever else the process has to do. */
const ROWS_PER_SLICE = 500
/** After the end of a session: quotes come up to a quarter of an hour late, and the closing auction is settled then. */
const CLOSING_MS = 60 * 60_000

/** The whole history of a ticker, kept between questions. */
export interface YahooHistory {
  /** Prices as traded; volume in shares of the last day of the history. */
  bars: RawBars
  /** Of each bar: shares of the history's last day that one share of that bar's day has become. */
  sharesSince: Float64Array
  /** Rows that carry no price, or none that can be. */
  dropped: number
  /** Rows whose high or low did not reach open and close. */
  mended: number
}

/** A moment: the library makes dates of some seconds and not of others. */
const moment = z.union([z.date().transform((date) => date.getTime()), z.number().transform((s) => s * 1_000)])
const chartShape = z.object({
  meta: z.object({
    exchangeTimezoneName: z.string(),
    currentTradingPeriod: z.object({ regular: z.object({ start: moment, end: moment }) }).nullish(),
  }),
  // Tens of thousands at times: looked at one by one, in slices.
  quotes: z.array(z.unknown()),
  events: z
    .object({
      splits: z
        .array(
          z.object({ date: moment, numerator: z.number().positive(), denominator: z.number().positive() }),
        )
        .nullish(),
    })
    .nullish(),
})

type Chart = z.infer<typeof chartShape>
/** The library's own type of a row, of which nothing is taken for granted. */
type Quote = Partial<Record<'date' | 'open' | 'high' | 'low' | 'close' | 'volume' | 'adjclose', unknown>>

interface Row extends Record<'time' | 'open' | 'high' | 'low' | 'close' | 'volume', number> {
  /** Null where the chart has no adjusted closes at all. */
  adjClose: number | null
}

/**
 * Bars of complete days: that of a session which has not been closed for an hour by `nowMs` is left out, for its close is
 * none yet or may still change.
 *
 * With s = the product of all splits after a bar's day (new shares for each old one), Yahoo's close × s is the price
 * as traded, and adjusted close / that is the factor, which then holds splits and dividends alike. Prices on an as-of
 * date are thus those of its day, whatever was split later. Throws where the chart has another shape. Gives way to other
 * work every few hundred rows.
 */
export async function parseChart(chart: unknown, ticker: string, nowMs: number): Promise<YahooHistory> {
  const parsed = chartShape.safeParse(chart)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw new Error(`the chart of ${ticker} has an unknown shape at ${path.join('.')}: ${message}`)
  }
  const { meta, events } = parsed.data
  const quotes = parsed.data.quotes as (Quote | null)[]
  const dayOf = createDayFinder(meta.exchangeTimezoneName)
  const openDay = findOpenDay(parsed.data, dayOf, nowMs)
  const isAdjusted = quotes.some((quote) => typeof quote?.adjclose === 'number')

  let dropped = 0
  // By day: of one that is there twice, first as it opened and then as it stands, the second counts.
  const rows = new Map<number, Row>()
  for (const [i, quote] of quotes.entries()) {
    if (i % ROWS_PER_SLICE === ROWS_PER_SLICE - 1) await new Promise<void>((go) => setImmediate(go))
    if (!(quote?.date instanceof Date)) throw new Error(`the chart of ${ticker} has a row without a date`)
    const time = dayOf(quote.date.getTime())
    if (time === openDay) continue
    const row = readRow(quote, time, isAdjusted)
    if (row === null) dropped += 1
    else rows.set(time, row)
  }
  const splits = (events?.splits ?? []).map(({ date, numerator, denominator }) => ({
    time: dayOf(date),
    ratio: numerator / denominator,
  }))
  const inOrder = [...rows.values()].sort((a, b) => a.time - b.time)
  return { ...buildBars(inOrder, splits, { ticker, isAdjusted }), dropped }
}

/** The bars up to and including `until`, in arrays of the caller's own; volume in shares of the last of them. */
export function cutHistory({ bars, sharesSince }: YahooHistory, until: string): RawBars {
  const count = countBarsUntil(bars.time, until, 'until')
  const cut: RawBars = { ...bars, factor: bars.factor.slice(0, count) }
  for (const column of BAR_COLUMNS) cut[column] = bars[column].slice(0, count)
  const since = count === 0 ? 1 : sharesSince[count - 1]!
  if (since !== 1) cut.volume = cut.volume.map((volume) => volume / since)
  return cut
}

/** The day, 00:00 UTC in milliseconds, on which a moment falls where the exchange is. */
function createDayFinder(timeZone: string): (ms: number) => number {
  // Swedish writes a date as YYYY-MM-DD.
  const format = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit' },
  })
  return (ms) => (Number.isNaN(ms) ? ms : parseDate(format.format(ms)))
}

function findOpenDay({ meta }: Chart, dayOf: (ms: number) => number, nowMs: number): number | null {
  const session = meta.currentTradingPeriod?.regular
  return session && session.start <= nowMs && nowMs < session.end + CLOSING_MS ? dayOf(session.start) : null
}

/** Null for a row without prices: a holiday that Yahoo lists, or a day it lost. */
function readRow(quote: Quote, time: number, isAdjusted: boolean): Row | null {
  const { open, high, low, close, volume, adjclose } = quote
  if (Number.isNaN(time) || !isPrice(open) || !isPrice(high) || !isPrice(low) || !isPrice(close)) return null
  const shares = typeof volume === 'number' && volume > 0 ? volume : 0
  if (!isAdjusted) return { time, open, high, low, close, volume: shares, adjClose: null }
  return isPrice(adjclose) ? { time, open, high, low, close, volume: shares, adjClose: adjclose } : null
}

function isPrice(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
}

function buildBars(
  rows: Row[],
  splits: { time: number; ratio: number }[],
  { ticker, isAdjusted }: { ticker: string; isAdjusted: boolean },
): Omit<YahooHistory, 'dropped'> {
  const column = () => new Float64Array(rows.length)
  const [time, open, high, low, close, volume, factor, sharesSince] = [
    ...[column(), column(), column(), column(), column(), column(), column(), column()],
  ] as const
  let mended = 0
  for (const [i, row] of rows.entries()) {
    const shares = splits.reduce(
      (product, split) => (split.time > row.time ? product * split.ratio : product),
      1,
    )
    const top = Math.max(row.open, row.high, row.low, row.close)
    const bottom = Math.min(row.open, row.high, row.low, row.close)
    if (top !== row.high || bottom !== row.low) mended += 1
    // Without adjusted closes the prices stay as Yahoo has them: nothing would make them comparable again.
    const scale = isAdjusted ? shares : 1
    time[i] = row.time
    open[i] = row.open * scale
    high[i] = top * scale
    low[i] = bottom * scale
    close[i] = row.close * scale
    volume[i] = row.volume
    factor[i] = row.adjClose === null ? 1 : row.adjClose / close[i]!
    sharesSince[i] = scale
  }
  const adjustment = isAdjusted ? 'adjusted' : 'raw'
  const bars: RawBars = {
    ...{ ticker, vendor: 'yahoo', adjustment },
    ...{ time, open, high, low, close, volume, factor },
  }
  return { bars, sharesSince, mended }
}
