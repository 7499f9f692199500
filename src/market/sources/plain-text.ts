/**
 * Text from outside as plain text: no markup, entities decoded, no control characters, nothing invisible, bounded.
 * What it says is not judged; whoever shows it escapes it, whoever hands it to a model fences it.
 */
import sanitizeHtml from 'sanitize-html'

/** Markup read for each character wanted: a few hundred characters are seldom behind more than that. */
const MARKUP_PER_CHARACTER = 20

const NO_TAGS: sanitizeHtml.IOptions = {
  allowedTags: [],
  allowedAttributes: {},
  disallowedTagsMode: 'discard',
}
const BLOCKS = /<\/?(?:p|div|br|hr|ul|ol|li|dl|dd|dt|h[1-6]|table|tr|td|th|blockquote)\b/gi
const TAG = /<[a-z!/?][^<>]*>/gi
/**
 * Controls, format characters (direction overrides, zero-width and tag characters) and variation selectors: they can
 * hide text from a reader that a model still reads, or show it in another order.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}\u115F\u1160\u3164\uFFA0]/gu

/**
 * Text that may be HTML: tags go (what stands in `script` and `style` with them), entities are decoded once, and what
 * looks like a tag after that goes too. At most `maxLength` characters, an ellipsis included where it was cut.
 */
export function htmlToText(html: string, maxLength: number): string {
  const start = html.slice(0, maxLength * MARKUP_PER_CHARACTER)
  const stripped = sanitizeHtml(start.replace(BLOCKS, ' $&'), NO_TAGS)
  return cleanText(dropTags(decodeEscapes(stripped).slice(0, maxLength * 4)), maxLength)
}

/** Text that is no HTML: as it is, but for what cannot be seen. */
export function cleanText(text: string, maxLength: number): string {
  const seen = text.toWellFormed().replace(/\s+/gu, ' ').replace(INVISIBLE, '').replace(/ {2,}/g, ' ').trim()
  const letters = [...seen.slice(0, maxLength * 2 + 2)]
  return letters.length <= maxLength ? letters.join('') : `${letters.slice(0, maxLength - 1).join('')}…`
}

/** The four that the cleaner writes in place of the characters themselves. */
function decodeEscapes(text: string): string {
  return text.replace(/&(lt|gt|quot|amp);/g, (_, name: string) => ESCAPES[name]!)
}

const ESCAPES: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' }

function dropTags(text: string): string {
  const less = text.replace(TAG, ' ')
  return less === text ? text : dropTags(less)
}
