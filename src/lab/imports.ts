/** Price files brought in: read in a worker thread, kept by the hash of their bars, found again by jobs. */
import { toIso, type Clock } from '../core/clock.ts'
import { InputError, LimitError } from '../core/errors.ts'
import { RefusedError } from '../core/http-error.ts'
import { isTicker } from '../core/ids.ts'
import { adjustTo } from '../market/adjust.ts'
import { BAR_COLUMNS, dateOf, type Bars, type BarSeries } from '../market/series.ts'
import { MAX_CSV_BYTES } from './csv-upload.ts'
import type { ImportedSeries } from './find-bars.ts'
import type { ImportedFacts, ImportedListing, SeriesDesk } from './series-facts.ts'
import type { Dispatcher } from './task.ts'
import { readCsv } from './tasks/read-csv.ts'

/** Files read at once: each is held in memory until it is read. */
const MAX_AT_ONCE = 2
const RETRY_AFTER_SECONDS = 5
/** A lane of its own: an import takes turns with jobs. */
const LANE = 'imports'
const FALLBACK_TICKER = 'IMPORT'
const UNNAMED = 'prices.csv'
const MAX_NAME_LENGTH = 120
const DAY_MS = 86_400_000

/** Where imports are kept; `storage/series-store.ts` fits. */
export interface SeriesKeeper {
  put(
    columns: Float64Array,
    describe: (known: ImportedFacts | null) => ImportedFacts,
  ): Promise<{ hash: string; facts: ImportedFacts }>
  get(hash: string): Promise<{ facts: ImportedFacts; columns: Float64Array }>
  facts(hash: string): Promise<ImportedFacts>
  list(): Promise<{ hash: string; facts: ImportedFacts }[]>
  remove(hash: string): Promise<void>
}

interface ImportOptions {
  keeper: SeriesKeeper
  dispatcher: Dispatcher
  clock: Clock
}

export function createImports({ keeper, dispatcher, clock }: ImportOptions): SeriesDesk & ImportedSeries {
  let underWay = 0

  async function importCsv(
    pieces: AsyncIterable<Uint8Array>,
    file: { name: () => string | null; signal: AbortSignal },
  ): Promise<ImportedListing> {
    if (underWay >= MAX_AT_ONCE)
      throw new LimitError(
        `${underWay} price files are being read already; try again in a moment`,
        RETRY_AFTER_SECONDS,
      )
    underWay += 1
    try {
      const { signal } = file
      const bytes = await collect(pieces, signal)
      const name = file.name()
      const ticker = tickerOf(name ?? '')
      const read = await dispatcher.run(readCsv, { bytes, ticker }, { lane: LANE, signal })
      if (read.rows === 0) throw new InputError('data', 'data: the file has a header and no rows')
      const facts = describe(read, { name: name?.slice(0, MAX_NAME_LENGTH), ticker, now: clock.now() })
      // Bars that were brought in under a name keep it when they come again without one.
      const stored = await keeper.put(read.columns, (known) => (name === null && known ? known : facts))
      return { series: stored.hash, ...stored.facts }
    } finally {
      underWay -= 1
    }
  }

  return {
    importCsv,
    async list() {
      const found = (await keeper.list()).map(({ hash, facts }) => ({ series: hash, ...facts }))
      return found.sort((a, b) => (a.imported_at < b.imported_at ? 1 : -1))
    },
    describe: async (series) => ({ series, ...(await keeper.facts(series)) }),
    remove: (series) => keeper.remove(series),
    async load(hash, prices) {
      const { facts, columns } = await keeper.get(hash)
      return { series: openSeries(facts, columns, prices), notes: describeRepairs(facts) }
    },
  }
}

/** In memory that threads share, so that no thread copies it. */
async function collect(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Uint8Array> {
  const held: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    signal.throwIfAborted()
    length += piece.length
    if (length > MAX_CSV_BYTES)
      throw new RefusedError(413, `the price file is larger than ${MAX_CSV_BYTES} bytes`)
    held.push(piece)
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(length))
  let at = 0
  for (const piece of held) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** `goog.csv` is GOOG; `BATS_AAPL, 1D.csv` is AAPL; a name that tells no ticker is none. */
function tickerOf(name: string): string {
  const stem = name.replace(/\.[A-Za-z]{1,4}$/, '').toUpperCase()
  const words = stem.split(/[^A-Z0-9.\-^=]+/).filter((word) => word !== '')
  const [first = '', second = ''] = words
  // An exchange stands in front of the symbol, as charting sites write it.
  const candidates = /^[A-Z]+_/.test(stem) ? [second, first] : [first]
  return candidates.find(isTicker) ?? FALLBACK_TICKER
}

function describe(
  { columns, rows, adjustment, repairs, repaired, notes }: Awaited<ReturnType<typeof readCsv.run>>,
  { name = UNNAMED, ticker, now }: { name: string | undefined; ticker: string; now: number },
): ImportedFacts {
  const time = columns.subarray(0, rows)
  const isDaily = time.every((ms) => ms % DAY_MS === 0)
  const show = (ms: number) => (isDaily ? dateOf(ms) : toIso(ms))
  return {
    ...{
      name,
      ticker,
      rows,
      first: show(time[0]!),
      last: show(time[rows - 1]!),
      interval: describeInterval(time),
    },
    ...{ adjustment, repairs, repaired, notes, imported_at: toIso(now) },
  }
}

/** The middle one of the steps between bars. */
function describeInterval(time: Float64Array): string {
  if (time.length < 2) return '–'
  const steps = new Float64Array(time.length - 1)
  for (let i = 1; i < time.length; i++) steps[i - 1] = time[i]! - time[i - 1]!
  steps.sort()
  const minutes = steps[steps.length >> 1]! / 60_000
  if (minutes >= 1_440) return `${Math.round(minutes / 1_440)} d`
  if (minutes >= 60) return `${Number((minutes / 60).toFixed(1))} h`
  return minutes >= 1 ? `${Number(minutes.toFixed(1))} min` : `${Math.round(minutes * 60)} s`
}

function openSeries(
  { ticker, rows, adjustment }: ImportedFacts,
  columns: Float64Array,
  prices: 'adjusted' | 'raw',
): BarSeries {
  const at = (index: number) => columns.subarray(index * rows, (index + 1) * rows)
  const bars = Object.fromEntries(BAR_COLUMNS.map((name, index) => [name, at(index)])) as unknown as Bars
  const facts = { ticker, vendor: 'import' }
  if (prices === 'raw' || adjustment === 'raw')
    return { ...facts, ...bars, adjustment: 'raw', adjusted_to: null }
  const factor = at(BAR_COLUMNS.length)
  return adjustTo({ ...facts, ...bars, adjustment, factor }, dateOf(bars.time[rows - 1]!))
}

function describeRepairs({ name, repairs, repaired }: ImportedFacts): string[] {
  if (repaired === 0) return []
  const told = repairs.slice(0, 3).map(({ line, reason }) => `line ${line}: ${reason}`)
  const more = repaired > told.length ? `; and ${repaired - told.length} more` : ''
  return [`${name} was mended when it was read: ${told.join('; ')}${more}.`]
}
