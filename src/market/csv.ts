/**
 * Price files as text: Date, Open, High, Low, Close, Volume and, where there is one, Adj Close, in any column order and
 * case; comma, semicolon or tab between them; with or without a byte order mark; daily or intraday; oldest or newest
 * first. Promises rising times and sound bars, or an `InputError` that names each bad row by line number and reason.
 */
import { InputError, quote } from '../core/errors.ts'
import {
  createCellSpace,
  createNumberReader,
  findCells,
  MAX_CELLS,
  readLines,
  splitCells,
  tellDecimalMark,
  tellSeparator,
} from './csv-cells.ts'
import { findBareColumns, findColumns, type Columns } from './csv-columns.ts'
import { tellDayOrder } from './csv-dates.ts'
import { addRepair, createCsvReport, type CsvReport } from './csv-report.ts'
import { createCsvRows, type CsvRows } from './csv-rows.ts'
import type { RawBars } from './vendor.ts'

/** Rows between two looks at whatever else the process has to do. */
const ROWS_PER_SLICE = 5_000
/** No price file has lines that long; taking one apart would take long, too. */
const MAX_LINE_CHARS = 65_536

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

export interface ReadBars extends CsvReport {
  bars: RawBars
}

/**
 * Parses at once, mending what can be mended without a guess: rows without any price and rows that stand there twice are
 * left out, a missing volume is that of ticks or 0, a header may be missing. What was mended is said by line.
 */
export function readBarsCsv(text: string, label: BarsLabel): ReadBars {
  const report = createCsvReport()
  const steps = parseInSteps(text, label, report)
  for (;;) {
    const step = steps.next()
    if (step.done) return { bars: step.value, ...report }
  }
}

function* parseInSteps(
  text: string,
  { ticker, vendor }: BarsLabel,
  report: CsvReport | null = null,
): Generator<undefined, RawBars> {
  const lines = readLines(text)
  const header = lines.next()
  if (header.done) throw new InputError('data', `${ticker}: the file is empty; a header line is needed`)
  if (header.value.text.length > MAX_LINE_CHARS)
    throw new InputError(
      'data',
      `${ticker}: line ${header.value.number} is longer than ${MAX_LINE_CHARS} characters`,
    )
  const separator = tellSeparator(header.value.text)
  const names = splitCells(header.value.text, separator) ?? []
  const bare = report && findBareColumns(names)
  if (bare) addRepair(report, 1, 'no header: read as date, time, open, high, low, close, volume')
  const columns = bare ?? findColumns(names, ticker, { needsVolume: report === null })
  const first = bare ? header.value : null
  const order = tellDayOrder(dateCells(text, separator, columns, bare !== null))
  const mark =
    separator === ','
      ? '.'
      : findDecimalMark(text, separator, columns, { ticker, isBare: bare !== null, report })
  const numbers = createNumberReader(mark)
  const rows = createCsvRows({ ticker, columns, width: names.length, order, numbers, report })
  const cells = createCellSpace()
  const separatorCode = separator.charCodeAt(0)
  let count = 0
  let number = first ? header.value.number - 1 : header.value.number
  for (let start = first ? header.value.start : header.value.next; start < text.length;) {
    number += 1
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    addLine(rows, number, text, start, end)
    start = end + 1
    count += 1
    if (count % ROWS_PER_SLICE === 0) yield
  }
  return rows.finish(vendor)

  function addLine(to: CsvRows, line: number, source: string, start: number, end: number): void {
    if (findCells(source, start, end, separatorCode, cells)) {
      if (cells.count > 1 || cells.ends[0]! > cells.starts[0]!) to.add(line, source, cells)
      return
    }
    if (end - start > MAX_LINE_CHARS) return to.refuse(line, `longer than ${MAX_LINE_CHARS} characters`)
    const taken = splitCells(source.slice(start, end), separator)
    if (taken === null) return to.refuse(line, 'a quotation mark is not closed')
    // Put side by side they are a text of their own, in which the cells have their bounds.
    let at = 0
    cells.count = taken.length
    taken.slice(0, MAX_CELLS).forEach((cell, i) => {
      cells.starts[i] = at
      at += cell.length
      cells.ends[i] = at
    })
    to.add(line, taken.slice(0, MAX_CELLS).join(''), cells)
  }
}

/** Lazily, for the telling is mostly done after a few rows. */
function* dateCells(text: string, separator: string, columns: Columns, isBare: boolean): Generator<string> {
  const lines = readLines(text)
  if (!isBare) lines.next()
  for (const line of lines) yield splitCells(line.text, separator)?.[columns.date]?.trim() ?? ''
}

interface MarkFacts {
  ticker: string
  isBare: boolean
  report: CsvReport | null
}

/** Throws `InputError` where a comma may part thousands as well as decimals, and no figure of the file tells which. */
function findDecimalMark(
  text: string,
  separator: string,
  columns: Columns,
  { ticker, isBare, report }: MarkFacts,
): ',' | '.' {
  const { mark, open } = tellDecimalMark(figureCells(text, separator, columns, isBare))
  if (mark !== null) return mark
  if (open === null) return '.'
  const { line, text: written } = open
  if (written.includes(','))
    throw new InputError(
      'data',
      `${ticker}: line ${line}: ${quote(written.trim())} may have thousands or decimals behind its comma, and no figure of the file tells which: write a decimal point`,
    )
  if (report)
    addRepair(
      report,
      line,
      `${quote(written.trim())} is read with a decimal point, as no figure says otherwise`,
    )
  return '.'
}

/** Lazily, for the telling is mostly done after a few rows. */
function* figureCells(
  text: string,
  separator: string,
  { open, high, low, close, adjClose, volume, ticks }: Columns,
  isBare: boolean,
): Generator<{ line: number; text: string }> {
  const lines = readLines(text)
  if (!isBare) lines.next()
  for (const line of lines) {
    const cells = splitCells(line.text, separator) ?? []
    for (const column of [open, high, low, close, adjClose, volume, ticks]) {
      const cell = column < 0 ? undefined : cells[column]
      if (cell !== undefined) yield { line: line.number, text: cell }
    }
  }
}
