import { expect, test } from 'vitest'
import { settle } from '../support/manual-clock.ts'
import { runIdOf } from '../support/run-facts.ts'
import { connectSse } from '../support/sse-client.ts'
import { parsePrometheus, type Family } from '../support/prometheus-text.ts'
import { createWebDesk, type WebDesk } from '../support/web-desk.ts'

async function scrape({ request }: WebDesk): Promise<Map<string, Family>> {
  const response = await request('/metrics')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return parsePrometheus(await response.text())
}

/** The value of the one sample that has these labels. */
function valueOf(families: Map<string, Family>, name: string, labels: Record<string, string> = {}): number {
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''))
  const found = family!.samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )
  expect([name, found.length]).toEqual([name, 1])
  return found[0]!.value
}

const USAGE = {
  type: 'usage_recorded',
  key: 'bull',
  node_id: 'bull',
  calls: 1,
  input_tokens: 900,
  output_tokens: 80,
}

test('names, types and units are as Prometheus asks, and the process is measured too', async () => {
  const families = await scrape(await createWebDesk())
  for (const { name, type, help } of families.values()) {
    expect(help).not.toBe('')
    expect(type).not.toBe('')
    if (name.startsWith('rundesk_') && type === 'counter') expect(name).toMatch(/_total$/)
    if (type !== 'counter' && name.startsWith('rundesk_')) expect(name).not.toMatch(/_total$/)
    expect(name).toMatch(/^(rundesk|process|nodejs)_[a-z0-9_]+$/)
    expect(name).not.toMatch(/_ms(_|$)|_pct(_|$)/)
  }
  for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
    expect(families.get(name)!.samples).toHaveLength(1)
})

test('runs are counted as they are, and as they have ended since the start, asked for or not', async () => {
  const web = await createWebDesk()
  const { desk } = web
  const ids = [1, 2, 3].map(() => desk.add())
  desk.complete(ids[0]!)
  desk.emit(ids[1]!, { type: 'run_failed', error: 'no bars' })
  const families = await scrape(web)
  const kind = 'assessment'
  expect(valueOf(families, 'rundesk_runs', { kind, status: 'in_progress' })).toBe(1)
  expect(valueOf(families, 'rundesk_runs', { kind, status: 'completed' })).toBe(1)
  expect(valueOf(families, 'rundesk_runs', { kind, status: 'paused' })).toBe(0)
  expect(valueOf(families, 'rundesk_runs_by_files', { state: 'whole' })).toBe(3)
  expect(valueOf(families, 'rundesk_runs_ended_total', { kind, status: 'error' })).toBe(1)
  expect(valueOf(families, 'rundesk_run_duration_seconds_count', { kind, status: 'completed' })).toBe(1)

  desk.complete(ids[2]!)
  const later = await scrape(web)
  expect(valueOf(later, 'rundesk_runs_ended_total', { kind, status: 'completed' })).toBe(2)
  expect(valueOf(later, 'rundesk_run_duration_seconds_count', { kind, status: 'completed' })).toBe(2)
  expect(valueOf(later, 'rundesk_run_duration_seconds_bucket', { status: 'completed', le: '+Inf' })).toBe(2)
  expect(valueOf(later, 'rundesk_run_duration_seconds_sum', { status: 'error' })).toBeGreaterThan(0)
  expect(valueOf(later, 'rundesk_runs', { kind, status: 'in_progress' })).toBe(0)
})

test('places and calls are shown with their limits', async () => {
  const web = await createWebDesk()
  const { limiter } = web.concurrency
  const permit = await limiter.acquire(['global', 'openai'], 'a', new AbortController().signal)
  const families = await scrape(web)
  expect(valueOf(families, 'rundesk_queue_running_limit')).toBe(5)
  expect(valueOf(families, 'rundesk_queue_waiting_limit')).toBe(50)
  expect(valueOf(families, 'rundesk_queue_waiting')).toBe(0)
  expect(valueOf(families, 'rundesk_tier_in_use', { tier: 'openai' })).toBe(1)
  expect(valueOf(families, 'rundesk_tier_limit', { tier: 'global' })).toBe(8)
  permit.release()
  expect(valueOf(await scrape(web), 'rundesk_tier_in_use', { tier: 'openai' })).toBe(0)
})

