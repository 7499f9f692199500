import { expect, test } from 'vitest'
import type { PlanNode } from '../../../src/runs/workflow.ts'
import { createWebDesk, type WebDeskOptions } from '../../support/web-desk.ts'
import { connectWs } from '../../support/ws-client.ts'

const PLAN: PlanNode[] = [
  {
    id: 'phase',
    label: 'Analysts',
    node_type: 'phase',
    children: [
      {
        id: 'market',
        label: 'Market',
        node_type: 'agent',
        steps: 2,
        children: [{ id: 'market_report', label: 'Report', node_type: 'report' }],
      },
    ],
  },
]

async function openRun(options: WebDeskOptions = {}) {
  const web = await createWebDesk({ plan: PLAN, ...options })
  const url = await web.listen()
  const runId = web.desk.add()
  const socketUrl = `${url}/ws?run_id=${encodeURIComponent(runId)}`
  const connect = () => connectWs(socketUrl)
  return { ...web, url, runId, socketUrl, connect, client: await connect() }
}

const step = (key: string, attempt = 1) => ({
  type: 'step_started' as const,
  key,
  input_hash: '',
  attempt,
  node_id: 'market',
})

test('a run is shown as it is on connecting, and then by what changes of it', async () => {
  const { client, desk, clock, runId } = await openRun()
  const init = await client.next('init_run')
  expect(init).toMatchObject({
    run_id: runId,
    boot: desk.feed.boot,
    status: 'in_progress',
    log_stream: true,
    seqs: { status: 0, content: 0, log: 0 },
  })
  expect(init.execution_tree).toMatchObject([
    { id: 'phase', children: [{ id: 'market', children: [{ id: 'market_report', children: [] }] }] },
  ])
  expect(await client.next('status_update_run')).not.toHaveProperty('final_decision')
  const { at } = desk.emit(runId, step('s1'))
  desk.emit(runId, {
    type: 'node_updated',
    node_id: 'market_tool_1',
    parent_id: 'market',
    label: 'slope',
    node_type: 'tool',
    status: 'in_progress',
  })
  desk.emit(runId, { type: 'content_appended', key: 's1', node_id: 'market_report', text: 'Up ' })
  desk.emit(runId, { type: 'content_appended', key: 's1', node_id: 'market_report', text: 'and away' })
  desk.log(runId, 'one', 's1')
  desk.log(runId, 'two', 's1')
  await clock.advance(100)
  const patch = await client.next('status_patch_run')
  expect(patch.seq).toBe(1)
  expect(patch.nodes).toEqual([
    { id: 'phase', status: 'in_progress', started_at: at },
    { id: 'market', status: 'in_progress', started_at: at },
    { id: 'market_report', status: 'in_progress', started_at: at },
    {
      id: 'market_tool_1',
      parent_id: 'market',
      label: 'slope',
      node_type: 'tool',
      status: 'in_progress',
      started_at: expect.any(String),
      ended_at: null,
      duration_ms: null,
      reason: null,
    },
  ])
  const rest = await client.soFar()
  expect(rest.map(({ type }) => type).sort()).toEqual(['content_patch_run', 'log_append_run'])
  expect(rest).toContainEqual({
    type: 'content_patch_run',
    run_id: runId,
    seq: 1,
    node_id: 'market_report',
    op: 'append',
    text: 'Up and away',
  })
  expect(rest.find(({ type }) => type === 'log_append_run')).toMatchObject({
    seq: 2,
    entries: [
      { seq: 1, message: 'one', severity: 'INFO' },
      { seq: 2, message: 'two' },
    ],
  })
})

test('text that goes on is appended, any other is replaced, each under its own number', async () => {
  const { client, desk, clock, runId } = await openRun()
  const write = async (type: 'content_appended' | 'content_replaced', text: string) => {
    desk.emit(runId, { type, key: 's1', node_id: 'market_report', text })
    await clock.advance(1_000)
    const { seq, op, text: sent } = await client.next('content_patch_run')
    return [seq, op, sent]
  }
  expect(await write('content_appended', 'Up')).toEqual([1, 'append', 'Up'])
  expect(await write('content_replaced', 'Up and away')).toEqual([2, 'append', ' and away'])
  expect(await write('content_replaced', 'Down')).toEqual([3, 'replace', 'Down'])
})

test('a repeated attempt takes back text and log lines of the one before, without a new log number', async () => {
  const { client, desk, clock, runId } = await openRun()
  desk.log(runId, 'stays')
  desk.emit(runId, step('s1'))
  desk.emit(runId, { type: 'content_appended', key: 's1', node_id: 'market_report', text: 'First try' })
  desk.log(runId, 'goes', 's1')
  await clock.advance(1_000)
  expect((await client.next('log_append_run')).seq).toBe(2)
  await client.soFar()
  desk.emit(runId, step('s1', 2))
  await clock.advance(1_000)
  const news = await client.soFar()
  expect(news.find(({ type }) => type === 'content_patch_run')).toMatchObject({ op: 'replace', text: '' })
  expect(news.find(({ type }) => type === 'log_snapshot_run')).toMatchObject({
    seq: 2,
    epoch: 1,
    entries: [{ seq: 1, message: 'stays' }],
  })
  desk.log(runId, 'again', 's1')
  await clock.advance(1_000)
  expect(await client.next('log_append_run')).toMatchObject({ seq: 3, entries: [{ seq: 3 }] })
})

