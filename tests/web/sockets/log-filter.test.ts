import { expect, test } from 'vitest'
import type { Severity } from '../../../src/runs/event.ts'
import { createWebDesk, type WebDeskOptions } from '../../support/web-desk.ts'
import { connectWs } from '../../support/ws-client.ts'

async function open(options: WebDeskOptions = {}) {
  const web = await createWebDesk(options)
  const url = await web.listen()
  const runId = web.desk.add()
  const connect = () => connectWs(`${url}/ws?run_id=${runId}`)
  const say = (severity: Severity, message: string, source = 'test') =>
    web.desk.emit(runId, {
      type: 'log_appended',
      key: null,
      entries: [{ ts: 0, severity, source, agent_id: null, message }],
    })
  return { ...web, runId, connect, say, client: await connect() }
}

const seqsOf = (entries: readonly { seq: number }[]) => entries.map(({ seq }) => seq)

test('a filter narrows one socket, and a lost message shows all the same', async () => {
  const { client, connect, say, clock } = await open()
  const other = await connect()
  say('INFO', 'one')
  say('WARN', 'two')
  await clock.advance(1_000)
  client.send({ action: 'log_filter', severity: 'WARN' })
  expect(await client.next('log_snapshot_run')).toMatchObject({ seq: 2, entries: [{ seq: 2 }] })
  say('INFO', 'three')
  await clock.advance(1_000)
  expect(await client.soFar()).toEqual([])
  say('ERROR', 'four')
  say('INFO', 'five')
  await clock.advance(1_000)
  const append = await client.next('log_append_run')
  expect([append.after_seq, append.seq, seqsOf(append.entries)]).toEqual([2, 5, [4]])
  say('ERROR', 'six')
  await clock.advance(1_000)
  expect(await client.next('log_append_run')).toMatchObject({ after_seq: 5, seq: 6 })

  const all: number[] = []
  for (const message of await other.soFar()) {
    if (message.type !== 'log_append_run') continue
    expect(message).not.toHaveProperty('after_seq')
    all.push(...seqsOf(message.entries))
  }
  expect(all).toEqual([1, 2, 3, 4, 5, 6])
})

test('filters mean what they mean over REST, and are taken off by naming none', async () => {
  const { client, say, clock } = await open()
  say('INFO', 'Timeout of the feed', 'news')
  say('WARN', 'timeout', 'market')
  say('WARN', 'slow', 'news')
  await clock.advance(1_000)
  const filtered = async (filter: object) => {
    client.send({ action: 'log_filter', ...filter })
    return seqsOf((await client.next('log_snapshot_run')).entries)
  }
  expect(await filtered({ q: 'TIMEOUT' })).toEqual([1, 2])
  expect(await filtered({ sources: ['news'] })).toEqual([1, 3])
  expect(await filtered({ sources: 'news,market', severity: 'WARN', q: 'slow' })).toEqual([3])
  client.send({ action: 'log_filter', severity: 'LOUD' })
  expect((await client.next('error')).error).toContain('severity is "LOUD"')
  expect(await filtered({ severity: null, sources: null, q: '' })).toEqual([1, 2, 3])
})

test('what a dump has shown is not sent again with what was on its way', async () => {
  const { client, say, clock } = await open()
  await client.next('status_update_run')
  say('INFO', 'one')
  client.send({ action: 'log_dump' })
  expect(await client.next('log_snapshot_run')).toMatchObject({ seq: 1, epoch: 0, entries: [{ seq: 1 }] })
  say('INFO', 'two')
  await clock.advance(1_000)
  const append = await client.next('log_append_run')
  expect(seqsOf(append.entries)).toEqual([2])
})

test('a burst longer than what is kept in memory arrives whole; a longer one is told anew', async () => {
  const { client, desk, say, clock } = await open({ logLines: 10 })
  for (let i = 0; i < 1_200; i++) say('INFO', `line ${i}`)
  await clock.advance(3_000)
  const seqs = (await client.soFar()).flatMap((message) =>
    message.type === 'log_append_run' ? seqsOf(message.entries) : [],
  )
  expect(seqs).toEqual(Array.from({ length: 1_200 }, (_, i) => i + 1))
  for (let i = 0; i < 2_500; i++) say('INFO', `line ${i}`)
  await clock.advance(3_000)
  const news = await client.soFar()
  expect(news).toMatchObject([{ type: 'log_snapshot_run', seq: 3_700 }])
  expect(desk.feed.revision).toBeGreaterThan(3_700)
})

test('with logs off none are sent, and asking says so', async () => {
  const config = { enableMultiRun: true, enableLogStream: false }
  const { client, say, clock } = await open({ sockets: { config } })
  expect(await client.next('init_run')).toMatchObject({ log_stream: false, seqs: { log: 0 } })
  await client.next('status_update_run')
  say('INFO', 'one')
  await clock.advance(1_000)
  for (const action of ['log_dump', 'log_filter']) {
    client.send({ action })
    expect((await client.next('error')).error).toBe(`${action} is not possible: logs are not sent here`)
  }
  client.send({ action: 'ping' })
  expect((await client.next('pong')).seqs).toEqual({ status: 0, content: 0, log: 0 })
})
