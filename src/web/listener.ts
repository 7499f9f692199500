/**
 * The app as a Node request listener: `http.createServer(createListener(app))`. One for the network, and one with
 * `trusted` for the owner's unix socket, whose requests need no host, no origin and no password.
 */
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { NO_STORE, SECURITY_HEADERS } from '../core/security-headers.ts'
import type { WebEnv } from './web-env.ts'

export interface ListenerOptions {
  /** Only for a listener that nobody but the owner can reach. */
  trusted?: boolean
}

export function createListener(app: Hono<WebEnv>, options: ListenerOptions = {}): RequestListener {
  const trusted = options.trusted === true
  const listener = getRequestListener((request, env) => app.fetch(request, { ...env, trusted }), {
    hostname: 'localhost',
    // Reached only by requests that are no HTTP requests to anyone: a malformed target or Host.
    errorHandler: () =>
      Response.json({ error: 'the request could not be read' }, { status: 400, headers: PLAIN_HEADERS }),
  })
  return (incoming, outgoing) => void listener(incoming, outgoing)
}

const PLAIN_HEADERS = { ...SECURITY_HEADERS, 'Cache-Control': NO_STORE }