test('the end is told once, last, with the decision and its Markdown made harmless', async () => {
  const { client, desk, clock, runId, connect } = await openRun()
  const markdown =
    '# Buy\n\n<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[x](javascript:alert(1)) <a hx-get="/">y</a>'
  desk.emit(runId, { type: 'decision_ready', decision: { action: 'BUY', confidence: 0.6, markdown } })
  for (let i = 0; i < 30; i++)
    desk.emit(runId, { type: 'content_appended', key: 's', node_id: `n${i}`, text: 'x' })
  desk.complete(runId)
  await clock.advance(5_000)
  const news = await client.soFar()
  const ends = news.filter(
    (message) => message.type === 'status_update_run' && message.status === 'completed',
  )
  expect(ends).toHaveLength(1)
  expect(news.at(-1)).toBe(ends[0])
  expect(ends[0]).toMatchObject({ overall_progress: 100, final_decision: { action: 'BUY', markdown } })
  const { decision_html: html } = ends[0] as { decision_html: string }
  expect(html).toContain('<h1>Buy</h1>')
  expect(html).not.toMatch(/script|onerror|javascript:|hx-get|<img/)

  client.send({ action: 'resync' })
  expect((await client.next('run_snapshot')).final_decision).toMatchObject({ action: 'BUY', html })
  expect(await client.next('status_update_run')).not.toHaveProperty('final_decision')
  const late = await connect()
  expect(await late.next('init_run')).toMatchObject({ status: 'completed' })
  expect((await late.next('status_update_run')).decision_html).toBe(html)
})

test('at most ten messages go out within any second, whatever happens, and all of it arrives', async () => {
  const { client, desk, clock, runId } = await openRun()
  await client.next('status_update_run')
  const times: number[] = []
  let seen = client.received.length
  const started = clock.now()
  for (let i = 0; i < 100; i++) {
    desk.emit(runId, { type: 'content_appended', key: 's', node_id: `n${i % 7}`, text: `${i} ` })
    desk.log(runId, `line ${i}`)
    desk.emit(runId, step(`s${i}`))
    await clock.advance(50)
    if (i % 8 === 7) await client.soFar()
    for (; seen < client.received.length; seen++) {
      if (client.received[seen]!.type !== 'pong') times.push(clock.now())
    }
  }
  expect(clock.now() - started).toBe(5_000)
  expect(times.length).toBeGreaterThan(30)
  expect(times.length).toBeLessThanOrEqual(51)
  await clock.advance(5_000)
  client.send({ action: 'resync' })
  const { content } = await client.next('run_snapshot')
  expect(content.n0!.split(' ')).toHaveLength(16)
})

test('what all watchers are sent is the same message, and a snapshot fits the ones that follow it', async () => {
  const { client, connect, desk, clock, runId } = await openRun()
  desk.emit(runId, { type: 'content_appended', key: 's', node_id: 'market_report', text: 'one ' })
  await clock.advance(100)
  desk.emit(runId, { type: 'content_appended', key: 's', node_id: 'market_report', text: 'two ' })
  // Not told to anybody yet: the newcomer must not be shown it and then be told it.
  const second = await connect()
  second.send({ action: 'resync' })
  const snapshot = await second.next('run_snapshot')
  expect(snapshot.content).toEqual({ market_report: 'one ' })
  await clock.advance(1_000)
  const patch = await second.next('content_patch_run')
  expect(patch).toMatchObject({ seq: snapshot.seqs.content + 1, op: 'append', text: 'two ' })
  await client.next('content_patch_run')
  expect(await client.next('content_patch_run')).toEqual(patch)
})

test('numbers go on for who comes back, and rise where something changed meanwhile', async () => {
  const { client, connect, desk, clock, runId, sockets } = await openRun()
  desk.emit(runId, { type: 'content_appended', key: 's', node_id: 'market_report', text: 'one ' })
  await clock.advance(1_000)
  expect((await client.next('content_patch_run')).seq).toBe(1)
  const leave = async (ws: typeof client) => {
    ws.ws.close()
    await ws.closed
    await expect.poll(() => sockets.watched).toBe(0)
  }
  await leave(client)
  const same = await connect()
  expect((await same.next('init_run')).seqs).toEqual({ status: 0, content: 1, log: 0 })
  await leave(same)
  desk.emit(runId, { type: 'content_appended', key: 's', node_id: 'market_report', text: 'two ' })
  const changed = await connect()
  expect((await changed.next('init_run')).seqs).toEqual({ status: 0, content: 2, log: 0 })
})

test('a run is watched for as long as a socket shows it', async () => {
  const web = await createWebDesk()
  const watched: string[] = []
  web.desk.watch = (runId) => {
    watched.push(runId)
    return () => void watched.splice(watched.indexOf(runId), 1)
  }
  const url = await web.listen()
  const runId = web.desk.add()
  const [first, second] = await Promise.all([
    connectWs(`${url}/ws?run_id=${runId}`),
    connectWs(`${url}/ws?run_id=${runId}`),
  ])
  expect(watched).toEqual([runId])
  first.ws.close()
  await first.closed
  expect(watched).toEqual([runId])
  second.ws.terminate()
  await expect.poll(() => watched).toEqual([])
})
