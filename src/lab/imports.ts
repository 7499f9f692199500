/** Price files brought in: read in a worker thread, kept by the hash of their bars, found again by jobs. */
import { toIso, type Clock } from '../core/clock.ts'
import { ConflictError, InputError, LimitError } from '../core/errors.ts'
import { RefusedError } from '../core/http-error.ts'
import { isTicker } from '../core/ids.ts'
import { createTurns } from '../core/turns.ts'
import { adjustTo } from '../market/adjust.ts'
import { BAR_COLUMNS, dateOf, formatBarTime, type Bars, type BarSeries } from '../market/series.ts'
import { MAX_CSV_BYTES } from './csv-upload.ts'
import type { ImportedSeries } from './find-bars.ts'
import type { ImportedFacts, ImportedListing, SeriesDesk } from './series-facts.ts'
import type { Dispatcher } from './task.ts'
import { readCsv } from './tasks/names.ts'
import type { readCsv as ReadCsv } from './tasks/read-csv.ts'

/** Files received or read at once: each is held in memory until it is read. */
const MAX_AT_ONCE = 8
/** How long a sender may be silent: a place is not held by who sends nothing. */
const IDLE_MS = 10_000
const RETRY_AFTER_SECONDS = 5
/** A lane of its own: an import takes turns with jobs. */
const LANE = 'imports'
const FALLBACK_TICKER = 'IMPORT'
const UNNAMED = 'prices.csv'
const MAX_NAME_LENGTH = 120
/** Series kept; each may take 60 MB of the disk. */
export const MAX_SERIES = 200

/** Where imports are kept; `storage/series-store.ts` fits. */
export interface SeriesKeeper {
  put(
    columns: Float64Array,
    describe: (known: ImportedFacts | null) => ImportedFacts,
  ): Promise<{ hash: string; facts: ImportedFacts }>
  get(hash: string): Promise<{ facts: ImportedFacts; columns: Float64Array }>
  facts(hash: string): Promise<ImportedFacts>
  list(): Promise<{ hash: string; facts: ImportedFacts }[]>
  count(): Promise<number>
  remove(hash: string): Promise<void>
}

interface ImportOptions {
  keeper: SeriesKeeper
  dispatcher: Dispatcher
  clock: Clock
}

export function createImports({ keeper, dispatcher, clock }: ImportOptions): SeriesDesk & ImportedSeries {
  let underWay = 0
  /** Columns that some job has at work: others share them, and nobody keeps them from being forgotten. */
  const held = new Map<string, WeakRef<ArrayBufferLike>>()
  const loading = new Map<string, Promise<Float64Array>>()

  /** Read once by those who ask for the same at once, and not again while somebody still uses them. */
  async function columnsOf(hash: string): Promise<Float64Array> {
    const memory = held.get(hash)?.deref()
    if (memory) return new Float64Array(memory)
    const underWay = loading.get(hash)
    if (underWay) return underWay
    const read = keeper.get(hash).then(({ columns }) => columns)
    loading.set(hash, read)
    try {
      const columns = await read
      for (const [other, ref] of held) if (ref.deref() === undefined) held.delete(other)
      // The memory and not the view: whoever uses a part of it holds that.
      held.set(hash, new WeakRef(columns.buffer))
      return columns
    } finally {
      loading.delete(hash)
    }
  }

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
      const bytes = await collect(withinTime(pieces, clock, IDLE_MS), signal)
      const name = cleanName(file.name())
      const ticker = tickerOf(name ?? '')
      const read = await dispatcher.run(readCsv, { bytes, ticker }, { lane: LANE, signal })
      if (read.rows === 0) throw new InputError('data', 'data: the file has a header and no rows')
      const facts = describe(read, { name: name ?? undefined, ticker, now: clock.now() })
      // Bars that were brought in under a name keep it when they come again without one.
      const kept = await keeper.count()
      const stored = await keeper.put(read.columns, (known) => {
        if (known === null && kept >= MAX_SERIES)
          throw new ConflictError(
            `${kept} price files are kept already, and no more than ${MAX_SERIES} are; remove one first`,
          )
        return name === null && known ? known : facts
      })
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
    async load(hash, { prices, until }) {
      const facts = await keeper.facts(hash)
      const columns = await columnsOf(hash)
      return { series: openSeries(facts, columns, prices, until), notes: describeRepairs(facts) }
    },
  }
}

