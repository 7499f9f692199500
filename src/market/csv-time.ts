/**
 * The commonest ways of writing a date straight from a text: 2012-06-29, 2012.06.29, 2012/06/29 and 20120629, alone or
 * with 09:30 or 09:30:00 (or 093000) after a space or a T. Anything else is left to `parseWrittenTime`, which says the
 * same of these.
 */

const DAY_MS = 86_400_000
const ZERO = 48
const SPACE = 32
const LETTER_T = 84
const COLON = 58
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Two digits as a number, or −1. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

/** A reader that remembers the last day: intraday files have the same one on hundreds of rows. */
export function createPlainTimeReader(): (text: string, start: number, end: number) => number {
  let knownDay = -1
  let knownMs = 0

  function readDay(text: string, start: number, isCompact: boolean): number {
    const century = two(text, start)
    const years = two(text, start + 2)
    const month = two(text, start + (isCompact ? 4 : 5))
    const day = two(text, start + (isCompact ? 6 : 8))
    if (century < 0 || years < 0 || month < 1 || month > 12 || day < 1) return Number.NaN
    const year = century * 100 + years
    const key = (year * 100 + month) * 100 + day
    if (key === knownDay) return knownMs
    const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
    if (day > MONTH_DAYS[month - 1]! + (month === 2 && isLeap ? 1 : 0) || year < 100) return Number.NaN
    knownDay = key
    knownMs = Date.UTC(year, month - 1, day)
    return knownMs
  }

  /** Milliseconds of the wall clock as if UTC; NaN where it is written otherwise. */
  return (text, start, end) => {
    const mark = text.charCodeAt(start + 4)
    const isMarked = mark === 45 || mark === 46 || mark === 47
    if (isMarked && text.charCodeAt(start + 7) !== mark) return Number.NaN
    const length = isMarked ? 10 : 8
    if (end - start < length) return Number.NaN
    const dayMs = readDay(text, start, !isMarked)
    const at = start + length
    if (at === end) return dayMs
    const gap = text.charCodeAt(at)
    return gap === SPACE || gap === LETTER_T ? dayMs + readPlainClock(text, at + 1, end) : Number.NaN
  }
}

/** 09:30, 09:30:00, 0930 or 093000 in milliseconds since midnight; NaN where it is written otherwise or no such time is. */
export function readPlainClock(text: string, start: number, end: number): number {
  const gap = text.charCodeAt(start + 2) === COLON ? 1 : 0
  const length = end - start
  const hasSeconds = length === 6 + 2 * gap
  if (!hasSeconds && length !== 4 + gap) return Number.NaN
  const hour = two(text, start)
  const minute = two(text, start + 2 + gap)
  const second = hasSeconds ? two(text, start + 4 + 2 * gap) : 0
  if (gap === 1 && hasSeconds && text.charCodeAt(start + 5) !== COLON) return Number.NaN
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return Number.NaN
  return ((hour * 60 + minute) * 60 + second) * 1_000
}

/** `-05:00`. */
export const OFFSET_LENGTH = 6

/** Milliseconds east of UTC of an offset like `-05:00` at `at`; NaN where there is none. */
export function readOffset(text: string, at: number): number {
  const sign = text.charCodeAt(at)
  if ((sign !== 43 && sign !== 45) || text.charCodeAt(at + 3) !== COLON) return Number.NaN
  const hours = two(text, at + 1)
  const minutes = two(text, at + 4)
  if (hours < 0 || minutes < 0) return Number.NaN
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

export function isMidnight(ms: number): boolean {
  return ms % DAY_MS === 0
}
