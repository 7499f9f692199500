import { expect, test } from 'vitest'
import { MAX_FRAME_BYTES, MAX_FRAMES_PER_SECOND } from '../../../src/web/sockets/client-socket.ts'
import { BEAT_MS } from '../../../src/web/sockets/client-socket.ts'
import { createWebDesk } from '../../support/web-desk.ts'
import { connectWs } from '../../support/ws-client.ts'

async function open(options: Parameters<typeof createWebDesk>[0] = {}) {
  const web = await createWebDesk(options)
  const url = await web.listen()
  const runId = web.desk.add()
  const connect = () => connectWs(`${url}/ws?run_id=${runId}`)
  return { ...web, runId, connect, client: await connect() }
}

test('a message that is too large or binary ends the socket, one that makes no sense does not', async () => {
  const { client, connect } = await open()
  client.send('nonsense')
  expect((await client.next('error')).error).toContain('allowed: a JSON object with an action')
  client.send(' '.repeat(MAX_FRAME_BYTES + 1))
  expect((await client.closed).code).toBe(1009)
  const binary = await connect()
  binary.ws.send(Buffer.from('{"action":"ping"}'), { binary: true })
  expect((await binary.closed).code).toBe(1003)
})

test('who sends too often is closed, and who keeps to the bound is not', async () => {
  const { client, connect, clock } = await open()
  const ping = '{"action":"ping"}'
  for (let second = 0; second < 3; second++) {
    for (let i = 0; i < MAX_FRAMES_PER_SECOND - 1; i++) client.send(ping)
    for (let i = 0; i < MAX_FRAMES_PER_SECOND - 1; i++) await client.next('pong')
    await clock.advance(1_001)
  }
  for (let i = 0; i <= MAX_FRAMES_PER_SECOND; i++) client.send(ping)
  expect(await client.closed).toEqual({ code: 1008, reason: 'more than 20 messages a second' })
  const flood = await connect()
  for (let i = 0; i <= MAX_FRAMES_PER_SECOND; i++) flood.ws.ping()
  expect((await flood.closed).code).toBe(1008)
})

test('a client that does not read is let go at the bound, keeps nobody waiting, and catches up', async () => {
  const { client, connect, desk, clock, runId, sockets } = await open()
  const slow = await connect()
  slow.ws.pause()
  const text = 'x'.repeat(200_000)
  let written = 0
  while (sockets.open === 2) {
    desk.emit(runId, { type: 'content_appended', key: 's', node_id: 'report', text })
    await clock.advance(1_000)
    expect(await client.next('content_patch_run')).toMatchObject({ seq: ++written })
    expect(written).toBeLessThan(200)
  }
  slow.ws.resume()
  expect([1006, 1013]).toContain((await slow.closed).code)
  const again = await connect()
  expect((await again.next('init_run')).seqs.content).toBe(written)
  again.send({ action: 'resync' })
  expect((await again.next('run_snapshot')).content.report).toHaveLength(written * text.length)
})

test('who does not answer for a whole beat is cut off', async () => {
  const { client, connect, clock, sockets } = await open()
  const gone = await connect()
  gone.ws.pause()
  await clock.advance(BEAT_MS)
  // The one that is there answers the question of the protocol by itself.
  await expect.poll(() => client.received.length).toBe(2)
  await client.soFar()
  await clock.advance(BEAT_MS)
  expect(sockets.open).toBe(1)
  expect(await client.soFar()).toEqual([])
})
