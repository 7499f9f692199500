/**
 * The rows of one price file as they are read: growing columns of figures, what is wrong with a row by line and reason,
 * and in the end sound bars with rising times. The plain way of writing is read straight from the text; any other is
 * left to the readers that know them all and agree with it.
 */
import { InputError, quote } from '../core/errors.ts'
import type { NumberReader } from './csv-cells.ts'
import type { Columns } from './csv-columns.ts'
import { parseWrittenTime, type DayOrder } from './csv-dates.ts'
import { readPlainNumber } from './csv-number.ts'
import { addRepair, type CsvReport } from './csv-report.ts'
import { createPlainTimeReader, isMidnight, OFFSET_LENGTH, readOffset, readPlainClock } from './csv-time.ts'
import { dateOf, formatBarTime } from './series.ts'
import type { RawBars } from './vendor.ts'

/** Bad rows that a message names before it only counts them. */
const MAX_ROWS_NAMED = 3
const FIRST_CAPACITY = 4_096
const LETTER_Z = 90
/** Days without a bar after which a daily file has a hole, weekends and holidays being none. */
const HOLE_DAYS = 8
const DAY_MS = 86_400_000
/** Bars that are mostly further apart are weekly, or longer. */
const MAX_DAILY_STEP_DAYS = 4
const MAX_HOLES_NAMED = 20
/** Between daily bars, the days on which clocks are changed included. */
const MIN_DAY_STEP_MS = 22 * 3_600_000
const MAX_DAY_STEP_MS = 26 * 3_600_000

/** In the order in which they stand in `figures`. */
const FIGURES = ['open', 'high', 'low', 'close', 'adjClose', 'volume', 'ticks'] as const
type Figure = (typeof FIGURES)[number]
const LABELS: Record<Figure, string> = {
  ...{ open: 'open', high: 'high', low: 'low', close: 'close' },
  ...{ adjClose: 'adj close', volume: 'volume', ticks: 'tick volume' },
}

/** Where the cells of one line stand in the text. */
export interface CellBounds {
  count: number
  starts: Int32Array
  ends: Int32Array
}

export interface RowsOptions {
  ticker: string
  columns: Columns
  /** Cells of the header. */
  width: number
  order: DayOrder
  numbers: NumberReader
  /** Rows without any price and rows that stand there twice are left out, and said; else they are refused. */
  report: CsvReport | null
}

export interface CsvRows {
  /** One line whose cells are given by their bounds in `text`. */
  add(line: number, text: string, cells: CellBounds): void
  refuse(line: number, reason: string): void
  /** Throws `InputError` naming the bad rows. */
  finish(vendor: string): RawBars
}

