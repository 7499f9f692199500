/**
 * A text as a person sees it: other alphabets' digits and full-width signs as plain ones, HTML entities as what they show,
 * nothing invisible, a number whole that markup cuts in two, and amounts in words as digits. What is found in it can be
 * placed in the text as it was written.
 */
import { findNumberWords } from './number-words.ts'

export interface PlainText {
  text: string
  /** Where in the text as written the stretch stands. */
  place(start: number, end: number): { start: number; end: number }
}

interface Edit {
  start: number
  end: number
  text: string
}

const MAYBE_ODD = /[&\\]|[^\0-\x7f]/
/** Entities; escaped marks; other digits; wide, small and mathematical letters; signs of Arabic; what does not show. */
const ODD =
  /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,10}\d{0,2});|\\[!-/:-@[-`{-~]|(?:(?!\d)\p{Nd})+|[\uff01-\uff5e\ufe50-\ufe6b\u{1d400}-\u{1d7ff}]|[\u066a-\u066c]|(?:\p{Cf}|\u034f|[\ufe00-\ufe0f])+|(?<=\p{Nd})\p{M}+/giu
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ nbsp: '\u00a0', amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", num: '#', ast: '*' },
  ...{ percnt: '%', dollar: '$', euro: '€', pound: '£', yen: '¥', plus: '+', minus: '−', hyphen: '-' },
  ...{ ndash: '–', mdash: '—', comma: ',', period: '.', colon: ':', lpar: '(', rpar: ')' },
  ...{ lbrack: '[', lsqb: '[', rbrack: ']', rsqb: ']', half: '½', frac12: '½', frac14: '¼', frac34: '¾' },
  ...{ thinsp: '\u2009', shy: '', zwj: '', zwnj: '', lrm: '', rlm: '' },
}
const ARABIC: Readonly<Record<string, string>> = { '\u066a': '%', '\u066b': '.', '\u066c': ',' }

/** Emphasis, tags and links within a number: `5**84**.00`. */
const CUT_BY_MARKUP = /\d[.,]?((?:[*`]|~~|<\/?[a-z!][^<>\n]{0,100}>|\[|\]\([^()\s]{1,300}\))+)(?=[.,]?\d)/gi

export function toPlain(written: string): PlainText {
  let plain: PlainText = { text: written, place: (start, end) => ({ start, end }) }
  if (MAYBE_ODD.test(written)) plain = rewrite(plain, findOddCharacters(written))
  plain = rewrite(plain, findCuts(plain.text))
  return rewrite(plain, findNumberWords(plain.text))
}

function findOddCharacters(text: string): Edit[] {
  return Array.from(text.matchAll(ODD), ({ 0: odd, index }) => ({
    start: index,
    end: index + odd.length,
    text: showOdd(odd),
  })).filter((edit) => edit.text !== text.slice(edit.start, edit.end))
}

function showOdd(odd: string): string {
  if (odd.startsWith('\\')) return odd.slice(1)
  if (!odd.startsWith('&') || odd.length === 1) return [...odd].map(showCharacter).join('')
  if (odd[1] !== '#') return ENTITIES[odd.slice(1, -1).toLowerCase()] ?? odd
  const code = /^&#x/i.test(odd) ? Number.parseInt(odd.slice(3), 16) : Number.parseInt(odd.slice(2), 10)
  return code <= 0x10_ff_ff ? showCharacter(String.fromCodePoint(code)) : odd
}

function showCharacter(character: string): string {
  const code = character.codePointAt(0)!
  // Decoded, these would be taken for lines and cells, which they do not make.
  if (character === '|' || code < 32) return ' '
  if (code < 0x80) return character
  if (ARABIC[character] !== undefined) return ARABIC[character]
  const isWide = (code >= 0xfe50 && code <= 0xff5e) || (code >= 0x1d400 && code <= 0x1d7ff)
  if (isWide) return character.normalize('NFKC')
  if (isDigit(code)) return String(valueOfDigit(code))
  return /^[\p{Cf}\p{M}]$/u.test(character) ? '' : character
}

const digits = new Map<number, boolean>()

function isDigit(code: number): boolean {
  const known = digits.get(code) ?? /^\p{Nd}$/u.test(String.fromCodePoint(code))
  // The digits of all alphabets are a few hundred; other characters are not kept.
  if (known) digits.set(code, known)
  return known
}

/** The digits of an alphabet stand in a row of ten, zero first. */
function valueOfDigit(code: number): number {
  let value = 0
  while (value < 9 && isDigit(code - value - 1)) value++
  return value
}

function findCuts(text: string): Edit[] {
  return Array.from(text.matchAll(CUT_BY_MARKUP), ({ 0: { length }, 1: markup, index }) => ({
    start: index + length - markup!.length,
    end: index + length,
    text: '',
  }))
}

function rewrite(before: PlainText, edits: readonly Edit[]): PlainText {
  if (edits.length === 0) return before
  const pieces: string[] = []
  /** Of each edit, where it ends in the new text. */
  const ends: number[] = []
  let from = 0
  let length = 0
  for (const { start, end, text } of edits) {
    pieces.push(before.text.slice(from, start), text)
    length += start - from + text.length
    ends.push(length)
    from = end
  }
  /** The last edit that ends at or before the offset. */
  const lastBefore = (offset: number): number => {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (ends[middle]! <= offset) low = middle + 1
      else high = middle
    }
    return low - 1
  }
  const shift = (offset: number, index: number) =>
    index < 0 ? offset : edits[index]!.end + offset - ends[index]!
  const within = (offset: number, index: number) => {
    const next = edits[index + 1]
    return next !== undefined && offset > ends[index + 1]! - next.text.length
  }
  return {
    text: pieces.join('') + before.text.slice(from),
    place(start, end) {
      const first = lastBefore(start)
      const last = lastBefore(end - 1)
      return before.place(
        within(start, first) ? edits[first + 1]!.start : shift(start, first),
        within(end, last) ? edits[last + 1]!.end : shift(end, last),
      )
    },
  }
}
