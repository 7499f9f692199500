/** Puts the security headers on every answer, errors included, and forbids keeping whatever is not a fixed file. */
import type { MiddlewareHandler } from 'hono'
import { NO_STORE, SECURITY_HEADERS } from '../../core/security-headers.ts'
import type { WebEnv } from '../web-env.ts'

export function createSecurityHeaders(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next()
    // A stream wrote its own head, and its marker response is shared by all streams.
    if (c.res.headers.has('x-hono-already-sent')) return
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value)
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', NO_STORE)
  }
}
