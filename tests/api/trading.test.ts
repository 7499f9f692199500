/** The calls of a background-run client: launch, follow, come back, cancel, read what is stored. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NotFoundError } from '../../src/core/errors.ts'
import type { PlanNode } from '../../src/runs/workflow.ts'
import type { ScriptedDesk } from '../support/scripted-desk.ts'
import { connectSse, type SseMessage } from '../support/sse-client.ts'
import { createWebDesk } from '../support/web-desk.ts'

const LAUNCH = '/api/trading/decision/internal'
const AGENTS = ['data', 'market', 'bull', 'bear', 'trader']
const PLAN: PlanNode[] = AGENTS.map((id) => ({
  ...{ id: `phase_${id}`, label: `Stage ${id}`, node_type: 'phase' },
  children: [{ id, label: id, node_type: 'agent' }],
}))
const DECISION = { action: 'BUY', confidence: 0.6, markdown: '# Buy <script>alert(1)</script>' }

const createDesk = (options: Parameters<typeof createWebDesk>[0] = {}) =>
  createWebDesk({ plan: PLAN, ...options })
const eventsPath = (runId: string) => `${LAUNCH}/events/${runId}`

function work(desk: ScriptedDesk, runId: string, node: string): void {
  desk.emit(runId, { type: 'step_started', key: node, input_hash: '', attempt: 1, node_id: node })
  desk.log(runId, `${node} at work`)
  desk.emit(runId, { type: 'step_completed', key: node, result: null })
}

function decide(desk: ScriptedDesk, runId: string): void {
  desk.emit(runId, { type: 'decision_ready', decision: DECISION })
  desk.complete(runId)
}

const bodyOf = (message: SseMessage) => JSON.parse(message.data!) as Record<string, unknown>
const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

describe('a launch', () => {
  it('starts an assessment of one ticker and names the run in both spellings', async () => {
    const { desk, request } = await createDesk()
    const response = await request(LAUNCH, post({ ticker: ' aapl ', as_of: '2012-06-29' }))
    expect(response.status).toBe(202)
    const answer = (await response.json()) as Record<string, string>
    expect(answer).toEqual({
      ...{ runId: answer.run_id, run_id: expect.stringMatching(/^AAPL--/) as string, ticker: 'AAPL' },
      ...{ as_of: '2012-06-29', asOf: '2012-06-29', status: 'pending' },
    })
    expect(desk.launches[0]).toMatchObject([
      { kind: 'assessment', input: { ticker: 'AAPL', as_of: '2012-06-29' } },
    ])
    const form = { method: 'POST', body: new URLSearchParams({ ticker: 'MSFT' }) }
    expect((await request(LAUNCH, form)).status).toBe(202)
  })

  it.each([
    [{}, /ticker/],
    [{ ticker: 'AAPL,MSFT' }, /ticker names 2 tickers/],
    [{ ticker: '../etc' }, /"\.\.\/etc" is not a ticker/i],
    [{ ticker: 'AAPL', as_of: 'yesterday' }, /as_of.*yesterday/],
    [{ ticker: 'AAPL', asof: '2012-06-29' }, /unknown field "asof".*as_of/],
  ])('refuses %j and starts nothing', async (body, message) => {
    const { desk, request } = await createDesk()
    const response = await request(LAUNCH, post(body))
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error: string }).error).toMatch(message)
    expect(desk.launches).toEqual([])
  })

  it('is bound by the same rules as any other', async () => {
    const { desk, request } = await createDesk({ config: { authPassword: 'open sesame' } })
    expect((await request(LAUNCH, post({ ticker: 'AAPL' }))).status).toBe(401)
    const open = await createDesk()
    const foreign = { ...post({ ticker: 'AAPL' }), headers: { Origin: 'http://evil.example' } }
    expect((await open.request(LAUNCH, foreign)).status).toBe(403)
    const large = { method: 'POST', body: new URLSearchParams({ ticker: 'A'.repeat(70_000) }) }
    expect((await open.request(LAUNCH, large)).status).toBe(413)
    open.desk.full = true
    const refused = await open.request(LAUNCH, post({ ticker: 'AAPL' }))
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    expect(desk.launches).toEqual([])
  })
})

describe('the stream', () => {
  it('tells each step forward once, and then the decision', async () => {
    const { desk, listen } = await createDesk()
    const runId = desk.add()
    const client = await connectSse((await listen()) + eventsPath(runId))
    for (const agent of AGENTS) work(desk, runId, agent)
    decide(desk, runId)
    const messages = await client.rest()
    const progress = messages.slice(0, -1)
    expect(new Set(progress.map(({ event }) => event))).toEqual(new Set(['progress']))
    const facts = progress.map(bodyOf)
    expect(facts.map(({ percent }) => percent)).toEqual([0, 0, 20, 20, 40, 40, 60, 60, 80, 80, 99])
    expect(facts.map(({ currentStage }) => currentStage).slice(0, 4)).toEqual([
      ...[null, 'Stage data', 'Stage data', 'Stage market'],
    ])
    expect(facts[2]).toEqual({
      ...{ runId, run_id: runId, percent: 20, currentStage: 'Stage data', current_stage: 'Stage data' },
      ...{ startedAt: '2026-11-20T10:00:00.002Z', started_at: '2026-11-20T10:00:00.002Z' },
      ...{ executionMs: 3, execution_ms: 3, timestamp: '2026-11-20T10:00:00.005Z' },
    })
    const last = messages.at(-1)!
    expect(last.event).toBe('completion')
    expect(bodyOf(last)).toMatchObject({
      ...{ runId, run_id: runId, percent: 100, executionMs: 17 },
      result: { action: 'BUY', confidence: 0.6, html: expect.not.stringContaining('script') as string },
    })
  })

  it('says why there is no decision', async () => {
    const { desk, listen } = await createDesk()
    const url = await listen()
    const failed = desk.add()
    work(desk, failed, 'data')
    desk.emit(failed, { type: 'run_failed', error: 'the vendor is away' })
    const [last] = (await (await connectSse(url + eventsPath(failed))).rest()).slice(-1)
    expect(last!.event).toBe('error')
    expect(bodyOf(last!)).toMatchObject({
      runId: failed,
      percent: 20,
      status: 'error',
      error: 'the vendor is away',
    })
    const canceled = desk.add()
    await desk.cancel(canceled)
    const [end] = (await (await connectSse(url + eventsPath(canceled))).rest()).slice(-1)
    expect([end!.event, bodyOf(end!)]).toMatchObject([
      'error',
      { status: 'canceled', error: 'the run was canceled' },
    ])
  })

  it('says the same to whoever comes late, or comes back anywhere on the way', async () => {
    const { desk, listen } = await createDesk()
    const url = await listen()
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(AGENTS), fc.nat(), fc.nat(), async (agents, joins, drops) => {
        const runId = desk.add()
        const early = await connectSse(url + eventsPath(runId))
        let late: typeof early | null = null
        for (const [i, agent] of agents.entries()) {
          if (i === joins % AGENTS.length) late = await connectSse(url + eventsPath(runId))
          work(desk, runId, agent)
        }
        decide(desk, runId)
        const all = await early.rest()
        if (late) expect(await late.rest()).toEqual(all)
        const percents = all.map((message) => bodyOf(message).percent as number)
        expect(percents).toEqual(percents.toSorted((a, b) => a - b))
        const seen = drops % all.length
        if (seen === all.length - 1) return
        const back = await connectSse(url + eventsPath(runId), { 'Last-Event-ID': all[seen]!.id! })
        expect(await back.rest()).toEqual(all.slice(seen + 1))
      }),
      { numRuns: 25 },
    )
  })

  it('tells whoever has seen the end to stay away', async () => {
    const { desk, listen } = await createDesk()
    const runId = desk.add()
    decide(desk, runId)
    const url = (await listen()) + eventsPath(runId)
    const [last] = (await (await connectSse(url)).rest()).slice(-1)
    const again = await fetch(url, { headers: { 'Last-Event-ID': last!.id! } })
    expect([again.status, await again.text()]).toEqual([204, ''])
  })

  it('of thousands of events is little more than a hundred messages', async () => {
    const { desk, listen } = await createDesk()
    const runId = desk.add()
    const client = await connectSse((await listen()) + eventsPath(runId))
    for (let i = 1; i <= 3_000; i += 1) {
      desk.emit(runId, { type: 'run_progress', fraction: i / 3_000, message: `bar ${i}` })
      if (i % 3 === 0) desk.log(runId, `bar ${i}`)
    }
    desk.complete(runId)
    const messages = await client.rest()
    expect(messages.length).toBeLessThanOrEqual(102)
    expect(bodyOf(messages.at(-1)!)).toMatchObject({ percent: 100, result: null })
  })

  it('keeps the files of a run that is looked at, for as long as it is', async () => {
    const { desk, listen } = await createDesk()
    const watched: string[] = []
    desk.watch = (runId) => {
      watched.push(`+${runId}`)
      return () => void watched.push(`-${runId}`)
    }
    const runId = desk.add()
    const client = await connectSse((await listen()) + eventsPath(runId))
    await client.next()
    expect(watched).toEqual([`+${runId}`])
    decide(desk, runId)
    await client.ended
    expect(watched.slice(1)).toContain(`-${runId}`)
  })

  it('is 404 where the run is unknown, or its files are pruned', async () => {
    const { desk, listen } = await createDesk()
    const url = await listen()
    const statusOf = async (path: string) => (await fetch(url + path)).status
    expect(await statusOf(eventsPath('AAPL--2026-11-20_10.00.00--ffffff'))).toBe(404)
    expect(await statusOf(eventsPath('nothing'))).toBe(400)
    const runId = desk.add()
    decide(desk, runId)
    desk.events = async function* () {
      yield* []
      throw new NotFoundError(`the files of run ${runId} were pruned; its decision may still be kept`)
    }
    expect(await statusOf(eventsPath(runId))).toBe(404)
    expect(await statusOf(`/api/trading/assessments/${runId}`)).toBe(200)
  })

  it('is not for other sites, and counts among the streams', async () => {
    const { desk, listen } = await createDesk()
    const url = (await listen()) + eventsPath(desk.add())
    expect((await fetch(url, { headers: { Origin: 'http://evil.example' } })).status).toBe(403)
    expect((await fetch(url, { headers: { 'Last-Event-ID': 'x' } })).status).toBe(400)
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(405)
  })
})

describe('what is stored', () => {
  it('is the decision with the facts of its run, in both spellings', async () => {
    const { desk, request } = await createDesk()
    const runId = desk.add()
    const path = `/api/trading/assessments/${runId}`
    expect((await request(path)).status).toBe(404)
    decide(desk, runId)
    const body = (await (await request(path)).json()) as Record<string, unknown>
    expect(body).toMatchObject({
      ...{
        runId,
        run_id: runId,
        ticker: 'AAPL',
        asOf: '2012-06-29',
        as_of: '2012-06-29',
        status: 'completed',
      },
      ...{ executionMs: 2, execution_ms: 2, createdAt: body.created_at, startedAt: body.started_at },
      ...{ endedAt: body.ended_at, decision: { action: 'BUY' }, result: body.decision },
    })
    expect((await request('/api/trading/assessments/AAPL--2026-11-20_10.00.00--ffffff')).status).toBe(404)
  })

  it('is nothing for a run that was canceled', async () => {
    const { desk, request } = await createDesk()
    const runId = desk.add()
    for (const again of [false, true]) {
      const response = await request(`${LAUNCH}/${runId}`, { method: 'DELETE' })
      expect([again, response.status]).toEqual([again, 202])
      expect(await response.json()).toMatchObject({ runId, run_id: runId, status: 'canceled' })
    }
    expect((await request(`/api/trading/assessments/${runId}`)).status).toBe(404)
  })

  it('cannot be canceled any more', async () => {
    const { desk, request } = await createDesk()
    const runId = desk.add()
    decide(desk, runId)
    expect((await request(`${LAUNCH}/${runId}`, { method: 'DELETE' })).status).toBe(409)
  })
})
