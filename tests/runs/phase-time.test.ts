/** What the phases of a run are said to have taken, however it went. */
import { expect, test } from 'vitest'
import type { EventBody, RunEvent } from '../../src/runs/event.ts'
import { executionMs, foldEvent } from '../../src/runs/fold.ts'
import type { RunState } from '../../src/runs/state.ts'
import { summarize } from '../../src/runs/summarize.ts'
import type { PlanNode } from '../../src/runs/workflow.ts'
import { eventOf, identityOf } from '../support/run-facts.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const agent = (id: string): PlanNode => ({ id, label: id, node_type: 'agent' })
const phase = (id: string, ...agents: string[]): PlanNode => ({
  ...{ id, label: id, node_type: 'phase', children: agents.map(agent) },
})
const PLAN = [phase('first', 'a', 'b'), phase('second', 'c')]
const WORKFLOW = createScriptedWorkflow({ plan: PLAN, execute: async () => null })
const START_MS = Date.parse('2026-11-20T10:00:00Z')

/** Folds events, each at so many seconds after the start. */
function foldAt(...given: [seconds: number, body: EventBody][]): RunState {
  let state: RunState | null = null
  for (const [i, [seconds, body]] of given.entries()) {
    const at = new Date(START_MS + seconds * 1_000).toISOString()
    state = foldEvent(WORKFLOW, state, { seq: i + 1, at, ...body } as RunEvent, { logLines: 10 })
  }
  return state!
}

const created: [number, EventBody] = [0, { type: 'run_created', ...identityOf() }]
const begin = (seconds: number, node: string, attempt = 1): [number, EventBody] => [
  seconds,
  { type: 'step_started', key: node, input_hash: '', attempt, node_id: node },
]
const end = (seconds: number, node: string): [number, EventBody] => [
  seconds,
  { type: 'step_completed', key: node, result: null },
]
const say = (seconds: number, body: EventBody): [number, EventBody] => [seconds, body]
const phasesOf = (state: RunState) => summarize(WORKFLOW, state).phases

test('each phase counts from its first agent to its last', () => {
  const state = foldAt(
    created,
    say(5, { type: 'run_started' }),
    ...[begin(6, 'a'), begin(7, 'b'), end(9, 'a'), end(12, 'b')],
    ...[begin(13, 'c'), end(20, 'c')],
    say(20, { type: 'run_completed', result: null }),
  )
  expect(phasesOf(state)).toEqual({ first: 6_000, second: 7_000 })
})

test('nothing is said of a run that has not ended', () => {
  expect(phasesOf(foldAt(created, say(1, { type: 'run_started' }), begin(2, 'a'), end(4, 'a')))).toEqual({})
})

test('a phase in which the run failed counts up to the failure, and one that never began is left out', () => {
  const failing = foldAt(
    created,
    ...[say(1, { type: 'run_started' }), begin(1, 'a'), begin(1, 'b'), end(3, 'a')],
    say(8, { type: 'step_failed', key: 'b', error: 'no bars' }),
    say(9, { type: 'run_failed', error: 'no bars' }),
  )
  expect(phasesOf(failing)).toEqual({ first: 7_000 })
  const canceled = foldAt(
    created,
    ...[say(1, { type: 'run_started' }), begin(1, 'a'), end(3, 'a')],
    say(8, { type: 'run_canceled', reason: 'asked' }),
  )
  expect(phasesOf(canceled)).toEqual({ first: 7_000 })
})

test('the time of a pause belongs to no phase, what was worked before it does', () => {
  const paused = [
    created,
    ...[say(1, { type: 'run_started' }), begin(1, 'a'), end(3, 'a'), begin(3, 'b')],
    say(5, { type: 'run_paused', reason: 'budget: reached' }),
  ]
  const resumed = foldAt(
    ...paused,
    say(3_605, { type: 'run_resumed', reason: 'asked' }),
    ...[begin(3_606, 'b', 2), end(3_610, 'b'), begin(3_610, 'c'), end(3_611, 'c')],
    say(3_611, { type: 'run_completed', result: null }),
  )
  expect(phasesOf(resumed)).toEqual({ first: 8_000, second: 1_000 })
  const canceled = foldAt(...paused, say(9_000, { type: 'run_canceled', reason: 'asked' }))
  expect(phasesOf(canceled)).toEqual({ first: 4_000 })
})

test('neither does the time the server was down: what was worked counts up to the last event before it', () => {
  const state = foldAt(
    created,
    ...[say(1, { type: 'run_started' }), begin(1, 'a'), begin(1, 'b'), end(3, 'a')],
    say(500, { type: 'run_resumed', reason: 'resumed after a restart' }),
    ...[begin(501, 'b', 2), end(505, 'b'), begin(505, 'c'), end(506, 'c')],
    say(506, { type: 'run_completed', result: null }),
  )
  expect(phasesOf(state)).toEqual({ first: 6_000, second: 1_000 })
  expect(executionMs(state, START_MS)).toBe(7_000)
})

test('a journal from before phases were counted, folded from a checkpoint, is still a run', () => {
  const begun = foldAt(created, say(1, { type: 'run_started' }), begin(1, 'a'), end(3, 'a'))
  const { phase_ms: _, ...old } = begun
  const resumed = foldEvent(WORKFLOW, null, eventOf(5, { type: 'checkpoint', state: old }), { logLines: 10 })
  expect(resumed.phase_ms).toEqual({})
})

test('phases that rest on steps of another run are left out of what it took', async () => {
  let isWell = false
  const desk = await createTestDesk([
    createScriptedWorkflow({
      plan: PLAN,
      async execute(ctx) {
        for (const node of ['a', 'b', 'c']) {
          await ctx.step(
            node,
            async () => {
              await desk.clock.advance(1_000)
              if (node === 'c' && !isWell) throw new Error('not well')
              return node
            },
            { node },
          )
        }
      },
    }),
  ])
  const { runs } = await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
  const runId = runs[0]!.run_id
  expect((await desk.ended(runId)).status).toBe('error')
  expect(desk.manager.summary(runId).phases).toEqual({ first: 2_000, second: 1_000 })
  isWell = true
  const again = await desk.manager.rerun(runId)
  expect((await desk.ended(again.run_id)).status).toBe('completed')
  expect(desk.manager.summary(again.run_id).phases).toEqual({ second: 1_000 })
  expect(desk.manager.metrics().phases).toEqual([
    { kind: 'assessment', id: 'first', spread: { n: 1, average: 2_000, p50: 2_000, p95: 2_000 } },
    { kind: 'assessment', id: 'second', spread: { n: 2, average: 1_000, p50: 1_000, p95: 1_000 } },
  ])
})