/** The pieces as they come; throws 408 where the next one takes too long. */
async function* withinTime(
  pieces: AsyncIterable<Uint8Array>,
  clock: Clock,
  idleMs: number,
): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  try {
    for (;;) {
      const over = new AbortController()
      const idle = clock.sleep(idleMs, over.signal).then((): never => {
        throw new RefusedError(408, `nothing more of the price file came for ${idleMs / 1_000} seconds`)
      })
      idle.catch(() => undefined)
      try {
        const next = await Promise.race([iterator.next(), idle])
        if (next.done) return
        yield next.value
      } finally {
        over.abort()
      }
    }
  } finally {
    // Not waited for: whoever sends may never answer.
    void iterator.return?.()?.catch(() => undefined)
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
  const turn = createTurns()
  let at = 0
  for (const piece of held) {
    bytes.set(piece, at)
    at += piece.length
    await turn()
  }
  return bytes
}

/** Without folders, control characters and signs that turn the direction of writing; null for nothing left. */
function cleanName(name: string | null): string | null {
  const base = (name ?? '').replace(/^.*[/\\]/s, '')
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  const plain = base.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim()
  return plain === '' ? null : plain.slice(0, MAX_NAME_LENGTH)
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
  {
    columns,
    rows,
    isDaily,
    stepMs,
    adjustment,
    repairs,
    repaired,
    notes,
  }: Awaited<ReturnType<typeof ReadCsv.run>>,
  { name = UNNAMED, ticker, now }: { name: string | undefined; ticker: string; now: number },
): ImportedFacts {
  const show = (ms: number) => formatBarTime(ms, isDaily)
  return {
    ...{
      name,
      ticker,
      rows,
      first: show(columns[0]!),
      last: show(columns[rows - 1]!),
      interval: describeInterval(stepMs),
    },
    ...{ adjustment, repairs, repaired, notes, imported_at: toIso(now) },
  }
}

function describeInterval(stepMs: number | null): string {
  if (stepMs === null) return '–'
  const minutes = stepMs / 60_000
  if (minutes >= 1_440) return `${Math.round(minutes / 1_440)} d`
  if (minutes >= 60) return `${Number((minutes / 60).toFixed(1))} h`
  return minutes >= 1 ? `${Number(minutes.toFixed(1))} min` : `${Math.round(minutes * 60)} s`
}

function openSeries(
  { ticker, rows, adjustment }: ImportedFacts,
  columns: Float64Array,
  prices: 'adjusted' | 'raw',
  until: string | undefined,
): BarSeries {
  const at = (index: number) => columns.subarray(index * rows, (index + 1) * rows)
  const bars = Object.fromEntries(BAR_COLUMNS.map((name, index) => [name, at(index)])) as unknown as Bars
  const facts = { ticker, vendor: 'import' }
  if (prices === 'raw' || adjustment === 'raw')
    return { ...facts, ...bars, adjustment: 'raw', adjusted_to: null }
  const factor = at(BAR_COLUMNS.length)
  const last = dateOf(bars.time[rows - 1]!)
  return adjustTo(
    { ...facts, ...bars, adjustment, factor },
    until !== undefined && until < last ? until : last,
  )
}

function describeRepairs({ name, repairs, repaired }: ImportedFacts): string[] {
  if (repaired === 0) return []
  const told = repairs.slice(0, 3).map(({ line, reason }) => `line ${line}: ${reason}`)
  const more = repaired > told.length ? `; and ${repaired - told.length} more` : ''
  return [`${name} was mended when it was read: ${told.join('; ')}${more}.`]
}
