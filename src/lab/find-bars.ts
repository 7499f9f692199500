/** The bars that a job names: of a ticker, of several, or of an import, between its first and its last day. */
import { InputError, NotFoundError, quote } from '../core/errors.ts'
import type { Market } from '../market/market.ts'
import { BAR_COLUMNS, dateOf, parseDate, type BarSeries } from '../market/series.ts'
import type { BarsInput } from './job-inputs.ts'

export interface ImportedBars {
  series: BarSeries
  /** What was repaired or left out when it was read, a sentence each. */
  notes: readonly string[]
}

/** Series that were imported, by the hash of their bars. */
export interface ImportedSeries {
  /**
   * `until` is the day (YYYY-MM-DD) that adjusted prices are adjusted to, the last one where left out: nothing after it
   * has any influence. Throws `NotFoundError` for one there is not.
   */
  load(hash: string, asked: { prices: BarsInput['prices']; until?: string }): Promise<ImportedBars>
}

export interface BarSources {
  market: Market
  /** Null where nothing can be imported. */
  imported: ImportedSeries | null
}

export interface FoundBars {
  series: BarSeries[]
  notes: string[]
}

/** Below it there is nothing to trade on: a signal on one bar is filled on another. */
const MIN_BARS = 2
const DAY_MS = 86_400_000

/**
 * Throws `InputError` naming the field: an unknown ticker, no ticker or two ways of naming it, an import that is not
 * there, a day that is none, a first day after the last, and a time without bars.
 */
export async function findBars(
  input: BarsInput,
  { market, imported }: BarSources,
  signal?: AbortSignal,
): Promise<FoundBars> {
  const span = readSpan(input)
  if (input.imported !== undefined) {
    const { series, notes } = await loadImported(input, imported)
    return { series: [cutOut(series, span, input)], notes: [...notes] }
  }
  const { prices } = input
  const until = input.end === undefined ? undefined : input.end.slice(0, 10)
  const series = await Promise.all(
    nameTickers(input).map((ticker) =>
      market.loadSeries(ticker, { prices, signal, ...(until !== undefined && { until }) }),
    ),
  )
  const cut = series.map((one) => cutOut(one, span, input))
  return { series: cut, notes: cut.flatMap((one) => describePrices(one, prices)) }
}

/** Upper-cased by the schema; each once. */
function nameTickers({ ticker, tickers }: BarsInput): string[] {
  if (ticker !== undefined && tickers !== undefined)
    throw new InputError('tickers', 'tickers: give ticker or tickers, not both')
  const named = [...new Set(tickers ?? (ticker === undefined ? [] : [ticker]))]
  if (named.length === 0)
    throw new InputError('ticker', 'ticker is missing: name a ticker, tickers, or prices to import')
  return named
}

async function loadImported(
  { imported: hash, ticker, tickers, prices, end }: BarsInput,
  store: ImportedSeries | null,
): Promise<ImportedBars> {
  if (tickers !== undefined)
    throw new InputError('tickers', 'tickers: imported prices are of one instrument; name it with ticker')
  try {
    if (store === null) throw new NotFoundError('this desk keeps no imported prices')
    const { series, notes } = await store.load(hash!, {
      prices,
      ...(end !== undefined && { until: end.slice(0, 10) }),
    })
    return { series: { ...series, ticker: ticker ?? series.ticker }, notes }
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error
    throw new InputError('imported', `imported ${quote(hash!.slice(0, 12))}: ${error.message}`)
  }
}

interface Span {
  /** Milliseconds since the epoch, UTC, both ends counting. */
  fromMs: number
  toMs: number
}

function readSpan({ start, end }: BarsInput): Span {
  const fromMs = start === undefined ? Number.NEGATIVE_INFINITY : readTime('start', start)
  const toMs =
    end === undefined ? Number.POSITIVE_INFINITY : readTime('end', end) + (end.includes('T') ? 0 : DAY_MS - 1)
  if (fromMs > toMs) throw new InputError('start', `start ${quote(start)} is after end ${quote(end)}`)
  return { fromMs, toMs }
}

function readTime(field: string, text: string): number {
  const [day, time] = text.split('T') as [string, string | undefined]
  const ms = parseDate(day) + (time === undefined ? 0 : Date.parse(`1970-01-01T${time}Z`))
  if (Number.isNaN(ms))
    throw new InputError(field, `${field} ${quote(text)} is not a date: YYYY-MM-DD, or YYYY-MM-DDTHH:MM`)
  return ms
}

function cutOut(series: BarSeries, { fromMs, toMs }: Span, { start, end }: BarsInput): BarSeries {
  const { time, ticker } = series
  const from = countBefore(time, (ms) => ms < fromMs)
  const count = Math.max(0, countBefore(time, (ms) => ms <= toMs) - from)
  if (count < MIN_BARS) {
    const field = start !== undefined ? 'start' : end !== undefined ? 'end' : 'ticker'
    const asked = `${start ?? 'the first bar'} to ${end ?? 'the last bar'}`
    const there =
      time.length === 0
        ? 'it has none at all by then'
        : `it has ${dateOf(time[0]!)} to ${dateOf(time[time.length - 1]!)}`
    throw new InputError(
      field,
      `${field}: ${ticker} has ${count === 0 ? 'no bar' : 'only one bar'} from ${asked}; ${there}`,
    )
  }
  const cut = { ...series }
  for (const name of BAR_COLUMNS) cut[name] = series[name].subarray(from, from + count)
  return cut
}

/** How many of the rising times come first of which that holds. */
function countBefore(time: Float64Array, isBefore: (ms: number) => boolean): number {
  let [low, high] = [0, time.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(time[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}

/** What is not adjusted shows splits as losses that nobody had. */
function describePrices(
  { ticker, adjustment, splits, time }: BarSeries,
  asked: BarsInput['prices'],
): string[] {
  const notes: string[] = []
  if (asked === 'adjusted' && adjustment === 'raw')
    notes.push(`The source has no adjusted prices of ${ticker}: these are as traded.`)
  const [first, last] = [dateOf(time[0]!), dateOf(time[time.length - 1]!)]
  const inside = (splits ?? []).filter(({ date }) => date > first && date <= last)
  if (adjustment === 'raw' && inside.length > 0) {
    const days = inside.map(({ date }) => date).join(', ')
    notes.push(`Prices of ${ticker} are as traded, so what looks like a split shows as a jump: ${days}.`)
  }
  return notes
}
