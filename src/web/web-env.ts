/** What a request brings along besides itself. Absent parts mean the app was called without a socket. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from 'hono'
import type { WebSocket } from 'ws'

/** What is to become of a request that was admitted as a socket: exactly one of the two happens. */
export interface Admission {
  accept(ws: WebSocket): void
  /** It was gone before it could become one. */
  abandon(): void
}

export interface WebEnv {
  Bindings: {
    incoming?: IncomingMessage
    outgoing?: ServerResponse
    /** The request came over the owner's own socket. */
    trusted?: boolean
    /** The request asks to become a socket: what admits it says so here, what refuses it answers as ever. */
    upgrade?: { admit(admission: Admission): void }
  }
}

export type WebContext = Context<WebEnv>

/** Came over the owner's socket: only the user who owns the data directory can open it. */
export function isTrusted(c: WebContext): boolean {
  return bindingsOf(c).trusted === true
}

/** The address of whoever is at the other end; empty where there is no socket. */
export function clientAddress(c: WebContext): string {
  return bindingsOf(c).incoming?.socket.remoteAddress ?? ''
}

export function bindingsOf(c: WebContext): WebEnv['Bindings'] {
  return (c.env as WebEnv['Bindings'] | undefined) ?? {}
}
