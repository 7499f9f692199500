/**
 * The HTTP side of a scripted model: takes requests on a free loopback port, has the script answer, writes the answer as
 * the wire format wants it, and keeps a record of what was asked, how much at once, and who hung up.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Script, ScriptedReply, ScriptedRequest } from './script.ts'
import type { Said, Wire } from './wire.ts'

export interface ModelServerOptions {
  /** 0, a free one, unless told. */
  port?: number
  /** What the list of models names; others are answered all the same. */
  models?: readonly string[]
}

export interface RecordedCall {
  request: ScriptedRequest
  reply: ScriptedReply['kind'] | null
  /** Milliseconds since the epoch. */
  startedAt: number
  endedAt: number | null
  /** Sent to its end. */
  isAnswered: boolean
  /** The client closed the connection before that. */
  hungUp: boolean
}

export interface ModelServer {
  /** For the setting of the provider's address: ends in `/v1` or `/v1beta`. */
  baseUrl: string
  port: number
  /** Calls in order of arrival. */
  calls: readonly RecordedCall[]
  /** The requests of `calls`. */
  readonly requests: readonly ScriptedRequest[]
  /** Calls under way. */
  readonly inFlight: number
  /** Most calls under way at once; of one model if named. */
  peak(model?: string): number
  /** Resolves when so many calls have arrived. */
  arrived(count: number): Promise<void>
  /** Resolves when the client of that call has hung up, or the call has ended. */
  ended(index: number): Promise<RecordedCall>
  /** From now on. */
  answerWith(script: Script): void
  /** Cuts every connection. */
  close(): Promise<void>
}