export function createCsvRows({ ticker, columns, width, order, numbers, report }: RowsOptions): CsvRows {
  const needed = Math.max(...Object.values(columns)) + 1
  const figures = FIGURES.map((name) => columns[name])
  const readPlainTime = createPlainTimeReader()
  const problems: string[] = []
  let bad = 0
  let count = 0
  let lines = new Int32Array(FIRST_CAPACITY)
  let times = new Float64Array(FIRST_CAPACITY)
  /** Offsets from UTC; kept only from the first row that has one. */
  let offsets: Float64Array | null = null
  const held = FIGURES.map((_, i) => new Float64Array(figures[i]! < 0 ? 0 : FIRST_CAPACITY))
  const row = new Float64Array(FIGURES.length)
  let isDaily = true
  let symbol: string | null = null

  function refuse(line: number, reason: string): void {
    bad += 1
    if (problems.length < MAX_ROWS_NAMED) problems.push(`line ${line}: ${reason}`)
  }

  function add(line: number, text: string, cells: CellBounds): void {
    if (cells.count < needed) return refuse(line, describeShortRow(text, cells, needed))
    if (cells.count > width && hasBeyond(cells, width)) {
      const said = `${cells.count} cells where the header has ${width}`
      return refuse(line, `${said}: figures with a decimal comma need quotes or another separator`)
    }
    const fault = readRow(line, text, cells)
    if (fault === SKIPPED) return
    if (fault !== null) return refuse(line, fault)
    if (count === lines.length) grow()
    lines[count] = line
    times[count] = timeMs
    if (offsetMs !== 0) offsets ??= new Float64Array(lines.length)
    if (offsets) offsets[count] = offsetMs
    if (isDaily && !isMidnight(timeMs)) isDaily = false
    for (let i = 0; i < FIGURES.length; i++) if (figures[i]! >= 0) held[i]![count] = row[i]!
    count += 1
  }

  let timeMs = 0
  let offsetMs = 0

  /** What is wrong with the row, null for nothing, `SKIPPED` for a row that is left out. */
  function readRow(line: number, text: string, { starts, ends }: CellBounds): string | null {
    const at = columns.date
    const clock = columns.time
    offsetMs = 0
    timeMs = readTime(text, starts[at]!, ends[at]!)
    if (clock >= 0) timeMs += readPlainClock(text, starts[clock]!, ends[clock]!)
    if (timeMs !== timeMs) {
      const fault = readWrittenTime(text, { starts, ends })
      if (fault !== null) return fault
    }
    const mark = numbers.mark
    for (let i = 0; i < FIGURES.length; i++) {
      const column = figures[i]!
      if (column < 0) continue
      const value = readPlainNumber(text, starts[column]!, ends[column]!, mark)
      row[i] = value === value ? value : numbers.read(text.slice(starts[column], ends[column]))
    }
    if (columns.symbol >= 0) {
      const fault = checkSymbol(text.slice(starts[columns.symbol], ends[columns.symbol]).trim())
      if (fault !== null) return fault
    }
    return isSound() ? null : faultOf(line, text, { starts, ends })
  }

  function readTime(text: string, start: number, end: number): number {
    if (text.charCodeAt(end - 1) === LETTER_Z) return readPlainTime(text, start, end - 1)
    const length = end - start
    const eastMs = length > OFFSET_LENGTH ? readOffset(text, end - OFFSET_LENGTH) : Number.NaN
    if (eastMs === eastMs) {
      offsetMs = eastMs
      return readPlainTime(text, start, end - OFFSET_LENGTH)
    }
    // Seconds since 1970.
    if (length === 10 && text.charCodeAt(start + 4) >= 48) return readPlainNumber(text, start, end, 0) * 1_000
    return readPlainTime(text, start, end)
  }

  function readWrittenTime(
    text: string,
    { starts, ends }: Pick<CellBounds, 'starts' | 'ends'>,
  ): string | null {
    const cell = (column: number) => text.slice(starts[column], ends[column]).trim()
    const written = columns.time < 0 ? cell(columns.date) : `${cell(columns.date)} ${cell(columns.time)}`
    const at = parseWrittenTime(written, order)
    if (at === null) return `date is ${quote(written)}, not a date this reads; write YYYY-MM-DD`
    timeMs = at.localMs
    offsetMs = (at.offsetMinutes ?? 0) * 60_000
    return null
  }

  function checkSymbol(named: string): string | null {
    symbol ??= named
    return named === symbol
      ? null
      : `the ticker is ${quote(named)} where the rows before have ${quote(symbol)}: one file holds one ticker`
  }

  function isSound(): boolean {
    const [open, high, low, close] = [row[0]!, row[1]!, row[2]!, row[3]!]
    return (
      low > 0 &&
      low <= open &&
      low <= close &&
      high >= open &&
      high >= close &&
      high < Number.POSITIVE_INFINITY &&
      (figures[4]! < 0 || (row[4]! > 0 && row[4]! < Number.POSITIVE_INFINITY)) &&
      (figures[5]! < 0 || (row[5]! >= 0 && row[5]! < Number.POSITIVE_INFINITY)) &&
      (figures[6]! < 0 || (row[6]! >= 0 && row[6]! < Number.POSITIVE_INFINITY))
    )
  }

  function faultOf(
    line: number,
    text: string,
    { starts, ends }: Pick<CellBounds, 'starts' | 'ends'>,
  ): string {
    const written = (i: number) => quote(text.slice(starts[figures[i]!], ends[figures[i]!]).trim())
    const isEmpty = (i: number) =>
      /^(?:null|nan|n\/?a|-)?$/i.test(text.slice(starts[figures[i]!], ends[figures[i]!]).trim())
    if (report && [0, 1, 2, 3].every(isEmpty)) {
      addRepair(report, line, `no prices on ${dateOf(timeMs)}: the row is left out`)
      return SKIPPED
    }
    for (let i = 0; i < FIGURES.length; i++) {
      if (figures[i]! < 0) continue
      const name = LABELS[FIGURES[i]!]
      if (!Number.isFinite(row[i]!)) return `${name} is ${written(i)}, not a number`
      if (i < 5 && row[i]! <= 0) return `${name} is ${written(i)}, not above 0`
      if (row[i]! < 0) return `${name} is ${written(i)}, below 0`
    }
    const [open, high, low, close] = [row[0]!, row[1]!, row[2]!, row[3]!]
    if (high < Math.max(open, low, close)) return `high ${high} is below ${Math.max(open, low, close)}`
    return `low ${low} is above ${Math.min(open, high, close)}`
  }

  function grow(): void {
    const capacity = lines.length * 2
    const wider = (column: Float64Array) => {
      const next = new Float64Array(column.length === 0 ? 0 : capacity)
      next.set(column)
      return next
    }
    const next = new Int32Array(capacity)
    next.set(lines)
    lines = next
    times = wider(times)
    if (offsets) offsets = wider(offsets)
    for (let i = 0; i < held.length; i++) held[i] = wider(held[i]!)
  }

  function finish(vendor: string): RawBars {
    if (bad > 0) {
      const more = bad > problems.length ? `; and ${bad - problems.length} more bad rows` : ''
      throw new InputError('data', `${ticker}: ${problems.join('; ')}${more}`)
    }
    // Daily files stand at midnight of their exchange: the date is kept and the offset means nothing. In an intraday
    // file an offset leads to UTC; without one the wall clock is taken as UTC.
    if (!isDaily && offsets) for (let i = 0; i < count; i++) times[i]! -= offsets[i]!
    if (report && !isDaily) dateDailyBars()
    const order = sortByTime()
    const kept = dropRepeated(order)
    if (report && isDaily) noteHoles(kept)
    const pick = (column: Float64Array) => pickRows(column, kept)
    const close = pick(held[3]!)
    const adjusted = figures[4]! < 0 ? null : pick(held[4]!)
    return {
      ticker,
      vendor,
      adjustment: adjusted ? 'adjusted' : 'raw',
      time: pick(times),
      open: pick(held[0]!),
      high: pick(held[1]!),
      low: pick(held[2]!),
      close,
      volume: readVolume(kept),
      factor: adjusted
        ? adjusted.map((price, i) => price / close[i]!)
        : new Float64Array(kept.length).fill(1),
    }
  }

  /**
   * Bars a day apart that are stamped with a time of day stand for days: for the one they begin on, or the next where that
   * leaves fewer of them on a weekend, as stamps of the far east in UTC do.
   */
  function dateDailyBars(): void {
    const stamps = times.slice(0, count).sort()
    const stepMs = usualStepMs(stamps)
    if (stepMs < MIN_DAY_STEP_MS || stepMs > MAX_DAY_STEP_MS) return
    const toDay = (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS
    if (stamps.some((ms, i) => i > 0 && toDay(ms) === toDay(stamps[i - 1]!))) return
    const weekends = (shiftMs: number) => stamps.filter((ms) => isWeekend(toDay(ms) + shiftMs)).length
    const shiftMs = weekends(DAY_MS) < weekends(0) ? DAY_MS : 0
    for (let i = 0; i < count; i++) times[i] = toDay(times[i]!) + shiftMs
    isDaily = true
    const which = shiftMs === 0 ? 'the day they begin on' : 'the day after the one they begin on in UTC'
    addRepair(report!, 1, `bars are a day apart: they are dated by ${which}, without a time of day`)
  }

  /** Row numbers in the order of time; of equal times, in that of lines. */
  function sortByTime(): Uint32Array {
    const order = new Uint32Array(count)
    for (let i = 0; i < count; i++) order[i] = i
    let rising = true
    let falling = true
    for (let i = 1; i < count; i++) {
      if (times[i]! < times[i - 1]!) rising = false
      if (times[i]! > times[i - 1]!) falling = false
    }
    if (rising) return order
    if (falling) order.reverse()
    return order.sort((a, b) => times[a]! - times[b]! || lines[a]! - lines[b]!)
  }

  function dropRepeated(order: Uint32Array): Uint32Array {
    const kept: number[] | null = hasRepeated(order) ? [] : null
    if (kept === null) return order
    for (const index of order) {
      const before = kept.at(-1)
      if (before === undefined || times[before] !== times[index]) kept.push(index)
      else if (report && held.every((column) => column[before] === column[index])) {
        addRepair(report, lines[index]!, `the same as line ${lines[before]}: the row is left out`)
      } else {
        const when = formatBarTime(times[index]!, isDaily)
        const where = `line ${lines[index]}: ${when} is on line ${lines[before]} already`
        throw new InputError('data', `${ticker}: ${where}${report ? ', with other figures' : ''}`)
      }
    }
    return Uint32Array.from(kept)
  }

  function hasRepeated(order: Uint32Array): boolean {
    for (let i = 1; i < order.length; i++) if (times[order[i]!] === times[order[i - 1]!]) return true
    return false
  }

  function noteHoles(kept: Uint32Array): void {
    const time = pickRows(times, kept)
    if (usualStepMs(time) > MAX_DAILY_STEP_DAYS * DAY_MS) return
    for (let i = 1; i < time.length && report!.notes.length < MAX_HOLES_NAMED; i++) {
      const [from, to] = [time[i - 1]!, time[i]!]
      if (to - from < HOLE_DAYS * DAY_MS) continue
      const days = Math.round((to - from) / DAY_MS) - 1
      const reason = `no bars between ${dateOf(from)} and ${dateOf(to)}: ${days} days`
      report!.notes.push({ line: lines[kept[i]!]!, reason })
    }
  }

  function readVolume(kept: Uint32Array): Float64Array {
    const [volume, ticks] = [held[5]!, held[6]!]
    const isTraded = figures[5]! >= 0 && (figures[6]! < 0 || volume.some((value) => value > 0))
    if (isTraded) return pickRows(volume, kept)
    if (figures[6]! >= 0) {
      if (report) addRepair(report, 1, 'no volume is known: that of ticks stands for it')
      return pickRows(ticks, kept)
    }
    if (report) addRepair(report, 1, 'no column for volume: it is 0 throughout')
    return new Float64Array(kept.length)
  }

  return { add, refuse, finish }
}

function pickRows(column: Float64Array, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]!]!
  return picked
}

