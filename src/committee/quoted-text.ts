/**
 * Text from outside (a headline, a name, what a server answered) as it stands in Markdown of ours: on one line, shown
 * letter by letter. It makes no link, no image, no HTML, no table cell and no emphasis.
 */
import { withoutCitations } from './figures-in-text/citations.ts'

/** What begins or ends markup inside a line; `&` so that entities stay as they were written. */
const MARKUP = /[\\`*_{}[\]<>()#!|~&@]/g
/** What a bare address begins with: it would become a link without any markup. */
const ADDRESS = /:(?=\/\/)|(?<=www)\./gi

/** Characters of a quoted text that are shown; more is cut. */
const MAX_QUOTED_CHARS = 300

export function escapeText(text: string): string {
  return text.replace(/\s+/g, ' ').trim().replace(MARKUP, '\\$&').replace(ADDRESS, '\\$&')
}

/** As a text from outside enters: at most `MAX_QUOTED_CHARS` characters, the mark of a cut included, citing nothing. */
export function clipText(text: string): string {
  const letters = [...withoutCitations(text).replace(/\s+/g, ' ').trim()]
  return letters.length <= MAX_QUOTED_CHARS
    ? letters.join('')
    : `${letters.slice(0, MAX_QUOTED_CHARS - 1).join('')}…`
}
