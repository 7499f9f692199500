/**
 * Prices from a folder of `<TICKER>.csv` files. A ticker never becomes a path: it is looked up among the names the
 * folder holds, and the file found is opened only if it lies in the folder, symbolic links followed. A file is parsed
 * once and again when it changes.
 */
import { constants } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { InputError, messageOf, NotFoundError, quote } from '../../core/errors.ts'
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
  const listed = new Map<string, { version: string; listing: Listing }>()

  async function load(ticker: string, file: string): Promise<RawBars> {
    const path = await resolveInside(dir, file, ticker)
    const version = await readVersion(path)
    let entry = cache.get(ticker)
    if (entry?.version !== version) {
      entry = { version, bars: readBars(path, { ticker, vendor: name }) }
      entry.bars.catch(() => cache.get(ticker) === entry && cache.delete(ticker))
    }
    cache.delete(ticker)
    cache.set(ticker, entry)
    if (cache.size > MAX_CACHED_FILES) cache.delete(cache.keys().next().value!)
    return entry.bars
  }

  /** A file that cannot be used is still named, with what is wrong with it; an unchanged one is not read again. */
  async function list(ticker: string, file: string): Promise<Listing> {
    let version: string | null = null
    try {
      version = await readVersion(await resolveInside(dir, file, ticker))
      const known = listed.get(ticker)
      if (known?.version === version) return known.listing
      return keep(version, describeBars(ticker, await load(ticker, file)))
    } catch (error) {
      return keep(version, { ticker, first: null, last: null, problem: messageOf(error) })
    }
  }

  function keep(version: string | null, listing: Listing): Listing {
    if (version !== null) listed.set(listing.ticker, { version, listing })
    return listing
  }

  return {
    name,
    async bars(text, until, signal) {
      const ticker = parseTicker(text)
      signal?.throwIfAborted()
      const { files } = await listFiles(dir, name)
      const file = files.get(ticker)
      if (file === undefined) throw unknownTicker(ticker, name, [...files.keys()])
      const bars = await load(ticker, file)
      signal?.throwIfAborted()
      return cut(bars, countBarsUntil(bars.time, until, 'until'))
    },
    async listings() {
      const listings: Listing[] = []
      const { files } = await listFiles(dir, name)
      for (const [ticker, file] of files) listings.push(await list(ticker, file))
      return listings
    },
    async strays() {
      return (await listFiles(dir, name)).strays
    },
  }
}

interface FolderContents {
  /** File names by ticker, in alphabetical order; `AAPL.csv` goes before another spelling of the same ticker. */
  files: Map<string, string>
  strays: string[]
}

async function listFiles(dir: string, name: string): Promise<FolderContents> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`the folder of vendor ${name} cannot be read: ${error.code}`)
  })
  const files = new Map<string, string>()
  const strays: string[] = []
  for (const entry of entries) {
    const stem = /^(.+)\.csv$/i.exec(entry.name)?.[1]
    if (stem === undefined || (!entry.isFile() && !entry.isSymbolicLink())) continue
    const ticker = stem.toUpperCase()
    if (!isTicker(ticker)) {
      strays.push(`the file ${quote(entry.name)} is passed over: its name is no ticker`)
      continue
    }
    const known = files.get(ticker)
    const isPlain = known === undefined || stem === ticker
    if (known !== undefined) {
      const [taken, left] = isPlain ? [entry.name, known] : [known, entry.name]
      strays.push(`the file ${quote(left)} is passed over: ${quote(taken)} is of the same ticker`)
    }
    if (isPlain) files.set(ticker, entry.name)
  }
  return { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), strays: strays.sort() }
}

async function readVersion(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path)
  return `${mtimeMs}:${size}:${ino}`
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

function describeBars(ticker: string, { time }: RawBars): Listing {
  if (time.length === 0)
    return { ticker, first: null, last: null, problem: `${ticker}: the file has no rows` }
  return { ticker, first: dateOf(time[0]!), last: dateOf(time[time.length - 1]!), problem: null }
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
