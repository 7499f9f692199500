/**
 * Keeps other sites from acting through the browser of someone who uses the desk. Every request that changes something
 * and every stream must come from the desk's own pages: `Origin` equal to the request's own or listed in
 * `ALLOWED_ORIGINS`, and `Sec-Fetch-Site` saying same-origin or none. A request with neither header is no browser.
 */
import type { MiddlewareHandler } from 'hono'
import { quote } from '../../core/errors.ts'
import { RefusedError } from '../../core/http-error.ts'
import { isTrusted, type WebContext, type WebEnv } from '../web-env.ts'

export interface CrossSiteGuardOptions {
  allowedOrigins: readonly string[]
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const STREAM_PATH =
  /^\/(?:stream|ws(?:\/[^/]+)?|runs\/[^/]+\/events|api\/trading\/decision\/internal\/events\/[^/]+)\/?$/

/** Whether what is answered there stays open: streams of events and sockets. */
export function isStreamPath(path: string): boolean {
  return STREAM_PATH.test(path)
}

export function createCrossSiteGuard(options: CrossSiteGuardOptions): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const guarded = !SAFE_METHODS.has(c.req.method) || isStreamPath(c.req.path)
    if (guarded && !isTrusted(c)) refuseForeign(c, options.allowedOrigins)
    await next()
  }
}

function refuseForeign(c: WebContext, allowedOrigins: readonly string[]): void {
  const origin = c.req.header('origin')
  // An origin that was named in the settings is foreign to the browser too, and says so in the other header.
  if (origin !== undefined && allowedOrigins.includes(origin)) return
  if (origin !== undefined && origin !== new URL(c.req.url).origin) {
    throw new RefusedError(403, `origin ${quote(origin)} may not do this; ALLOWED_ORIGINS can add it`)
  }
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new RefusedError(403, `a ${quote(site)} request may not do this`)
  }
}
