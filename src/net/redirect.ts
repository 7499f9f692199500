/**
 * The request that a redirect asks for. Pure: whether it may be sent is judged by the same rules as any other, and
 * additionally here: never from https down to http, and a body never on to another place.
 */
import type { OutgoingRequest } from './outgoing-request.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** What may be told to another place. Anything else might authorise, whatever its name. */
const HARMLESS_HEADERS = new Set(['accept', 'accept-language', 'user-agent'])
const BODY_HEADERS = new Set(['content-type', 'content-language', 'content-location'])

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status)
}

/** The next request, or a clause that says why there is none. */
export function computeRedirect(
  request: OutgoingRequest,
  status: number,
  location: string,
): OutgoingRequest | { refusal: string } {
  if (!URL.canParse(location, request.url)) return { refusal: 'where it redirects to is not an address' }
  const url = new URL(location, request.url)
  url.hash = ''
  if (request.url.protocol === 'https:' && url.protocol === 'http:') {
    return { refusal: 'it redirects from https down to http' }
  }
  // 303 always turns into a GET, 301 and 302 do for a POST, 307 and 308 repeat what was sent (RFC 9110, 15.4).
  const isRewritten = status === 303 || (request.method === 'POST' && (status === 301 || status === 302))
  const method = isRewritten && request.method !== 'HEAD' ? 'GET' : request.method
  const body = isRewritten ? null : request.body
  const isElsewhere = url.origin !== request.url.origin
  if (isElsewhere && body !== null) return { refusal: 'it redirects what was sent to another place' }
  const headers = Object.entries(request.headers).filter(
    ([name]) => (!isElsewhere || HARMLESS_HEADERS.has(name)) && !(isRewritten && BODY_HEADERS.has(name)),
  )
  return { url, method, body, headers: Object.fromEntries(headers) }
}
