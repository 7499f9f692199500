import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLayeredLimiter } from '../../src/core/layered-limiter.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import { executionMs } from '../../src/runs/fold.ts'
import { computeTimeline } from '../../src/runs/timeline.ts'
import type { PlanNode } from '../../src/runs/workflow.ts'
import { createGate } from '../support/gate.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const PLAN: PlanNode[] = [
  {
    ...{ id: 'analysts', label: 'Analysts', node_type: 'phase' },
    children: [
      { id: 'market', label: 'Market', node_type: 'agent' },
      { id: 'news', label: 'News', node_type: 'agent' },
    ],
  },
]
const TIERS = ['data', 'host:example.com']

/** A run whose tool needs a permit that the test holds. */
async function createWaitingDesk() {
  const clock = createManualClock()
  const limiter = createLayeredLimiter({ limits: { limits: { data: 1 }, fallback: 5 }, clock })
  const held = await limiter.acquire(TIERS, 'test', new AbortController().signal)
  const workflow = createScriptedWorkflow({
    plan: PLAN,
    execute: (ctx) =>
      ctx.step(
        'market',
        (step) =>
          step.tool('bars', { ticker: 'AAPL' }, async () => {
            const permit = await limiter.acquire(TIERS, ctx.runId, step.signal)
            permit.release()
            return { close: 584 }
          }),
        { node: 'market' },
      ),
  })
  const desk = await createTestDesk([workflow], { clock })
  const { runs } = await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
  const runId = runs[0]!.run_id
  await desk.until(runId, (state) => state.nodes.market_tool_1?.status === 'in_progress')
  while (limiter.use()[0]!.waiting === 0) await nextTurn()
  return { clock, desk, runId, held, typesOf: () => waitsOf(desk.manager.events(runId)) }
}

async function waitsOf(events: AsyncIterable<RunEvent>): Promise<string[]> {
  const types: string[] = []
  for await (const { type } of events) if (type.startsWith('step_wait')) types.push(type)
  return types
}

test('a wait under way is seen by all, and how long it was once it is over', async () => {
  const { clock, desk, runId, held, typesOf } = await createWaitingDesk()
  await clock.advance(3_000)
  const waiting = await desk.until(runId, (state) => Object.keys(state.history.waits.open).length === 1)
  expect(Object.values(waiting.history.waits.open)).toMatchObject([
    { key: expect.stringContaining('market/bars'), node_id: 'market_tool_1', for: 'permit', tier: 'data' },
  ])
  held.release()
  const state = await desk.ended(runId)
  expect(await typesOf()).toEqual(['step_waiting', 'step_waited'])
  expect(state.history.waits).toMatchObject({
    open: {},
    sums: { market_tool_1: { permit: { count: 1, ms: 3_000 }, back_off: { count: 0, ms: 0 } } },
  })
  const { rows } = computeTimeline(state, clock.now())
  expect(rows.find((row) => row.node_id === 'market')!.spent).toMatchObject({ permit: 3_000, run: 0 })
  expect(state.nodes.market_tool_1!.detail).toMatchObject({
    args: { ticker: 'AAPL' },
    result_bytes: '{"close":584}'.length,
  })
})

test('a short wait is one line of the journal, and none that took no time', async () => {
  const { clock, desk, runId, held, typesOf } = await createWaitingDesk()
  await clock.advance(100)
  held.release()
  await desk.ended(runId)
  expect(await typesOf()).toEqual(['step_waited'])
  const other = await createWaitingDesk()
  other.held.release()
  await other.desk.ended(other.runId)
  expect(await other.typesOf()).toEqual([])
})

test('a wait ends with the run that is canceled over it', async () => {
  const { clock, desk, runId } = await createWaitingDesk()
  await clock.advance(2_000)
  await desk.until(runId, (state) => Object.keys(state.history.waits.open).length === 1)
  await desk.manager.cancel(runId)
  const state = await desk.ended(runId)
  expect(state.history.waits.open).toEqual({})
  expect(state.history.waits.sums.market_tool_1!.permit).toEqual({ count: 1, ms: 2_000 })
})

/** A run whose market analyst works until the gate opens; the news come after it. */
async function createWorkingDesk() {
  const gate = createGate()
  const workflow = createScriptedWorkflow({
    plan: PLAN,
    async execute(ctx) {
      await ctx.step('market', () => gate.opened, { node: 'market' })
      await ctx.step('news', async () => null, { node: 'news' })
    },
  })
  const desk = await createTestDesk([workflow])
  const { runs } = await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
  const runId = runs[0]!.run_id
  await desk.until(runId, (state) => state.nodes.market!.status === 'in_progress')
  return { gate, desk, runId }
}

test('who was at work when the run was paused is canceled with it, not skipped', async () => {
  const { desk, runId } = await createWorkingDesk()
  await desk.manager.pause(runId)
  const paused = await desk.manager.state(runId)
  expect(paused.nodes.market!.status).toBe('pending')
  await desk.manager.cancel(runId)
  const { nodes } = await desk.ended(runId)
  expect(nodes.market).toMatchObject({ status: 'canceled', reason: expect.stringContaining('canceled') })
  expect(nodes.news!.status).toBe('skipped')
})

test('who was at work when the process died is canceled too where the run is canceled before going on', async () => {
  const { desk, runId } = await createWorkingDesk()
  await desk.manager.pause(runId)
  const next = await desk.crashAndRestart()
  await next.manager.cancel(runId)
  expect((await next.ended(runId)).nodes.market!.status).toBe('canceled')
})

test('no phase of a paused run goes on', async () => {
  const gate = createGate()
  const workflow = createScriptedWorkflow({
    plan: PLAN,
    async execute(ctx) {
      await ctx.step('market', async () => null, { node: 'market' })
      await ctx.step('news', () => gate.opened, { node: 'news' })
    },
  })
  const desk = await createTestDesk([workflow])
  const { runs } = await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
  const runId = runs[0]!.run_id
  await desk.until(runId, (state) => state.nodes.news!.status === 'in_progress')
  await desk.manager.pause(runId)
  const paused = await desk.manager.state(runId)
  expect(paused.nodes.analysts!.status).toBe('pending')
  await desk.manager.resume(runId)
  const resumed = await desk.until(runId, (state) => state.nodes.news!.status === 'in_progress')
  expect(resumed.nodes.analysts!.status).toBe('in_progress')
  gate.open()
  expect((await desk.ended(runId)).nodes.analysts!.status).toBe('completed')
})

test('the time without a process is no work, though a call was in flight when it went', async () => {
  const gate = createGate()
  const workflow = createScriptedWorkflow({
    plan: PLAN,
    execute: (ctx) =>
      ctx.step(
        'market',
        async (step) => {
          const release = await step.reserve({ usd: 0.01, tokens: 100 })
          await gate.opened
          release()
        },
        { node: 'market' },
      ),
  })
  const desk = await createTestDesk([workflow])
  const { runs } = await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
  const runId = runs[0]!.run_id
  await desk.until(runId, (state) => Object.keys(state.reserved).length === 1)
  await desk.clock.advance(3_600_000)
  const next = await desk.crashAndRestart()
  const state = await next.until(runId, ({ history }) => history.moments.at(-1)!.what === 'working')
  expect(state.history.moments.map(({ what }) => what)).toEqual(['created', 'started', 'taken_up', 'working'])
  expect(executionMs(state, next.clock.now())).toBeLessThan(1_000)
})
