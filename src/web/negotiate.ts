/** Who is asking: a browser for a document, htmx for pieces of one, or a program for JSON. */
import type { WebContext } from './web-env.ts'

export type Answer = 'html' | 'fragment' | 'json'

export function negotiate(c: WebContext): Answer {
  if (isHtmx(c)) return 'fragment'
  return acceptsHtml(c.req.header('accept') ?? '') ? 'html' : 'json'
}

/** htmx asking for pieces; a boosted link or a step back in history wants the whole document. */
function isHtmx(c: WebContext): boolean {
  if (c.req.header('hx-request') !== 'true') return false
  if (c.req.header('hx-boosted') === 'true' || c.req.header('hx-history-restore-request') === 'true')
    return false
  return c.req.header('hx-request-type') !== 'full'
}

/** HTML must be named (a wildcard is what programs send) and not be liked less than JSON. */
export function acceptsHtml(accept: string): boolean {
  const html = Math.max(qualityOf(accept, 'text/html'), qualityOf(accept, 'application/xhtml+xml'))
  return html > 0 && html >= qualityOf(accept, 'application/json')
}

function qualityOf(accept: string, type: string): number {
  for (const part of accept.split(',')) {
    const [name, ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    if (name !== type) continue
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    const quality = q === undefined ? 1 : Number(q.slice(2))
    return Number.isFinite(quality) ? quality : 0
  }
  return 0
}