test('what model calls used is added up, with those whose price is unknown apart', async () => {
  const web = await createWebDesk()
  const runId = web.desk.add()
  web.desk.emit(runId, { ...USAGE, cost_usd: 0.25 })
  web.desk.emit(runId, { ...USAGE, cost_usd: 0.5 })
  web.desk.emit(runId, { ...USAGE, cost_usd: null })
  const families = await scrape(web)
  expect(valueOf(families, 'rundesk_model_calls_total')).toBe(3)
  expect(valueOf(families, 'rundesk_model_calls_unpriced_total')).toBe(1)
  expect(valueOf(families, 'rundesk_model_tokens_total', { direction: 'input' })).toBe(2_700)
  expect(valueOf(families, 'rundesk_model_tokens_total', { direction: 'output' })).toBe(240)
  expect(valueOf(families, 'rundesk_model_cost_usd_total')).toBe(0.75)
})

test('what live updates saved is told by channel', async () => {
  const web = await createWebDesk()
  web.payload.count('socket', null, { sent: 100, whole: 1_000 }, 2)
  const families = await scrape(web)
  const channel = 'socket'
  expect(valueOf(families, 'rundesk_payload_messages_total', { channel })).toBe(2)
  expect(valueOf(families, 'rundesk_payload_sent_bytes_total', { channel })).toBe(200)
  expect(valueOf(families, 'rundesk_payload_whole_bytes_total', { channel })).toBe(2_000)
  expect(valueOf(families, 'rundesk_payload_saved_ratio', { channel })).toBe(0.9)
  expect(families.get('rundesk_payload_saved_ratio')!.samples).toHaveLength(1)

  for (let n = 1; n <= 25; n++) web.payload.count('socket', runIdOf(n), { sent: n, whole: 10 * n }, 2)
  const later = await scrape(web)
  const ofRun = { channel, run_id: runIdOf(25) }
  expect(valueOf(later, 'rundesk_run_payload_sent_bytes', ofRun)).toBe(50)
  expect(valueOf(later, 'rundesk_run_payload_whole_bytes', ofRun)).toBe(500)
  expect(later.get('rundesk_run_payload_sent_bytes')!.samples).toHaveLength(20)
})

test('open streams are counted by what they carry, until they close', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  const runId = web.desk.add()
  const streams = await Promise.all(
    [`/runs/${runId}/events`, `/api/trading/decision/internal/events/${runId}`, '/stream?page=tray'].map(
      (path) => connectSse(url + path),
    ),
  )
  const counts = async () => {
    const families = await scrape(web)
    return ['page', 'events', 'socket'].map((kind) => valueOf(families, 'rundesk_open_streams', { kind }))
  }
  expect(await counts()).toEqual([1, 2, 0])
  web.desk.complete(runId)
  await Promise.all(streams.slice(0, 2).map(({ ended }) => ended))
  // The server hears of the end a moment after the client.
  for (let turn = 0; turn < 50 && (await counts())[1]! > 0; turn += 1) await settle()
  expect(await counts()).toEqual([1, 0, 0])
})

test('no label has values that a client can add to without end', async () => {
  const web = await createWebDesk()
  const { desk, concurrency } = web
  const size = async () => [...(await scrape(web)).values()].flatMap(({ samples }) => samples).length
  const first = desk.add({ ticker: 'AAPL' })
  desk.complete(first)
  const before = await size()
  for (const ticker of ['MSFT', 'IBM', 'GOOG']) desk.complete(desk.add({ ticker }))
  expect(await size()).toBe(before)
  const { signal } = new AbortController()
  for (let i = 0; i < 150; i += 1)
    (await concurrency.limiter.acquire(['global', `m${i}`], 'a', signal)).release()
  const tiers = (await scrape(web)).get('rundesk_tier_in_use')!.samples
  expect(tiers).toHaveLength(100)
})

test('is refused to whoever is not signed in', async () => {
  const { request } = await createWebDesk({ config: { authPassword: 'open sesame' } })
  for (const path of ['/metrics', '/metrics/runs']) expect((await request(path)).status).toBe(401)
})
