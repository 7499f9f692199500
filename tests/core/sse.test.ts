import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  createStreamHeartbeat,
  createSseConnection,
  frameMessage,
  HEARTBEAT_MS,
  type SseConnection,
} from '../../src/core/sse.ts'
import { createManualClock } from '../support/manual-clock.ts'

/** A connection to a client that has read the head and then stopped reading. */
async function connectLazyReader(): Promise<{ connection: SseConnection; response: http.ServerResponse }> {
  let made: (response: http.ServerResponse) => void
  const arrived = new Promise<http.ServerResponse>((resolve) => (made = resolve))
  const server = http.createServer((_, response) => made(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const request = http.get({ port: (server.address() as AddressInfo).port, agent: false })
  request.on('response', (incoming) => incoming.pause().on('error', () => undefined))
  request.on('error', () => undefined)
  onTestFinished(() => {
    request.destroy()
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  const response = await arrived
  const connection = createSseConnection(response)
  connection.open()
  return { connection, response }
}

describe('a message', () => {
  it.each([
    [{ data: 'x' }, 'data: x\n\n'],
    [{ id: 7, event: 'done', data: 'a\nb' }, 'id: 7\nevent: done\ndata: a\ndata: b\n\n'],
    [{ id: 'b.1', data: 'a\r\nb\rc\n' }, 'id: b.1\ndata: a\ndata: b\ndata: c\ndata: \n\n'],
  ])('%j is framed so that no line of it is taken for a field', (message, frame) => {
    expect(frameMessage(message)).toBe(frame)
  })
})

describe('a reader that reads nothing', () => {
  it('is dropped when more waits for it than it may leave', async () => {
    const { connection } = await connectLazyReader()
    const closed = new Promise<void>((resolve) => connection.onClose(resolve))
    const chunk = Buffer.alloc(512 * 1024)
    for (let count = 0; count < 200 && connection.write(chunk); count++) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    await closed
    expect(connection.closed).toBe(true)
    expect(connection.write('more')).toBe(false)
  })

  it('is dropped by the heart when what waits for it does not move', async () => {
    const clock = createManualClock()
    const heartbeat = createStreamHeartbeat(clock, new AbortController().signal)
    const { connection, response } = await connectLazyReader()
    heartbeat.add(connection)
    // Fills the kernel's buffers, and then a little that has to wait here.
    const chunk = Buffer.alloc(128 * 1024)
    for (let idle = 0; idle < 50;) {
      idle = response.writableNeedDrain ? idle + 1 : 0
      if (!response.writableNeedDrain) connection.write(chunk)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(connection.closed).toBe(false)
    await clock.advance(2 * HEARTBEAT_MS)
    expect(connection.closed).toBe(true)
    await clock.advance(HEARTBEAT_MS)
    expect(clock.sleepers).toBe(0)
  })
})
