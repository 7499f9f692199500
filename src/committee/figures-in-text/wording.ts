/** What the words around a figure say of it: how exact it means to be, and which way it goes. */
import { CITATION_PATTERN } from './citations.ts'
import type { Approximation, Direction, ScannedNumber } from './figure.ts'

const APPROXIMATION =
  /(?:(?:\b|^)(?:(about|around|roughly|approximately|approx\.?|circa|ca\.|close to|near|some|in the region of)|(more than|over|at least|upwards of|just over|just above|a little over|slightly more than|slightly above|exceed(?:s|ed|ing)?)|(less than|under|at most|up to|nearly|almost|just under|just below|just shy of|a little under|slightly less than|slightly below)|(above)|(below|beneath))|([~≈±])|([>≥])|([<≤]))[ \u00a0]?(?:the[ \u00a0])?(?:US\$|[$€£¥])?$/i
const APPROXIMATION_BEHIND = /^[ \u00a0](?:or so|or thereabouts|give or take)\b/i

/** With a citation behind it, `above 588.50` names the level itself. */
export function readApproximation(
  masked: string,
  { start, unitEnd }: ScannedNumber,
  isCited: boolean,
): Approximation | null {
  if (APPROXIMATION_BEHIND.test(masked.slice(unitEnd, unitEnd + 20))) return 'about'
  const found = APPROXIMATION.exec(masked.slice(Math.max(0, start - 28), start))
  if (!found) return null
  const [, about, more, less, above, below, sign, greater, smaller] = found
  if (about !== undefined || sign !== undefined) return 'about'
  if (more !== undefined || greater !== undefined) return 'more_than'
  if (less !== undefined || smaller !== undefined) return 'less_than'
  if (isCited) return null
  return above !== undefined ? 'more_than' : below !== undefined ? 'less_than' : null
}

const UP = new Set(
  (
    'rose rise rises risen rising up upward upwards gain gains gained gaining climb climbs climbed climbing advance advances advanced advancing ' +
    'added adds above higher increase increases increased increasing grew grow grows growing growth jump jumps jumped surge surges surged ' +
    'rally rallies rallied rebound rebounds rebounded upside positive profit won made improved improves improvement expanded appreciated ahead outperformed soared best returned'
  ).split(' '),
)
const LOSSES = [
  'loss',
  'losses',
  'lost',
  'lose',
  'loses',
  'losing',
  'deficit',
  'negative',
  'worst',
  'costs',
  'cost',
]
const DOWN = new Set([
  ...LOSSES,
  ...(
    'fell fall falls fallen falling down downward downwards drop drops dropped dropping decline declines declined declining slid slide slides ' +
    'slip slips slipped shed sheds lower below under beneath underneath decrease decreases decreased decreasing shrank shrunk shrinking contracted contraction tumbled ' +
    'tumble plunged plunge sank sink retreat retreats retreated pullback pullbacks drawdown drawdowns off shy short behind downside gave given ' +
    'surrendered weakened weaker underperformed dipped dip dips sagged eased slumped slump correction corrected worsened discount'
  ).split(' '),
])
const LOSS = new Set(LOSSES)
/** A size or a distance: either way. */
const EITHER = new Set(
  'away distance within swing swings magnitude absolute move moves moved range apart gap from risk risks risking width stop stops'.split(
    ' ',
  ),
)
/** What stands behind a figure says which way it goes only if nothing of the next statement has begun. */
const STATEMENT_GOES_ON = new Set(
  (
    'is are was were be been has have had sits stands remains and or but with while as to of in on at for after before puts leaves makes keeps ' +
    'by than which that who so because since until over during through versus vs against between into'
  ).split(' '),
)
/** In front of a figure these make it a level that was reached, not the way there. */
const REACHED = new Set(['to', 'at', 'towards', 'toward', 'near', 'reaching', 'hit', 'touching', 'around'])

/** Right in front of a figure these compare: `a close below 584` says nothing of a way down. */
const COMPARES = new Set(['above', 'below', 'under', 'beneath', 'from'])

/** How far behind and before a figure words still speak of it. */
const WORDS_BEHIND = 4
const CHARS_BEHIND = 60
const CHARS_BEFORE = 160
const WORD = /[\p{L}’'-]+|[\d#]+|[.,;:()|]/gu
const CITATIONS = new RegExp(CITATION_PATTERN, 'g')

export interface Wording {
  direction: Direction
  saysLoss: boolean
}

/**
 * The nearest word of direction: right behind (`2.7 % below`), else the nearest before it since the figure before
 * (`fell 2.7 %`). `from` and `to` are where the neighbouring figures, or else the sentence, end and begin.
 */
export function readDirection(masked: string, number: ScannedNumber, from: number, to: number): Wording {
  const behind = wordsOf(masked.slice(number.unitEnd, Math.min(to, number.unitEnd + CHARS_BEHIND)))
  for (const word of behind.slice(0, WORDS_BEHIND)) {
    if (/^[.,;:()|#\d]/.test(word) || STATEMENT_GOES_ON.has(word)) break
    const direction = directionOf(word)
    if (direction !== 0 && word !== 'stop' && word !== 'cost') return { direction, saysLoss: LOSS.has(word) }
  }
  const before = wordsOf(masked.slice(Math.max(from, number.start - CHARS_BEFORE), number.start))
    .reverse()
    .filter((word) => word !== ',')
  let isReached = false
  for (const [away, word] of before.entries()) {
    if (away < 3 && REACHED.has(word)) isReached = true
    if (word === '|') break
    const direction = directionOf(word)
    if (direction === 0 || (away === 0 && COMPARES.has(word))) continue
    if (isReached && direction !== 'either') break
    return { direction, saysLoss: LOSS.has(word) }
  }
  return { direction: 0, saysLoss: before.slice(0, 6).some((word) => LOSS.has(word)) }
}

function directionOf(word: string): Direction {
  if (UP.has(word)) return 1
  if (DOWN.has(word)) return -1
  return EITHER.has(word) ? 'either' : 0
}

function wordsOf(text: string): string[] {
  return text.length < 2 ? [] : (text.toLowerCase().replace(CITATIONS, ' ').match(WORD) ?? [])
}
