/** A client of server-sent events that hands out messages one by one and can stop reading. */
import http from 'node:http'

export interface SseMessage {
  id: string | null
  event: string | null
  data: string | null
}

export interface SseClient {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly comments: number
  /** The next message that has not been taken; rejects when the stream ended before it. */
  next(): Promise<SseMessage>
  /** Everything that has not been taken, until the stream ends. */
  rest(): Promise<SseMessage[]>
  /** Resolves when the server (or anything else) ended the connection. */
  readonly ended: Promise<void>
  /** Stops reading from the socket. */
  pause(): void
  close(): void
}

export function connectSse(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      url,
      { headers: { Accept: 'text/event-stream', ...headers }, agent: false },
      (response) => {
        resolve(createClient(request, response))
      },
    )
    request.on('error', reject)
  })
}

function createClient(request: http.ClientRequest, response: http.IncomingMessage): SseClient {
  const messages: SseMessage[] = []
  const waiting: { resolve: (message: SseMessage) => void; reject: (error: Error) => void }[] = []
  let buffer = ''
  let comments = 0
  let isOver = false

  const take = (block: string) => {
    const message: SseMessage = { id: null, event: null, data: null }
    for (const line of block.split('\n')) {
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/.exec(line)!
      if (field === '') comments++
      else if (field === 'data') message.data = message.data === null ? value! : `${message.data}\n${value}`
      else if (field === 'id' || field === 'event') message[field] = value!
    }
    if (message.id === null && message.event === null && message.data === null) return
    const waiter = waiting.shift()
    if (waiter) waiter.resolve(message)
    else messages.push(message)
  }

  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    buffer += chunk
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      take(buffer.slice(0, end))
      buffer = buffer.slice(end + 2)
    }
  })
  const ended = new Promise<void>((resolve) => {
    response.on('close', () => {
      isOver = true
      for (const waiter of waiting) waiter.reject(new Error('the stream ended'))
      resolve()
    })
  })
  response.on('error', () => undefined)
  request.on('error', () => undefined)

  const next = () =>
    new Promise<SseMessage>((resolve, reject) => {
      const message = messages.shift()
      if (message) resolve(message)
      else if (isOver) reject(new Error('the stream ended'))
      else waiting.push({ resolve, reject })
    })

  return {
    status: response.statusCode!,
    headers: response.headers,
    get comments() {
      return comments
    },
    next,
    async rest() {
      await ended
      return messages.splice(0)
    },
    ended,
    pause: () => void response.pause(),
    close: () => void request.destroy(),
  }
}
