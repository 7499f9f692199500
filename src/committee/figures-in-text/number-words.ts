/**
 * Amounts in words: `forty percent`, `nine hundred and ninety-nine`, `two and a half dollars`. What counts something small
 * (`two of the three`, `seven sessions in a row`) is no figure, and stays as it is.
 */
import { readUnit } from './units.ts'

const SMALL = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ')
const TENS = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const SCALES: Readonly<Record<string, number>> = { thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 }
/** Up to so many a number in words counts, unless it is an amount by its unit. */
const MOST_COUNTED = 12

const anyOf = (words: readonly string[]) => `(?:${words.join('|')})`
const BELOW_100 = `(?:${anyOf(TENS.slice(2))}(?:[ -]${anyOf(SMALL.slice(1, 10))})?|${anyOf([...SMALL].reverse())})`
const BELOW_1000 = `(?:(?:${BELOW_100}|a)[ -]hundred(?:[ -](?:and[ -])?${BELOW_100})?|${BELOW_100})`
const SCALE = anyOf(Object.keys(SCALES))
const AMOUNT = new RegExp(
  `\\b(?:${BELOW_1000}|a(?=[ -]thousand))(?:[ -]${SCALE}(?:,?[ -](?:and[ -])?${BELOW_1000})?){0,4}` +
    `(?: point(?: ${anyOf(SMALL.slice(0, 10))}){1,6}| and a half)?(?![\\p{L}\\p{N}])`,
  'giu',
)
const JOINS = /^-?,?\s?(?:to|and|or|–|-)\s$/
/** In front of a few points these make them a move of a price. */
const MOVES =
  /\b(?:by|rose|rises|fell|falls|gained|gains|lost|loses|added|adds|shed|dropped|drops|climbed|up|down)\s$/i
const MULTIPLIED = /^ times (?:the|its|earnings|sales|revenue|book|cash)\b/i

export function findNumberWords(text: string): { start: number; end: number; text: string }[] {
  const found = Array.from(text.matchAll(AMOUNT), ({ 0: words, index }) => ({
    ...{ start: index, end: index + words.length, text: toDigits(words.toLowerCase()) },
    isFigure: isFigure(text, words.toLowerCase(), index),
  }))
  for (let i = found.length - 2; i >= 0; i--) {
    const next = found[i + 1]!
    if (next.isFigure && JOINS.test(text.slice(found[i]!.end, Math.min(next.start, found[i]!.end + 8))))
      found[i]!.isFigure = true
  }
  return found.filter((one) => one.isFigure)
}

function isFigure(text: string, words: string, start: number): boolean {
  // Said to the last digit, it is no manner of speaking.
  if (/ point |(?<!^a)[ -](?:hundred|thousand|[mbtr]+illion)/.test(words)) return true
  if (/ty[ -]/.test(words)) return true
  const end = start + words.length
  const kind = readUnit(text, end)?.unit.kind
  if (kind === undefined) return false
  if (valueOf(words) > MOST_COUNTED) return true
  if (kind === 'points') return MOVES.test(text.slice(Math.max(0, start - 9), start))
  if (kind === 'times') return MULTIPLIED.test(text.slice(end, end + 20))
  return ['percent', 'percent_points', 'bps', 'currency', 'atr'].includes(kind)
}

/** A scale at the end stays a word, for it says how exact the number means to be. */
function toDigits(words: string): string {
  const scaled = new RegExp(`^([^,]*?)[ -](${SCALE})$`).exec(words)
  if (scaled && !new RegExp(SCALE).test(scaled[1]!)) return `${valueOf(scaled[1]!)} ${scaled[2]!}`
  const decimals = / point (.*)$/.exec(words)?.[1]!.split(' ')
  const whole = valueOf(words.replace(/ point .*$/, ''))
  return decimals ? `${whole}.${decimals.map((word) => SMALL.indexOf(word)).join('')}` : String(whole)
}

function valueOf(words: string): number {
  let total = 0
  let part = 0
  const half = words.endsWith(' and a half')
  for (const word of words.replace(/ and a half$/, '').match(/[a-z]+/g) ?? []) {
    const scale = SCALES[word]
    if (scale !== undefined) {
      total += part * scale
      part = 0
    } else if (word === 'hundred') part *= 100
    else if (word === 'a') part = 1
    else if (word !== 'and') part += Math.max(0, SMALL.indexOf(word)) || 10 * Math.max(0, TENS.indexOf(word))
  }
  return total + part + (half ? 0.5 : 0)
}
