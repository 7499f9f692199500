/**
 * Markdown to HTML that is safe to show: reports and decisions are stored as text and pass here on their way out.
 * Promises that nothing executes, nothing is fetched from elsewhere and no htmx attribute survives.
 */
import { createRequire } from 'node:module'
import { Marked } from 'marked'
import type sanitizeHtml from 'sanitize-html'

const marked = new Marked({ gfm: true, async: false })

const SANITIZE: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'blockquote', 'pre', 'code'],
    ...['ul', 'ol', 'li', 'strong', 'em', 'del', 's', 'sub', 'sup', 'a', 'abbr'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: { a: ['href', 'title', 'rel'], th: ['align'], td: ['align'], abbr: ['title'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesAppliedToAttributes: ['href'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  transformTags: {
    a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: 'noopener noreferrer nofollow' } }),
  },
}

const require = createRequire(import.meta.url)
let sanitize: typeof sanitizeHtml | null = null

export function renderMarkdown(text: string): string {
  // Eighty files that a desk needs for its first report, and not to get ready.
  sanitize ??= require('sanitize-html') as typeof sanitizeHtml
  return sanitize(marked.parse(text) as string, SANITIZE)
}

/** A stored decision as it is served: `html` is its Markdown, rendered and sanitized now. */
export function withHtml(decision: Record<string, unknown>): Record<string, unknown> {
  const { markdown } = decision
  return { ...decision, html: typeof markdown === 'string' ? renderMarkdown(markdown) : '' }
}
