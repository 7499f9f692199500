/**
 * Where in a text the figures stand that no evidence bears out. Each was noted with the words around it as its author
 * wrote them, in Markdown; the text it is looked for in is HTML. So letters and digits alone are compared: of all places
 * where the figure stands by itself, the one whose surroundings agree furthest is meant. A place that agrees too little is
 * another one.
 */
import type { Decision } from '../../committee/decision.ts'
import { escapeHtml } from '../escape-html.ts'

/** Half-open, in characters of the HTML. */
export interface MarkSpan {
  start: number
  end: number
}

/** As many letters and digits must agree, or all that were noted where those are fewer. */
const ENOUGH = 10

/** Tags and entities hold letters that nobody reads. */
const UNREAD = /<[^>]*>|&(?:#\w+|\w+);/g
const READ = /[\p{L}\p{N}]/u

/** In the order of the text, none over another. */
export function findUnverified(html: string, unverified: Decision['unverified']): MarkSpan[] {
  if (unverified.length === 0) return []
  const letters = readLetters(html.replace(UNREAD, (match) => ' '.repeat(match.length)))
  const found = unverified.flatMap((entry) => locate(html, letters, entry)).sort((a, b) => a.start - b.start)
  return found.filter((span, i) => i === 0 || span.start >= found[i - 1]!.end)
}

interface Letters {
  text: string
  /** Where each letter of `text` stands in the source. */
  at: number[]
}

function readLetters(source: string): Letters {
  const letters: string[] = []
  const at: number[] = []
  for (let i = 0; i < source.length; i++) {
    if (!READ.test(source[i]!)) continue
    letters.push(source[i]!)
    at.push(i)
  }
  return { text: letters.join(''), at }
}

function locate(html: string, letters: Letters, entry: Decision['unverified'][number]): MarkSpan[] {
  const figure = entry.number.trim()
  if (figure === '') return []
  const noted = readLetters(entry.text)
  const size = readLetters(figure).at.length
  const meant = chooseMeant(entry.text, standAlone(entry.text, figure))
  let best: Fit = NO_FIT
  let spans: MarkSpan[] = []
  for (const span of standAlone(html, escapeHtml(figure), OUTSIDE_TAGS)) {
    const here = surroundings(letters, span.start, size)
    for (const one of meant) {
      if (one.unit !== span.unit) continue
      const fit = compare(here, surroundings(noted, one.start, size), entry.text, one)
      const order = best.agreed - fit.agreed || fit.missing - best.missing
      if (fit.agreed === 0 || order > 0) continue
      const { start, end } = span
      spans = order < 0 ? [{ start, end }] : [...spans, { start, end }]
      best = fit
    }
  }
  return spans
}

/** How many characters are noted on either side, at most; on the far side counted from the end of the unit. */
const NOTED = 40
const UNIT = /^[\s-]*\S*/

/**
 * Where the figure itself stands in what was noted, should its number stand there twice: with no more on either side than
 * is ever noted.
 */
function chooseMeant(text: string, found: readonly FigureSpan[]): readonly FigureSpan[] {
  const fit = found.filter(({ start, end }) => start <= NOTED && behind(text, end) <= NOTED)
  return fit.length > 0 ? fit : found
}

/**
 * The words around a figure for a list: whole words, on one line, without the signs of Markdown. What was cut off is told
 * by an ellipsis.
 */
export function quoteAround({ text, number }: Decision['unverified'][number]): string {
  const [meant] = chooseMeant(text, standAlone(text, number.trim()))
  const isCutBefore = meant !== undefined && meant.start >= NOTED
  const isCutBehind = meant !== undefined && behind(text, meant.end) >= NOTED
  const first = isCutBefore ? text.indexOf(' ') + 1 : 0
  const last = isCutBehind ? text.lastIndexOf(' ') : text.length
  const isWhole = meant === undefined || (first <= meant.start && last >= meant.end)
  const words = withoutMarkdown(isWhole ? text.slice(first, last) : text)
  return `${isCutBefore ? '… ' : ''}${words}${isCutBehind ? ' …' : ''}`
}

/** A piece cut out of a text is no Markdown that could be parsed: its signs are taken away one by one. */
function withoutMarkdown(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?)?/g, ' ')
    .replace(/\s*\|\s*/g, ' ')
    .replace(/(^|\s)(?:#{1,6}|[-*+>])(?=\s)/g, '$1')
    .replace(/\*\*|__|`|\\(?=[!-/:-@[-`{-~])/g, '')
    .replace(/(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** What is noted behind a figure and its unit. */
function behind(text: string, end: number): number {
  const rest = text.slice(end)
  return rest.length - UNIT.exec(rest)![0].length
}

interface Fit {
  /** How many letters next to the figure are the same; 0 for too few. */
  agreed: number
  /** How many characters more should have been noted, as there is more text on that side. */
  missing: number
}

const NO_FIT: Fit = { agreed: 0, missing: Number.POSITIVE_INFINITY }

/** Sanitized HTML has no bare `>` but at the end of a tag. */
const OUTSIDE_TAGS = '(?![^<]*>)'

interface FigureSpan extends MarkSpan {
  /** The letters that are written against it, such as `bn` and `x`. */
  unit: string
}

/** Where a figure stands and is no part of a longer one or of a word. */
function standAlone(source: string, figure: string, where = ''): FigureSpan[] {
  const escaped = figure.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '(?:\\s|&nbsp;)+')
  const alone = new RegExp(`(?<![\\w.,#&])(${escaped})(?![.,]?\\d)(\\p{L}*)(?!\\w)${where}`, 'gu')
  return Array.from(source.matchAll(alone), ({ index, 1: number, 2: unit }) => ({
    start: index,
    end: index + number!.length,
    unit: unit!,
  }))
}

interface Surroundings {
  before: string
  after: string
}

/** What was noted is a clause; much more of the text need not be looked at. */
const LOOKED_AT = 120

function surroundings({ text, at }: Letters, start: number, size: number): Surroundings {
  const index = lowerBound(at, start)
  return {
    before: text.slice(Math.max(0, index - LOOKED_AT), index),
    after: text.slice(index + size, index + size + LOOKED_AT),
  }
}

function compare(here: Surroundings, noted: Surroundings, text: string, { start, end }: MarkSpan): Fit {
  const { before: ahead, after: rest } = noted
  let before = 0
  while (before < ahead.length && here.before.at(-1 - before) === ahead.at(-1 - before)) before++
  let after = 0
  while (after < rest.length && here.after[after] === rest[after]) after++
  const isEnough = before + after >= Math.min(ENOUGH, ahead.length + rest.length)
  return {
    // One more than what agrees, so that a figure noted alone is found as well.
    agreed: isEnough ? before + after + 1 : 0,
    missing:
      (here.before.length > ahead.length ? Math.max(0, NOTED - start) : 0) +
      (here.after.length > rest.length ? Math.max(0, NOTED - behind(text, end)) : 0),
  }
}

/** The first place in an ascending list that is not below `value`. */
function lowerBound(list: readonly number[], value: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
