/**
 * Quoted texts within what somebody says: their figures and citations are the quoted text's own. A text counts as quoted
 * between quotation marks, or where its own number is cited in the same sentence.
 */
import { isMeasured, type Evidence } from '../decision.ts'
import { escapeText } from '../quoted-text.ts'
import { findCitations } from './citations.ts'
import { splitPassages, type Passage } from './passages.ts'

/** Stands for a character of a quoted text: no letter, no digit, and no end of a sentence. */
const BLANK = '·'
/** Characters from which on a text can be told without quotation marks. */
const SHORTEST_UNMARKED = 24
const OPENS = /[“"„«][*_]{0,3}$/
const CLOSES = /^[*_]{0,3}[.,!?…]?[*_]{0,3}[”"“»]/

/** Blanks quoted texts, so that every other character stays where it is. */
export type QuoteBlanker = (text: string) => string

export function createQuoteBlanker(evidence: readonly Evidence[]): QuoteBlanker {
  const forms = evidence
    .flatMap((item) => (isMeasured(item) ? [] : listForms(item.id, String(item.value))))
    // A text that holds another one goes first.
    .sort((a, b) => b.form.length - a.form.length)
  return (text) => {
    let left = text
    let passages: readonly Passage[] | null = null
    for (const { id, form } of forms) {
      if (!left.includes(form)) continue
      const isUnmarkedKnown = form.length >= SHORTEST_UNMARKED
      const isCited = isUnmarkedKnown ? createCitedReader(left, (passages ??= splitPassages(text)), id) : null
      const pieces: string[] = []
      let from = 0
      for (let at = left.indexOf(form); at !== -1; at = left.indexOf(form, at + form.length)) {
        const end = at + form.length
        if (!isMarked(left, at, end) && !isCited?.(at, end)) continue
        pieces.push(left.slice(from, at), BLANK.repeat(form.length))
        from = end
      }
      left = pieces.join('') + left.slice(from)
    }
    return left
  }
}

function listForms(id: string, text: string): { id: string; form: string }[] {
  return text === '' ? [] : [...new Set([text, escapeText(text)])].map((form) => ({ id, form }))
}

function isMarked(text: string, start: number, end: number): boolean {
  return OPENS.test(text.slice(Math.max(0, start - 4), start)) && CLOSES.test(text.slice(end, end + 8))
}

/** In the sentences in which it begins and ends, and not by itself; asked in ascending order. */
function createCitedReader(text: string, passages: readonly Passage[], id: string) {
  const cited = findCitations(text).filter(({ ids }) => ids.includes(id))
  let first = 0
  let next = 0
  return (start: number, end: number): boolean => {
    while (first < passages.length && passages[first]!.end <= start) first++
    let last = first
    while (last < passages.length && passages[last]!.end < end) last++
    const from = Math.min(passages[first]?.start ?? start, start)
    const to = Math.max(passages[last]?.end ?? end, end)
    while (next < cited.length && cited[next]!.start < from) next++
    if (next < cited.length && cited[next]!.start < start) return true
    let behind = next
    while (behind < cited.length && cited[behind]!.start < end) behind++
    return behind < cited.length && cited[behind]!.start < to
  }
}
