/**
 * Dates as people's price files write them. A format is told once, from the file's first rows, so that every row is
 * read in the same way; what can be read in two ways is refused rather than guessed.
 */
import { InputError } from '../core/errors.ts'

/** A date as written: local wall-clock milliseconds as if UTC, and the offset from UTC where one was given. */
export interface WrittenTime {
  localMs: number
  /** Minutes east of UTC; null where the file does not say. */
  offsetMinutes: number | null
}

export type DayOrder = 'month-first' | 'day-first'

const CLOCK = String.raw`(?:[T\s]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:\.\d+)?)?\s*([AaPp][Mm])?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?`
/** 2012-06-29, 2012/6/29, 2012.06.29, 20120629; with or without a time of day and an offset. */
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})${CLOCK}$`)
/** 6/29/2012, 29-06-2012, 29.06.2012, 6/29/12. */
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${CLOCK}$`)
/** 29-Jun-2012, 29 June 2012, 29-Jun-12. */
const DAY_NAME = new RegExp(String.raw`^(\d{1,2})[-\s]([A-Za-z]{3,9})\.?[-\s,]+(\d{4}|\d{2})${CLOCK}$`)
/** Jun 29, 2012; June 29 2012. */
const NAME_DAY = new RegExp(String.raw`^([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})${CLOCK}$`)
/** Seconds or milliseconds since 1970. */
const EPOCH = /^(\d{9,10}|\d{12,13})(?:\.\d+)?$/
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTH_NAMES = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july'],
  ...['august', 'september', 'october', 'november', 'december'],
]

/** Reads one date. Null where it is none, or no such day or time exists. `order` decides 6/7/2012. */
export function parseWrittenTime(text: string, order: DayOrder): WrittenTime | null {
  // The commonest form by far, without a regular expression's cost.
  if (text.length === 10 && text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45) {
    const ms = makeTime(text.slice(0, 4), text.slice(5, 7), text.slice(8), [])
    return ms === null ? null : { localMs: ms, offsetMinutes: null }
  }
  const match = YEAR_FIRST.exec(text)
  if (match) {
    // Without separators the month and the day have two digits each.
    if (match[2] === '' && (match[3]!.length !== 2 || match[4]!.length !== 2)) return null
    return complete(match[1]!, match[3]!, match[4]!, match.slice(5))
  }
  const last = YEAR_LAST.exec(text)
  if (last) {
    const monthFirst = last[2] !== '.' && order === 'month-first'
    const [month, day] = monthFirst ? [last[1]!, last[3]!] : [last[3]!, last[1]!]
    return complete(fullYear(last[4]!), month, day, last.slice(5))
  }
  const named = DAY_NAME.exec(text)
  if (named) return complete(fullYear(named[3]!), monthOf(named[2]!), named[1]!, named.slice(4))
  const spelled = NAME_DAY.exec(text)
  if (spelled) return complete(spelled[3]!, monthOf(spelled[1]!), spelled[2]!, spelled.slice(4))
  if (EPOCH.test(text)) {
    const value = Number(text)
    return { localMs: Math.floor(value < 1e11 ? value * 1_000 : value), offsetMinutes: 0 }
  }
  return null
}

/**
 * Whether dates like 6/7/2012 put the month or the day first: told by a part above 12, else by the reading that leaves
 * the dates in order. Throws `InputError` where both readings hold.
 */
export function tellDayOrder(dates: Iterable<string>): DayOrder {
  const undecided: string[] = []
  for (const text of dates) {
    const match = YEAR_LAST.exec(text)
    if (!match || match[2] === '.') return 'month-first'
    if (Number(match[1]) > 12) return 'day-first'
    if (Number(match[3]) > 12) return 'month-first'
    undecided.push(text)
  }
  const monthFirst = isOrdered(undecided, 'month-first')
  const dayFirst = isOrdered(undecided, 'day-first')
  const example = undecided.find((text) => readsDifferently(text))
  if (example !== undefined && monthFirst === dayFirst) {
    throw new InputError(
      'data',
      `dates like "${example}" may be month/day or day/month, and no row tells which: write them as YYYY-MM-DD`,
    )
  }
  return dayFirst && !monthFirst ? 'day-first' : 'month-first'
}

function readsDifferently(text: string): boolean {
  return parseWrittenTime(text, 'month-first')?.localMs !== parseWrittenTime(text, 'day-first')?.localMs
}

function isOrdered(dates: string[], order: DayOrder): boolean {
  let direction = 0
  let previous = parseWrittenTime(dates[0] ?? '', order)?.localMs ?? 0
  for (const text of dates.slice(1)) {
    const ms = parseWrittenTime(text, order)?.localMs ?? Number.NaN
    const step = Math.sign(ms - previous)
    if (step === 0 || Number.isNaN(step) || (direction !== 0 && step !== direction)) return false
    direction = step
    previous = ms
  }
  return true
}

function complete(
  year: string,
  month: string,
  day: string,
  clock: (string | undefined)[],
): WrittenTime | null {
  const ms = makeTime(year, month, day, clock)
  if (ms === null) return null
  const zone = clock[4]
  if (zone === undefined) return { localMs: ms, offsetMinutes: null }
  if (zone === 'Z' || zone === 'UTC') return { localMs: ms, offsetMinutes: 0 }
  const digits = zone.slice(1).replace(':', '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return { localMs: ms, offsetMinutes: zone.startsWith('-') ? -minutes : minutes }
}

function makeTime(year: string, month: string, day: string, clock: (string | undefined)[]): number | null {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  let hour = Number(clock[0] ?? 0)
  const minute = Number(clock[1] ?? 0)
  const second = Number(clock[2] ?? 0)
  const half = clock[3]?.toLowerCase()
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return null
    hour = (hour % 12) + (half === 'pm' ? 12 : 0)
  }
  if (hour > 23 || minute > 59 || second > 59) return null
  const ms = Date.UTC(y, m - 1, d, hour, minute, second)
  const made = new Date(ms)
  if (
    Number.isNaN(ms) ||
    made.getUTCFullYear() !== y ||
    made.getUTCMonth() !== m - 1 ||
    made.getUTCDate() !== d
  ) {
    return null
  }
  return ms
}

/** Two digits mean 1970–2069. */
function fullYear(year: string): string {
  if (year.length === 4) return year
  return String(Number(year) + (Number(year) < 70 ? 2_000 : 1_900))
}

/** `NaN` as text for what is no month, which no day then fits. */
function monthOf(name: string): string {
  const lower = name.toLowerCase()
  const index =
    lower.length === 3 ? MONTHS.indexOf(lower) : MONTH_NAMES.indexOf(lower === 'sept' ? 'september' : lower)
  return index < 0 ? 'NaN' : String(index + 1)
}