export async function createModelServer(
  wire: Wire,
  initialScript: Script,
  options: ModelServerOptions = {},
): Promise<ModelServer> {
  const calls: RecordedCall[] = []
  const peaks = new Map<string, number>()
  const current = new Map<string, number>()
  const sockets = new Set<Socket>()
  const waiting = new Set<{ isMet(): boolean; resolve(): void }>()
  let script = initialScript

  const tell = () => {
    for (const waiter of waiting) {
      if (!waiter.isMet()) continue
      waiting.delete(waiter)
      waiter.resolve()
    }
  }
  const until = (isMet: () => boolean) =>
    new Promise<void>((resolve) => {
      waiting.add({ isMet, resolve })
      tell()
    })
  const count = (model: string, by: 1 | -1) => {
    for (const tier of ['', `model ${model}`]) {
      const now = (current.get(tier) ?? 0) + by
      current.set(tier, now)
      peaks.set(tier, Math.max(peaks.get(tier) ?? 0, now))
    }
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      // A script that throws is a fault of the test: the client is told, so that it does not wait.
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
      response.end(`the script failed: ${String(error)}`)
    })
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(incoming.url ?? '/', 'http://server').pathname
    if (incoming.method === 'GET' && path.endsWith('/models')) {
      return sendJson(response, 200, wire.listModels(options.models ?? ['scripted']))
    }
    const body = await readJson(incoming)
    const read = wire.readCall({ method: incoming.method ?? '', path, headers: incoming.headers, body })
    if (!read) return sendJson(response, 404, wire.errorBody(404, `no such address: ${path}`))
    const request: ScriptedRequest = {
      ...read,
      ...{ index: calls.length, wire: wire.wire, path, headers: incoming.headers, body },
    }
    const call: RecordedCall = {
      ...{ request, reply: null, startedAt: Date.now(), endedAt: null, isAnswered: false, hungUp: false },
    }
    calls.push(call)
    count(request.model, 1)
    const end = (isAnswered: boolean, hungUp: boolean) => {
      if (call.endedAt !== null) return
      Object.assign(call, { endedAt: Date.now(), isAnswered, hungUp })
      count(request.model, -1)
      tell()
    }
    response.on('close', () => end(false, true))
    tell()
    const reply = await script(request)
    call.reply = reply.kind
    await reply.gate
    if (reply.delayMs) await wait(reply.delayMs)
    if (response.destroyed) return
    await write(wire, request, reply, response, end)
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}${wire.basePath}`,
    port,
    calls,
    get requests() {
      return calls.map((call) => call.request)
    },
    get inFlight() {
      return current.get('') ?? 0
    },
    peak: (model) => peaks.get(model === undefined ? '' : `model ${model}`) ?? 0,
    arrived: (wanted) => until(() => calls.length >= wanted),
    async ended(index) {
      await until(() => calls[index] !== undefined && calls[index].endedAt !== null)
      return calls[index]!
    },
    answerWith(next) {
      script = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

type End = (isAnswered: boolean, hungUp: boolean) => void

async function write(
  wire: Wire,
  request: ScriptedRequest,
  reply: ScriptedReply,
  response: ServerResponse,
  end: End,
): Promise<void> {
  // Counted as over before the last byte leaves, for the client may ask again as soon as it has it.
  const finish = (text: string) => {
    end(true, false)
    response.end(text)
  }
  switch (reply.kind) {
    case 'hang':
      return
    case 'status': {
      const { status, message = `scripted status ${status}`, body = wire.errorBody(status, message) } = reply
      const type = typeof body === 'string' ? 'text/html' : 'application/json'
      response.writeHead(status, { 'content-type': type, ...reply.headers })
      return finish(typeof body === 'string' ? body : JSON.stringify(body))
    }
    case 'drop': {
      const whole = frame(wire, request, sayOf({ kind: 'json', value: reply.value ?? LONG_VALUE }))
      response.writeHead(200, { 'content-type': typeOf(request) })
      await new Promise((resolve) => response.write(whole.slice(0, reply.afterBytes), resolve))
      end(false, false)
      response.socket?.destroy()
      return
    }
    case 'huge':
      return writeHuge(wire, request, reply.bytes, response, finish)
    case 'stream-error': {
      const said = sayOf({ kind: 'json', value: reply.value ?? LONG_VALUE })
      const { head, pieces } = wire.frameStream(request, said)
      response.writeHead(200, { 'content-type': typeOf(request) })
      const before = [head, ...pieces.slice(0, reply.afterPieces ?? 0)].join('')
      const error = wire.frameError(reply.status, reply.message)
      if (!reply.staysOpen) return finish(before + error)
      response.write(before + error)
      return
    }
    default:
  }
  const said = sayOf(reply)
  response.writeHead(200, { 'content-type': typeOf(request) })
  if (!request.isStreaming) return finish(JSON.stringify(wire.wholeAnswer(request, said)))
  const { head, pieces, tail } = wire.frameStream(request, said)
  response.write(head)
  for (const [index, piece] of pieces.entries()) {
    if (reply.hold?.afterPieces === index) await reply.hold.until
    if (reply.pieceDelayMs) await wait(reply.pieceDelayMs)
    if (response.destroyed) return
    response.write(piece)
  }
  if (reply.hold && reply.hold.afterPieces >= pieces.length) await reply.hold.until
  finish(tail)
}

const LONG_VALUE = {
  report: 'A report that is going to be cut off in the middle of its sentence. '.repeat(20),
}

function sayOf(
  reply: Exclude<
    ScriptedReply,
    { kind: 'status' } | { kind: 'drop' } | { kind: 'hang' } | { kind: 'huge' } | { kind: 'stream-error' }
  >,
): Said {
  const text = textOf(reply)
  const calls = reply.kind === 'tools' ? reply.calls : []
  const count = Math.max(1, Math.min(reply.pieces ?? 6, text.length))
  const size = Math.ceil(text.length / count)
  const pieces =
    text === '' ? [] : Array.from({ length: count }, (_, i) => text.slice(i * size, (i + 1) * size))
  return {
    pieces: pieces.filter((piece) => piece !== ''),
    calls: calls.map((call, index) => ({ ...call, id: call.id ?? `call_${index}_${call.name}` })),
    finish:
      reply.kind === 'tools'
        ? 'tools'
        : reply.kind === 'refusal'
          ? 'refusal'
          : ('finish' in reply && reply.finish) || 'stop',
    usage: reply.usage === undefined ? { input: 120, output: Math.ceil(text.length / 4) } : reply.usage,
  }
}

function textOf(reply: Parameters<typeof sayOf>[0]): string {
  switch (reply.kind) {
    case 'json':
      return JSON.stringify(reply.value)
    case 'truncated':
      return JSON.stringify(reply.value).slice(0, -reply.cut)
    case 'text':
      return reply.text
    case 'tools':
      return reply.text ?? ''
    case 'refusal':
      return reply.text ?? 'I cannot help with that.'
    case 'empty':
      return ''
  }
}

function frame(wire: Wire, request: ScriptedRequest, said: Said): string {
  if (!request.isStreaming) return JSON.stringify(wire.wholeAnswer(request, said))
  const { head, pieces, tail } = wire.frameStream(request, said)
  return [head, ...pieces, tail].join('')
}

async function writeHuge(
  wire: Wire,
  request: ScriptedRequest,
  bytes: number,
  response: ServerResponse,
  finish: (text: string) => void,
): Promise<void> {
  const chunk = 'x'.repeat(16_384)
  const said: Said = { pieces: [`{"report":"`, chunk], calls: [], finish: 'stop', usage: null }
  const { head, pieces, tail } = wire.frameStream(request, said)
  response.writeHead(200, { 'content-type': typeOf(request) })
  response.write(head + pieces[0]!)
  for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length) {
    if (response.write(pieces[1]!)) continue
    await new Promise<void>((resolve) => {
      const go = () => {
        response.off('drain', go)
        response.off('close', go)
        resolve()
      }
      response.on('drain', go)
      response.on('close', go)
    })
  }
  if (!response.destroyed) finish(tail)
}

function typeOf(request: ScriptedRequest): string {
  return request.isStreaming ? 'text/event-stream' : 'application/json'
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

async function readJson(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
