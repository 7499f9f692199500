/**
 * Requests that ask to become a socket: answered by the same app, behind the same guards, as any other. What the app
 * admits is upgraded; what it refuses gets its answer, with the reason in the body, and the connection ends.
 */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Hono } from 'hono'
import type { WebSocketServer } from 'ws'
import { quote } from '../../core/errors.ts'
import { NO_STORE, SECURITY_HEADERS } from '../../core/security-headers.ts'
import type { Log } from '../log.ts'
import type { Admission, WebEnv } from '../web-env.ts'

/** Only these become sockets; a request that offers another protocol is answered in the one it came in. */
export function asksForSocket(incoming: IncomingMessage): boolean {
  return incoming.headers.upgrade?.toLowerCase() === 'websocket'
}

const SOCKET_PATH = /^\/ws(?:\/|$)/

const NOT_COPIED = new Set(['connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade'])

export function attachUpgrade(server: Server, app: Hono<WebEnv>, sockets: WebSocketServer, log: Log): void {
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    answer(incoming, socket, head).catch((error: unknown) => {
      log.error({ err: error }, 'a request to become a socket failed')
      socket.destroy()
    })
  })

  async function answer(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const request = readRequest(incoming)
    if (!request) return refuse(socket, plainAnswer(400, 'the request could not be read'))
    const isAsked = asksForSocket(incoming)
    const { pathname } = new URL(request.url)
    if (isAsked && !SOCKET_PATH.test(pathname)) {
      return refuse(socket, plainAnswer(404, `there is no socket at ${quote(pathname)}`))
    }
    const admitted: Admission[] = []
    const upgrade = { admit: (admission: Admission) => void admitted.push(admission) }
    const response = await app.fetch(request, { incoming, ...(isAsked && { upgrade }) })
    const admission = admitted[0]
    if (!admission) return refuse(socket, response)
    let isAccepted = false
    try {
      sockets.handleUpgrade(incoming, socket, head, (ws) => {
        isAccepted = true
        admission.accept(ws)
      })
    } finally {
      if (!isAccepted) admission.abandon()
    }
  }
}

/** Where the app is not asked at all. */
function plainAnswer(status: number, error: string): Response {
  return Response.json({ error }, { status, headers: { ...SECURITY_HEADERS, 'Cache-Control': NO_STORE } })
}

/** Null for what is no request to anyone. */
function readRequest(incoming: IncomingMessage): Request | null {
  const base = `http://${incoming.headers.host ?? 'localhost'}`
  const target = incoming.url ?? '/'
  if (!URL.canParse(target, base)) return null
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return new Request(new URL(target, base), { headers })
}

async function refuse(socket: Duplex, response: Response): Promise<void> {
  if (socket.destroyed) return
  const body = Buffer.from(await response.arrayBuffer())
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`]
  for (const [name, value] of response.headers) {
    if (!NOT_COPIED.has(name.toLowerCase())) lines.push(`${name}: ${value}`)
  }
  lines.push(`Content-Length: ${body.length}`, 'Connection: close')
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]))
}
