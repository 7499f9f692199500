/**
 * Price files as text: Date, Open, High, Low, Close, Volume and, where there is one, Adj Close, in any column order and
 * case; comma, semicolon or tab between them; with or without a byte order mark; daily or intraday; oldest or newest
 * first. Promises rising times and sound bars, or an `InputError` that names each bad row by line number and reason.
 */
import { InputError, quote } from '../core/errors.ts'
import { createNumberReader, readLines, splitCells, tellSeparator } from './csv-cells.ts'
import { parseWrittenTime, tellDayOrder, type DayOrder } from './csv-dates.ts'
import { dateOf } from './series.ts'
import type { RawBars } from './vendor.ts'

/** Rows between two looks at whatever else the process has to do. */
const ROWS_PER_SLICE = 5_000
/** Bad rows that a message names before it only counts them. */
const MAX_ROWS_NAMED = 3
const DAY_MS = 86_400_000

const COLUMN_NAMES = {
  date: ['date', 'datetime', 'timestamp', 'dateutc'],
  time: ['time'],
  open: ['open', 'o'],
  high: ['high', 'h'],
  low: ['low', 'l'],
  close: ['close', 'c', 'closelast'],
  adjClose: ['adjclose', 'adjustedclose', 'closeadj', 'adjclosing'],
  volume: ['volume', 'vol', 'v'],
} as const
type ColumnName = keyof typeof COLUMN_NAMES
type Columns = Record<Exclude<ColumnName, 'time' | 'adjClose'>, number> & { time: number; adjClose: number }

/** What the bars are called: `RawBars` carries both. */
export interface BarsLabel {
  ticker: string
  vendor: string
}

