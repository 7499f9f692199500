/**
 * Prices from a folder of `<TICKER>.csv` files. A ticker never becomes a path: it is looked up among the names the
 * folder holds, and the file found is opened only if it lies in the folder, symbolic links followed. A file is parsed
 * once and again when it changes.
 */
import { constants } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { InputError, NotFoundError } from '../../core/errors.ts'
import { isTicker, parseTicker } from '../../core/ids.ts'
import { countBarsUntil } from '../adjust.ts'
import { parseBarsCsvInSlices } from '../csv.ts'
import { BAR_COLUMNS, dateOf } from '../series.ts'
import type { Listing, RawBars, Vendor } from '../vendor.ts'

/** A file above this is refused: it is no price file, or one to be cut into years. */
const MAX_FILE_BYTES = 256 * 1_024 * 1_024
/** Parsed files kept in memory, the longest unused given up first. */
const MAX_CACHED_FILES = 64
/** Tickers that a message names before it only counts them. */
const MAX_TICKERS_NAMED = 20

interface CachedFile {
  version: string
  bars: Promise<RawBars>
}

/** Bars of the files in `dir`; `name` is what the bars say of their origin. */
export function createCsvVendor(dir: string, name = 'csv'): Vendor {
  const cache = new Map<string, CachedFile>()
  const ranges = new Map<string, { version: string; first: string | null; last: string | null }>()

  async function load(ticker: string, file: string): Promise<{ version: string; bars: RawBars }> {
    const path = await resolveInside(dir, file, ticker)
    const { mtimeMs, size, ino } = await stat(path)
    const version = `${mtimeMs}:${size}:${ino}`
    let entry = cache.get(ticker)
    if (entry?.version !== version) {
      entry = { version, bars: readBars(path, { ticker, vendor: name }) }
      entry.bars.catch(() => cache.get(ticker) === entry && cache.delete(ticker))
    }
    cache.delete(ticker)
    cache.set(ticker, entry)
    if (cache.size > MAX_CACHED_FILES) cache.delete(cache.keys().next().value!)
    return { version, bars: await entry.bars }
  }

  async function rangeOf(ticker: string, file: string): Promise<Listing> {
    try {
      const path = await resolveInside(dir, file, ticker)
      const { mtimeMs, size, ino } = await stat(path)
      const known = ranges.get(ticker)
      if (known?.version === `${mtimeMs}:${size}:${ino}`)
        return { ticker, first: known.first, last: known.last }
      const { version, bars } = await load(ticker, file)
      const range = bars.time.length === 0 ? { first: null, last: null } : rangeOfBars(bars)
      ranges.set(ticker, { version, ...range })
      return { ticker, ...range }
    } catch {
      // A file that cannot be used is still named; asking for its bars says what is wrong with it.
      return { ticker, first: null, last: null }
    }
  }

  return {
    name,
    async bars(text, until, signal) {
      const ticker = parseTicker(text)
      signal?.throwIfAborted()
      const files = await listFiles(dir, name)
      const file = files.get(ticker)
      if (file === undefined) throw unknownTicker(ticker, name, [...files.keys()])
      const { bars } = await load(ticker, file)
      signal?.throwIfAborted()
      return cut(bars, countBarsUntil(bars.time, until, 'until'))
    },
    async listings() {
      const listings: Listing[] = []
      for (const [ticker, file] of await listFiles(dir, name)) listings.push(await rangeOf(ticker, file))
      return listings
    },
  }
}

/** File names by ticker, in alphabetical order; `AAPL.csv` goes before another spelling of the same ticker. */
async function listFiles(dir: string, name: string): Promise<Map<string, string>> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`the folder of vendor ${name} cannot be read: ${error.code}`)
  })
  const files = new Map<string, string>()
  for (const entry of entries) {
    const stem = /^(.+)\.csv$/i.exec(entry.name)?.[1]
    if (stem === undefined || !isTicker(stem.toUpperCase())) continue
    if (!entry.isFile() && !entry.isSymbolicLink()) continue
    const ticker = stem.toUpperCase()
    if (!files.has(ticker) || stem === ticker) files.set(ticker, entry.name)
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function resolveInside(dir: string, file: string, ticker: string): Promise<string> {
  const root = await realpath(dir)
  const path = await realpath(join(root, file)).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`the file of ${ticker} cannot be read: ${error.code}`)
  })
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw new InputError('ticker', `the file of ${ticker} is a link out of its folder and is not followed`)
  }
  return path
}

async function readBars(path: string, label: { ticker: string; vendor: string }): Promise<RawBars> {
  return parseBarsCsvInSlices(await readText(path, label.ticker), label)
}

async function readText(path: string, ticker: string): Promise<string> {
  try {
    // The path is resolved; a link put there since then is not followed.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const { size } = await file.stat()
      if (size <= MAX_FILE_BYTES) return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new Error(`the file of ${ticker} cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    })
  }
  throw new InputError('data', `${ticker}: the file is larger than ${MAX_FILE_BYTES / 1_048_576} MB`)
}

function cut(bars: RawBars, count: number): RawBars {
  const copy = { ...bars, factor: bars.factor.slice(0, count) }
  for (const column of BAR_COLUMNS) copy[column] = bars[column].slice(0, count)
  return copy
}

function rangeOfBars(bars: RawBars): { first: string; last: string } {
  return { first: dateOf(bars.time[0]!), last: dateOf(bars.time[bars.time.length - 1]!) }
}

function unknownTicker(ticker: string, name: string, known: string[]): NotFoundError {
  const named = known.slice(0, MAX_TICKERS_NAMED).join(', ')
  const more = known.length > MAX_TICKERS_NAMED ? ` and ${known.length - MAX_TICKERS_NAMED} more` : ''
  return new NotFoundError(
    known.length === 0
      ? `vendor ${name} has no prices of ${ticker}, nor of any other ticker`
      : `vendor ${name} has no prices of ${ticker}; it has ${named}${more}`,
  )
}
