import { EventEmitter } from 'node:events'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { describeFailure } from '../../../src/core/http-error.ts'
import { createStreamCap } from '../../../src/web/middleware/stream-cap.ts'
import type { WebEnv } from '../../../src/web/web-env.ts'

function createApp() {
  const app = new Hono<WebEnv>()
  app.use(createStreamCap({ max: 4, maxPerAddress: 2 }))
  app.get('*', (c) => c.text('in'))
  app.onError((error, c) => {
    const { status, headers } = describeFailure(error)
    return c.text(error.message, status, headers)
  })
  return (path: string, address: string) => {
    const outgoing = new EventEmitter()
    const env = {
      outgoing,
      incoming: { socket: { remoteAddress: address } },
    } as unknown as WebEnv['Bindings']
    return { outgoing, response: app.request(path, undefined, env) as Promise<Response> }
  }
}

const STREAM = '/stream?page=tray'

it('bounds the streams of one address, and takes new ones when old ones close', async () => {
  const ask = createApp()
  const first = ask(STREAM, '10.0.0.1')
  expect((await first.response).status).toBe(200)
  const other = ask('/runs/x/events', '10.0.0.1')
  expect((await other.response).status).toBe(200)
  other.outgoing.emit('close')
  expect((await ask('/api/trading/decision/internal/events/x', '10.0.0.1').response).status).toBe(200)
  const third = await ask(STREAM, '10.0.0.1').response
  expect([third.status, third.headers.get('retry-after')]).toEqual([429, '5'])
  expect((await ask(STREAM, '10.0.0.2').response).status).toBe(200)
  first.outgoing.emit('close')
  expect((await ask(STREAM, '10.0.0.1').response).status).toBe(200)
})

it('bounds all streams together, loopback included', async () => {
  const ask = createApp()
  for (let count = 0; count < 4; count++)
    expect((await ask(STREAM, '::ffff:127.0.0.1').response).status).toBe(200)
  expect((await ask(STREAM, '127.0.0.1').response).status).toBe(429)
})

it('counts nothing but streams', async () => {
  const ask = createApp()
  for (let count = 0; count < 9; count++) expect((await ask('/runs', '10.0.0.1').response).status).toBe(200)
})

it('counts a socket by its connection, whose end gives the place back', async () => {
  const app = new Hono<WebEnv>()
  app.use(createStreamCap({ max: 1 }))
  app.get('*', (c) => c.text('in'))
  app.onError((error, c) => c.text(error.message, describeFailure(error).status))
  const socket = Object.assign(new EventEmitter(), { remoteAddress: '10.0.0.1' })
  const ask = async (connection: object) => {
    const env = { incoming: { socket: connection }, upgrade: { admit: () => undefined } }
    return (await app.request('/ws?run_id=x', undefined, env as unknown as WebEnv['Bindings'])).status
  }
  const other = Object.assign(new EventEmitter(), { remoteAddress: '10.0.0.2' })
  expect(await ask(socket)).toBe(200)
  expect(await ask(other)).toBe(429)
  socket.emit('close')
  expect(await ask(other)).toBe(200)
})