/** Parses at once. Without an adjusted close the bars are `raw` and the factor is 1 throughout. */
export function parseBarsCsv(text: string, label: BarsLabel): RawBars {
  const steps = parseInSteps(text, label)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The same, giving way to other work every few thousand rows; rejects with the signal's reason when it aborts. */
export async function parseBarsCsvInSlices(
  text: string,
  label: BarsLabel,
  signal?: AbortSignal,
): Promise<RawBars> {
  const steps = parseInSteps(text, label)
  for (;;) {
    signal?.throwIfAborted()
    const step = steps.next()
    if (step.done) return step.value
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

function* parseInSteps(text: string, label: BarsLabel): Generator<undefined, RawBars> {
  const lines = readLines(text)
  const header = lines.next()
  if (header.done) throw new InputError('data', `${label.ticker}: the file is empty; a header line is needed`)
  const separator = tellSeparator(header.value.text)
  const columns = findColumns(splitCells(header.value.text, separator) ?? [], label)
  const order = tellDayOrder(dateCells(text, separator, columns))
  const rows = createRowCollector(separator, columns, order)
  let count = 0
  for (const line of lines) {
    rows.add(line.number, line.text)
    count += 1
    if (count % ROWS_PER_SLICE === 0) yield
  }
  return rows.finish(label)
}

function findColumns(names: string[], { ticker }: BarsLabel): Columns {
  const found: Partial<Record<ColumnName, number>> = {}
  for (const [index, name] of names.entries()) {
    const plain = name.toLowerCase().replace(/[^a-z]/g, '')
    const column = (Object.keys(COLUMN_NAMES) as ColumnName[]).find((key) =>
      (COLUMN_NAMES[key] as readonly string[]).includes(plain),
    )
    if (column === undefined) continue
    if (found[column] !== undefined)
      throw new InputError('data', `${ticker}: line 1: two columns are named ${quote(name.trim())}`)
    found[column] = index
  }
  if (found.date === undefined && found.time !== undefined) {
    found.date = found.time
    delete found.time
  }
  const missing = (['date', 'open', 'high', 'low', 'close', 'volume'] as const).filter(
    (key) => found[key] === undefined,
  )
  if (missing.length > 0) {
    throw new InputError(
      'data',
      `${ticker}: line 1: no column for ${missing.join(', ')}; the header is ${quote(names.join(','), 120)}`,
    )
  }
  return { time: -1, adjClose: -1, ...found } as Columns
}

/** Lazily, for the telling is mostly done after a few rows. */
function* dateCells(text: string, separator: string, columns: Columns): Generator<string> {
  const lines = readLines(text)
  lines.next()
  for (const line of lines) yield splitCells(line.text, separator)?.[columns.date]?.trim() ?? ''
}

interface Row {
  line: number
  time: number
  /** Whether the row stands at 00:00 of its own wall clock. */
  midnight: boolean
  offsetMs: number
  open: number
  high: number
  low: number
  close: number
  adjClose: number
  volume: number
}

function createRowCollector(separator: string, columns: Columns, order: DayOrder) {
  const rows: Row[] = []
  const problems: string[] = []
  let bad = 0
  const readNumber = createNumberReader(separator)
  const needed = Math.max(...Object.values(columns)) + 1

  function refuse(line: number, reason: string): void {
    bad += 1
    if (problems.length < MAX_ROWS_NAMED) problems.push(`line ${line}: ${reason}`)
  }

  return {
    add(line: number, text: string): void {
      const cells = splitCells(text, separator)
      if (cells === null) return refuse(line, 'a quotation mark is not closed')
      const row = readRow(line, cells)
      if (typeof row === 'string') refuse(line, row)
      else rows.push(row)
    },
    finish(label: BarsLabel): RawBars {
      if (bad > 0) throw badRows(label, problems, bad)
      return assemble(rows, label)
    },
  }

  /** The row, or what is wrong with it. */
  function readRow(line: number, cells: string[]): Row | string {
    if (cells.length < needed) return `${cells.length} cells where the header has at least ${needed}`
    const clock = columns.time < 0 ? '' : ` ${cells[columns.time]!.trim()}`
    const written = `${cells[columns.date]!.trim()}${clock}`
    const at = parseWrittenTime(written, order)
    if (at === null) return `date is ${quote(written)}, not a date this reads; write YYYY-MM-DD`
    const row: Row = {
      line,
      time: at.localMs,
      midnight: at.localMs % DAY_MS === 0,
      offsetMs: (at.offsetMinutes ?? 0) * 60_000,
      open: readNumber(cells[columns.open]!),
      high: readNumber(cells[columns.high]!),
      low: readNumber(cells[columns.low]!),
      close: readNumber(cells[columns.close]!),
      adjClose: columns.adjClose < 0 ? Number.NaN : readNumber(cells[columns.adjClose]!),
      volume: readNumber(cells[columns.volume]!),
    }
    return faultOf(row, cells, columns) ?? row
  }
}

function faultOf(row: Row, cells: string[], columns: Columns): string | null {
  for (const name of ['open', 'high', 'low', 'close', 'adjClose'] as const) {
    if (columns[name] < 0) continue
    const label = name === 'adjClose' ? 'adj close' : name
    if (!Number.isFinite(row[name])) return `${label} is ${quote(cells[columns[name]]!.trim())}, not a number`
    if (row[name] <= 0) return `${label} is ${quote(cells[columns[name]]!.trim())}, not above 0`
  }
  if (!Number.isFinite(row.volume)) return `volume is ${quote(cells[columns.volume]!.trim())}, not a number`
  if (row.volume < 0) return `volume is ${quote(cells[columns.volume]!.trim())}, below 0`
  const top = Math.max(row.open, row.low, row.close)
  const bottom = Math.min(row.open, row.high, row.close)
  if (row.high < top) return `high ${row.high} is below ${top}`
  if (row.low > bottom) return `low ${row.low} is above ${bottom}`
  return null
}

function badRows(label: BarsLabel, problems: string[], bad: number): InputError {
  const more = bad > problems.length ? `; and ${bad - problems.length} more bad rows` : ''
  return new InputError('data', `${label.ticker}: ${problems.join('; ')}${more}`)
}

/**
 * Daily files stand at midnight of their exchange: the date is kept and the offset means nothing. In an intraday file
 * an offset leads to UTC; without one the wall clock is taken as UTC.
 */
function assemble(rows: Row[], label: BarsLabel): RawBars {
  const daily = rows.every((row) => row.midnight)
  if (!daily) for (const row of rows) row.time -= row.offsetMs
  rows.sort((a, b) => a.time - b.time)
  for (let i = 1; i < rows.length; i++) {
    const [one, other] = [rows[i - 1]!, rows[i]!]
    if (one.time !== other.time) continue
    const [first, second] = one.line < other.line ? [one, other] : [other, one]
    const when = daily ? dateOf(one.time) : new Date(one.time).toISOString()
    throw new InputError(
      'data',
      `${label.ticker}: line ${second.line}: ${when} is on line ${first.line} already`,
    )
  }
  const column = (read: (row: Row) => number): Float64Array => Float64Array.from(rows, read)
  return {
    ...label,
    adjustment: rows.some((row) => !Number.isNaN(row.adjClose)) ? 'adjusted' : 'raw',
    time: column((row) => row.time),
    open: column((row) => row.open),
    high: column((row) => row.high),
    low: column((row) => row.low),
    close: column((row) => row.close),
    volume: column((row) => row.volume),
    factor: column((row) => (Number.isNaN(row.adjClose) ? 1 : row.adjClose / row.close)),
  }
}
