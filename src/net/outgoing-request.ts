/** A request as it leaves, put in order: headers by lower-case name, without those that only the connection may set. */
import type { Buffer } from 'node:buffer'
import { NetError } from './net.ts'

export interface OutgoingRequest {
  /** Without a fragment. */
  url: URL
  method: 'GET' | 'HEAD' | 'POST'
  /** Lower-case names, sorted. */
  headers: Readonly<Record<string, string>>
  body: Buffer | null
}

/** Set by the connection itself, or able to confuse it about where an answer begins and ends. */
const OWN_HEADERS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Throws `NetError` for what is not an address; never repeats it, for it may hold a key. */
export function parseAddress(address: string): URL {
  if (!URL.canParse(address)) throw new NetError('what was to be asked is not an address')
  const url = new URL(address)
  url.hash = ''
  return url
}

/** The caller's headers over the usual ones. Throws `NetError` for one that cannot be sent. */
export function arrangeHeaders(
  host: string,
  given: Readonly<Record<string, string>> | Headers,
  userAgent: string,
): Record<string, string> {
  let headers: Headers
  try {
    headers = new Headers(given)
  } catch {
    throw new NetError(`${host}: a header of the request cannot be sent`)
  }
  const kept = [...headers].filter(([name]) => !OWN_HEADERS.has(name))
  const all = new Map([['accept', '*/*'], ['user-agent', userAgent], ...kept] as [string, string][])
  return Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)))
}
