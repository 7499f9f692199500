import { expect, test } from 'vitest'
import { savedShare } from '../../../src/core/payload-meter.ts'
import { createWebDesk } from '../../support/web-desk.ts'
import { connectWs } from '../../support/ws-client.ts'
import { connectSse } from '../../support/sse-client.ts'
import { watchRun } from '../../bench/socket-payload.ts'

test('bytes sent as patches are counted for each reader, against one snapshot for each moment', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  const runId = web.desk.add()
  const address = `${url}/ws?run_id=${runId}`
  const [client, other] = [await connectWs(address), await connectWs(address)]
  await client.next('status_update_run')
  const emit = (text: string, node_id = 'report') =>
    web.desk.emit(runId, { type: 'content_appended', key: 's', node_id, text })
  emit('x'.repeat(1_000))
  emit('y', 'messages')
  web.desk.log(runId, 'not in a snapshot, and not counted')
  await web.clock.advance(1_000)
  const patches = (await client.soFar()).filter(({ type }) => type === 'content_patch_run')
  expect(patches).toHaveLength(2)
  const sent = patches.reduce((sum, patch) => sum + Buffer.byteLength(JSON.stringify(patch)), 0)
  client.send({ action: 'resync' })
  const snapshot = Buffer.byteLength(JSON.stringify(await client.next('run_snapshot')))
  const use = web.payload.total('socket')
  expect(use).toMatchObject({ messages: 4, sent_bytes: 2 * sent })
  // The second text was sent after the snapshot stood for both: a byte, its key and a number more.
  expect(use.whole_bytes).toBeLessThanOrEqual(2 * snapshot)
  expect(use.whole_bytes).toBeGreaterThan(2 * (snapshot - 40))
  expect(web.payload.runs('socket')).toEqual([[runId, use]])
  await other.soFar()
})

test('a run of the size that models make is sent in a twentieth of what snapshots would take', async () => {
  expect(savedShare(await watchRun(4_000))).toBeGreaterThanOrEqual(0.95)
})

test('streams of pages are counted against the regions they show, as far as these are known', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  const runId = web.desk.add()
  const page = encodeURIComponent(`/runs/${runId}`)
  const readers = [
    await connectSse(`${url}/stream?page=${page}`),
    await connectSse(`${url}/stream?page=${page}`),
  ]
  for (const reader of readers) await reader.next()
  web.desk.emit(runId, { type: 'run_progress', fraction: 0.2, message: 'on' })
  await web.clock.advance(1_000)
  const { data } = await readers[0]!.next()
  await readers[1]!.next()
  const use = web.payload.total('page')
  expect(use.messages).toBe(2)
  expect(use.sent_bytes).toBeGreaterThan(2 * data!.length)
  expect(use.whole_bytes).toBeGreaterThanOrEqual(use.sent_bytes)
  for (const reader of readers) reader.close()
})
