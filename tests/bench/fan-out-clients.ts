/**
 * A thousand readers of one stream in one process, on bare sockets: they notice when each message has arrived whole and
 * skip its bytes. Told by `fan-out.ts` where to connect and when to count.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from './stream-window.ts'

export interface Arrivals {
  /** By the message's `id:` line: when each client had it, on the shared clock. */
  times: Map<string, number[]>
  bytes: number
}

/** Readers come and go in groups: a thousand people do not close their browsers in the same millisecond. */
const CONNECT_AT_ONCE = 50
const LEAVE_AT_ONCE = 50
const LEAVE_EVERY_MS = 10
const HEAD_END = '\r\n\r\n'

const sockets: Socket[] = []
let arrivals: Arrivals = { times: new Map(), bytes: 0 }

process.on(
  'message',
  (message: 'count' | 'stop' | { connect: { port: number; path: string; count: number } }) => {
    if (message === 'count') {
      process.send!({ arrivals })
      arrivals = { times: new Map(), bytes: 0 }
    } else if (message === 'stop') {
      void disconnectAll()
    } else if (typeof message === 'object') void connectAll(message.connect)
  },
)

// Between two connections nothing else keeps this process alive.
process.channel?.ref()

async function connectAll({
  port,
  path,
  count,
}: {
  port: number
  path: string
  count: number
}): Promise<void> {
  for (let done = 0; done < count; done += CONNECT_AT_ONCE) {
    const some = Array.from({ length: Math.min(CONNECT_AT_ONCE, count - done) }, () => connectOne(port, path))
    sockets.push(...(await Promise.all(some)))
  }
  process.send!({ connected: sockets.length })
}

async function disconnectAll(): Promise<void> {
  while (sockets.length > 0) {
    for (const socket of sockets.splice(0, LEAVE_AT_ONCE)) socket.destroy()
    await sleep(LEAVE_EVERY_MS)
  }
  process.send!({ stopped: true })
}

/** Resolves when the server has answered 200. */
function connectOne(port: number, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`)
    let head = ''
    const onHead = (data: Buffer) => {
      head += data.toString('latin1')
      const end = head.indexOf(HEAD_END)
      if (end < 0) return
      if (!head.startsWith('HTTP/1.1 200'))
        return reject(new Error(`the stream answered ${head.slice(0, 200)}`))
      socket.off('data', onHead)
      const isChunked = /^transfer-encoding: chunked/im.test(head.slice(0, end))
      const read = isChunked ? createChunkReader(noteArrival) : createMessageReader(noteArrival)
      read(Buffer.from(head.slice(end + HEAD_END.length), 'latin1'))
      socket.on('data', read)
      resolve(socket)
    }
    socket.on('data', onHead)
    socket.once('error', reject)
  })
}

function noteArrival(id: string, bytes: number): void {
  arrivals.bytes += bytes
  const times = arrivals.times.get(id)
  if (times) times.push(monotonicMs())
  else arrivals.times.set(id, [monotonicMs()])
}

/** Follows a chunked body: each chunk is one message, of which only the `id:` line is looked at. */
function createChunkReader(onMessage: (id: string, bytes: number) => void): (data: Buffer) => void {
  let size = ''
  let first = ''
  /** Bytes of the present chunk still to come, its final line break included; 0 between chunks. */
  let left = 0
  let length = 0
  return (data) => {
    let at = 0
    while (at < data.length) {
      if (left === 0) {
        const end = data.indexOf('\n', at)
        size += data.toString('latin1', at, end < 0 ? data.length : end)
        at = end < 0 ? data.length : end + 1
        if (end < 0) continue
        length = Number.parseInt(size, 16)
        left = length + 2
        size = ''
        first = ''
        continue
      }
      const taken = Math.min(left, data.length - at)
      if (first.length < 64) first += data.toString('latin1', at, at + Math.min(taken, 64))
      left -= taken
      at += taken
      if (left === 0 && first.startsWith('id')) onMessage(first.slice(0, first.indexOf('\n')), length)
    }
  }
}

/** Follows a body that ends with the connection: a message ends with an empty line. */
function createMessageReader(onMessage: (id: string, bytes: number) => void): (data: Buffer) => void {
  let first = ''
  let length = 0
  let endsInBreak = false
  return (data) => {
    for (let at = 0; at < data.length;) {
      const found = endsInBreak && data[at] === 10 ? at - 1 : data.indexOf('\n\n', at)
      const isWhole = found >= 0 || (endsInBreak && data[at] === 10)
      const end = isWhole ? found + 2 : data.length
      if (first.length < 64) first += data.toString('latin1', at, Math.min(end, at + 64))
      length += end - at
      endsInBreak = !isWhole && data[end - 1] === 10
      if (isWhole) {
        if (first.startsWith('id')) onMessage(first.slice(0, first.indexOf('\n')), length)
        first = ''
        length = 0
      }
      at = end
    }
  }
}