/** Saturday or Sunday; the epoch was a Thursday. */
function isWeekend(dayMs: number): boolean {
  const weekday = (Math.round(dayMs / DAY_MS) + 4) % 7
  return weekday === 0 || weekday === 6
}

/** The middle one of the steps between bars; 0 for fewer than two. */
function usualStepMs(time: Float64Array): number {
  const steps = new Float64Array(Math.max(0, time.length - 1))
  for (let i = 1; i < time.length; i++) steps[i - 1] = time[i]! - time[i - 1]!
  return steps.sort()[steps.length >> 1] ?? 0
}

/** Told apart from every fault, which are sentences. */
const SKIPPED = ''

/** Whether a cell stands behind the last of the header; empty ones do no harm. */
function hasBeyond({ count, starts, ends }: CellBounds, width: number): boolean {
  for (let i = width; i < Math.min(count, ends.length); i++) if (ends[i]! > starts[i]!) return true
  return false
}

/** A row whose cells are parted by another sign than the header's says so. */
function describeShortRow(text: string, { count, starts, ends }: CellBounds, needed: number): string {
  const said = `${count} ${count === 1 ? 'cell' : 'cells'} where the header has at least ${needed}`
  const row = text.slice(starts[0], ends[Math.min(count, ends.length) - 1])
  const other = [';', '\t', ','].find((separator) => row.split(separator).length >= needed)
  return other === undefined
    ? said
    : `${said}: this row is parted by ${other === '\t' ? 'tabs' : quote(other)}`
}
