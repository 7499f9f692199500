/**
 * Answers only to names that are its own, so that a page elsewhere cannot reach the desk by pointing a name of its own
 * at this machine. Loopback names and addresses pass with any port, as do `HOST` and `ALLOWED_HOSTS`. Bound to every
 * address, the desk also answers to plain IP addresses: those cannot be pointed elsewhere.
 */
import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { isLoopback } from '../../config.ts'
import { quote } from '../../core/errors.ts'
import { RefusedError } from '../../core/http-error.ts'
import { isTrusted, type WebEnv } from '../web-env.ts'

export interface HostAllowlistOptions {
  /** The address listened on. */
  host: string
  /** Names, with or without a port. */
  allowedHosts: readonly string[]
}

export function createHostAllowlist(options: HostAllowlistOptions): MiddlewareHandler<WebEnv> {
  const allowed = new Set([options.host, ...options.allowedHosts].map((host) => host.toLowerCase()))
  const isWildcard = options.host === '0.0.0.0' || options.host === '::'

  function isAllowed(host: string): boolean {
    const name = hostName(host)
    if (name === null) return false
    return (
      isLoopback(name) ||
      allowed.has(name) ||
      allowed.has(host.toLowerCase()) ||
      (isWildcard && isIP(name) !== 0)
    )
  }

  return async (c, next) => {
    if (!isTrusted(c)) {
      const asked = new URL(c.req.url).host
      for (const host of new Set([c.req.header('host') ?? asked, asked])) {
        if (!isAllowed(host)) {
          throw new RefusedError(
            403,
            `host ${quote(host)} is not one of this desk's; ALLOWED_HOSTS can add it`,
          )
        }
      }
    }
    await next()
  }
}

/** The name or address in a Host header, without port and brackets, lower-cased; null where it is neither. */
function hostName(host: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host)
  return match ? (match[1] ?? match[2]!).toLowerCase() : null
}
