/**
 * Finds the numbers of a text in which names are blanked out, each with its sign, scale and unit, and joins those of one
 * list or range, whose unit may be written once: `580–590`, `2.1 to 3.4 %`, `1.1, −2.6 and 44.2 %`.
 */
import { CITATION_PATTERN } from './citations.ts'
import type { FigureUnit, Measure, ScannedNumber, UnitKind } from './figure.ts'
import { readCurrencyBefore, readScale, readUnit } from './units.ts'

/** A run of digits with separators inside; what kind they are, `parseDigits` finds out. */
const DIGITS = /\p{N}+(?:[.,'’\u00a0\u202f\u2009]\p{N}+)*/gu
const GROUPED = /^\d{1,3}(?:([,'’\u00a0\u202f\u2009])\d{3})(?:\1\d{3})*(?:\.\d+)?$/
const PLAIN = /^\d+(?:\.\d+)?$/
/** `584,25` and `1.234,56`, as half the world writes. */
const DECIMAL_COMMA = /^\d{1,3}(?:\.\d{3})*,(?:\d{1,2}|\d{4,6})$|^\d+,(?:\d{1,2}|\d{4,6})$/
const MINUS = new Set(['-', '−', '–'])
/** What may stand right before a sign; after a letter, a digit or a bracket's end a dash joins. */
const BEFORE_SIGN = /[\s([{|:=~≈<>≤≥"“'‘*_`/;,±$€£¥–—]/
const SIGN_WORD = /\b(minus|negative|plus|positive)[ \u00a0](?:a[ \u00a0])?$/i
const NO_MONEY = new Set<UnitKind>(['percent', 'percent_points', 'bps', 'points'])
/** A citation between a figure and what it counts: `47 [E86] shares`. */
const CITATION = new RegExp(`[ \\u00a0*_\`)]{0,3}${CITATION_PATTERN}`, 'y')
const JOINT = new RegExp(
  `^(?:[ \\u00a0*_\`)]{0,3}${CITATION_PATTERN})?[ \\u00a0*_\`]{0,3}(?:,|;|/|–|-|−|—|&|\\bto\\b|\\band\\b|\\bor\\b|\\bthrough\\b|\\bversus\\b|\\bvs\\.?)` +
    '(?:[ \\u00a0](?:and|or|to))?[ \\u00a0*_`~]{0,3}(?:US\\$|[$€£¥])?[+\\-−]?$',
  'i',
)
const LONGEST_JOINT = 40
/** Of what is no number that a person could check (`1e3`, `9_9_9`, `½`): no evidence has this value. */
const UNREADABLE = Number.POSITIVE_INFINITY
/** What makes a number part of something longer. */
const JOINED = /[\p{L}\p{N}_]/u
const NEXT_JOINED = /(?:[\p{L}\p{N}_]|\.(?=[\p{L}\p{N}])){0,400}/uy
/** Longer than any amount there is; what is longer is taken for what it is, but not read digit by digit. */
const LONGEST_NUMBER = 40

/** `masked` is `text` with its names blanked out. */
export function scanNumbers(text: string, masked: string): ScannedNumber[] {
  const found: ScannedNumber[] = []
  for (const { 0: digits, index } of masked.matchAll(DIGITS)) {
    for (const { part, start } of splitDigits(digits, index)) {
      // The one of `2.1:1` belongs to its unit.
      if (start < (found.at(-1)?.unitEnd ?? 0)) continue
      const number = readNumber(text, masked, part, start)
      if (number) found.push(number)
    }
  }
  shareMeasures(masked, found)
  return found
}

/** `12,26,9` are three numbers, `13,097,925` is one; so is `1.2.3`, which is none that can be read. */
function splitDigits(digits: string, index: number): { part: string; start: number }[] {
  if (isReadable(digits) || digits.length > LONGEST_NUMBER) return [{ part: digits, start: index }]
  return Array.from(digits.matchAll(/[^,'’\u00a0\u202f\u2009]+/g), ({ 0: part, index: at }) => ({
    part,
    start: index + at,
  }))
}

function isReadable(digits: string): boolean {
  return PLAIN.test(digits) || GROUPED.test(digits) || DECIMAL_COMMA.test(digits)
}

function parseDigits(digits: string): { value: number; decimals: number } {
  if (digits.length > LONGEST_NUMBER || !isReadable(digits)) return { value: UNREADABLE, decimals: 0 }
  const plain = GROUPED.test(digits)
    ? digits.replace(/[^\d.]/g, '')
    : PLAIN.test(digits)
      ? digits
      : digits.replaceAll('.', '').replace(',', '.')
  const point = plain.indexOf('.')
  return { value: Number(plain), decimals: point === -1 ? 0 : plain.length - point - 1 }
}

/** Null where it belongs to a name. */
function readNumber(text: string, masked: string, digits: string, at: number): ScannedNumber | null {
  let { value, decimals } = parseDigits(digits)
  let start = at
  // `.5` without its zero.
  if (masked[at - 1] === '.' && !/[\p{L}\p{N}.#]/u.test(masked[at - 2] ?? ' ')) {
    decimals = digits.length
    value = Number(`0.${digits}`)
    start--
  }
  const isBlanked = (offset: number) => masked[offset] === '#' && text[offset] !== '#'
  if (isBlanked(start - 1) || (masked[start - 1] === '.' && isBlanked(start - 2))) return null
  const before = characterBefore(masked, start)
  const isBehindCode = /\b(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|SEK|HKD)$/.test(
    masked.slice(Math.max(0, start - 4), start),
  )
  if (!isBehindCode && (JOINED.test(before) || (before === '.' && JOINED.test(masked[start - 2] ?? ' '))))
    return leaveUnreadable(masked, start, at + digits.length)
  const measure = readMeasure(masked, at + digits.length, start)
  if (!measure) {
    if (isBlanked(at + digits.length)) return null
    return leaveUnreadable(masked, start, at + digits.length)
  }
  const sign = readSign(masked, start, measure.currencyStart)
  if (sign === 'part of a word') return leaveUnreadable(masked, start, at + digits.length)
  const isNegative = sign.value < 0
  return {
    number: masked.slice(sign.start, at + digits.length),
    start: sign.start,
    end: at + digits.length,
    value: isNegative ? -value : value,
    decimals,
    hasSign: sign.value !== 0,
    unit: measure.unit,
    scale: measure.scale,
    shared: null,
    isListed: false,
    unitEnd: measure.end,
  }
}

/** A code point that may take two places. */
function characterBefore(text: string, at: number): string {
  const isSecond = /[\udc00-\udfff]/.test(text[at - 1] ?? '')
  return text.slice(Math.max(0, at - (isSecond ? 2 : 1)), at) || ' '
}

/** The whole of what the digits are part of. */
function leaveUnreadable(masked: string, from: number, to: number): ScannedNumber {
  let start = from
  while (from - start < LONGEST_NUMBER && JOINED.test(masked[start - 1] ?? ' ')) start--
  NEXT_JOINED.lastIndex = to
  NEXT_JOINED.test(masked)
  const end = Math.max(to, NEXT_JOINED.lastIndex)
  return {
    ...{ number: masked.slice(start, end), start, end, unitEnd: end },
    ...{
      value: UNREADABLE,
      decimals: 0,
      hasSign: false,
      unit: null,
      scale: 1,
      shared: null,
      isListed: false,
    },
  }
}

interface Measured extends Measure {
  end: number
  /** Where a currency in front starts; the number's own start where there is none. */
  currencyStart: number
}

/** Null where letters or a blanked name follow that are no unit: `3f2a`. */
function readMeasure(masked: string, end: number, start: number): Measured | null {
  const signless = /[+\-−]/.test(masked[start - 1] ?? '') ? start - 1 : start
  const currency = readCurrencyBefore(masked, start) ?? readCurrencyBefore(masked, signless)
  const { scale, end: scaleEnd } = readScale(masked, end, currency !== null)
  let unit: FigureUnit | null = currency && { kind: 'currency', name: currency.name }
  let unitEnd = scaleEnd
  const direct = readUnit(masked, scaleEnd)
  if (direct) {
    unitEnd = direct.end
    // `$27 %` is no amount of money; of `$3.10 shares` the money counts.
    if (unit === null || NO_MONEY.has(direct.unit.kind)) unit = direct.unit
  } else {
    CITATION.lastIndex = scaleEnd
    const cited = unit === null && CITATION.exec(masked)
    const behind = cited ? readUnit(masked, CITATION.lastIndex) : null
    if (behind) unit = behind.unit
  }
  if (unitEnd === end && /[\p{L}_#]/u.test(masked[end] ?? ' ')) return null
  return { unit, scale, end: unitEnd, currencyStart: currency?.start ?? start }
}

interface Sign {
  value: -1 | 0 | 1
  /** Where the number starts, with its sign if that touches it. */
  start: number
}

/** `−4`, `-$4`, `$-4`, `minus 4`. A dash after a letter makes the number part of a word, after a digit it joins two. */
function readSign(masked: string, start: number, currencyStart: number): Sign | 'part of a word' {
  const touching = signAt(masked, start)
  if (touching === 'part of a word') return touching
  if (touching !== 0) return { value: touching, start: start - 1 }
  if (currencyStart < start) {
    const outer = signAt(masked, currencyStart)
    if (outer === 1 || outer === -1) return { value: outer, start }
  }
  const word = SIGN_WORD.exec(masked.slice(Math.max(0, currencyStart - 12), currencyStart))
  if (!word) return { value: 0, start }
  return { value: /^[mn]/i.test(word[1]!) ? -1 : 1, start }
}

function signAt(masked: string, at: number): -1 | 0 | 1 | 'part of a word' {
  const sign = masked[at - 1] ?? ' '
  if (sign !== '+' && !MINUS.has(sign)) return 0
  const before = masked[at - 2] ?? ' '
  if (BEFORE_SIGN.test(before)) return sign === '+' ? 1 : -1
  return /[\p{L}_]/u.test(before) && sign === '-' ? 'part of a word' : 0
}

/** Walks from the end, so that each of a list gets the measure of its last. */
function shareMeasures(masked: string, numbers: ScannedNumber[]): void {
  for (let i = numbers.length - 2; i >= 0; i--) {
    const number = numbers[i]!
    const next = numbers[i + 1]!
    const gap = next.start - number.unitEnd
    if (gap < 1 || gap > LONGEST_JOINT * 2) continue
    if (!JOINT.test(masked.slice(number.unitEnd, next.start))) continue
    number.isListed = true
    next.isListed = true
    const last = next.shared ?? next
    if (number.unit === null && (last.unit !== null || last.scale !== 1))
      number.shared = { unit: last.unit, scale: number.scale === 1 ? last.scale : number.scale }
    else if (number.scale === 1 && last.scale !== 1 && number.unit?.kind === last.unit?.kind)
      number.shared = { unit: number.unit, scale: last.scale }
  }
}
