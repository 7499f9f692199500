/** A client of `/ws` that hands out messages one by one, checks each against its schema and can stop reading. */
import type { IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { SERVER_MESSAGES, type ServerMessage, type ServerMessages } from '../../src/web/sockets/messages.ts'

export interface WsClient {
  readonly ws: WebSocket
  /** Everything received so far, the oldest first. */
  readonly received: readonly ServerMessage[]
  send(action: object | string): void
  /** The next message of the type that has not been taken; what comes before it is skipped. */
  next<Type extends keyof ServerMessages>(type: Type): Promise<ServerMessages[Type]>
  /** Everything that was sent before a ping is answered, the pong left out. */
  soFar(): Promise<ServerMessage[]>
  /** How the server (or anything else) closed it. */
  readonly closed: Promise<{ code: number; reason: string }>
}

export interface Refusal {
  status: number
  error: string
  headers: IncomingMessage['headers']
}

export function connectWs(url: string, headers: Record<string, string> = {}): Promise<WsClient> {
  const ws = new WebSocket(url.replace(/^http/, 'ws'), { headers })
  const client = createClient(ws)
  onTestFinished(() => ws.terminate())
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve(client))
    ws.once('error', reject)
  })
}

/** The answer to a request that is not made a socket. */
export function refusedWs(url: string, headers: Record<string, string> = {}): Promise<Refusal> {
  const ws = new WebSocket(url.replace(/^http/, 'ws'), { headers })
  return new Promise((resolve, reject) => {
    ws.once('open', () => {
      ws.terminate()
      reject(new Error('it was admitted'))
    })
    ws.once('unexpected-response', (_request, response: IncomingMessage) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => {
        const { error } = JSON.parse(body) as { error: string }
        resolve({ status: response.statusCode!, error, headers: response.headers })
      })
    })
    ws.on('error', () => undefined)
  })
}

function createClient(ws: WebSocket): WsClient {
  const received: ServerMessage[] = []
  let taken = 0
  let wake: () => void = () => undefined
  let end: string | null = null
  ws.on('message', (data) => {
    received.push(parseMessage((data as Buffer).toString()))
    wake()
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.once('close', (code, reason) => {
      end = `closed with ${code} ${reason.toString()}`
      wake()
      resolve({ code, reason: reason.toString() })
    })
  })

  async function take(): Promise<ServerMessage> {
    while (taken >= received.length) {
      if (end !== null) throw new Error(end)
      await new Promise<void>((resolve) => (wake = resolve))
    }
    return received[taken++]!
  }

  const client: WsClient = {
    ws,
    received,
    closed,
    send: (action) => ws.send(typeof action === 'string' ? action : JSON.stringify(action)),
    async next(type) {
      for (;;) {
        const message = await take()
        if (message.type === type) return message as never
      }
    },
    async soFar() {
      client.send({ action: 'ping' })
      const before: ServerMessage[] = []
      for (;;) {
        const message = await take()
        if (message.type === 'pong') return before
        before.push(message)
      }
    },
  }
  return client
}

/** Throws for a message that does not fit its schema. */
export function parseMessage(text: string): ServerMessage {
  const message = JSON.parse(text) as { type: keyof ServerMessages }
  const schema = SERVER_MESSAGES[message.type]
  if (!schema) throw new Error(`unknown message ${text.slice(0, 200)}`)
  return schema.parse(message)
}
