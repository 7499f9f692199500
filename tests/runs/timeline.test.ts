import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventBody, RunEvent } from '../../src/runs/event.ts'
import { foldAll, foldEvent } from '../../src/runs/fold.ts'
import { computePhaseTotals } from '../../src/runs/phase-totals.ts'
import type { RunState } from '../../src/runs/state.ts'
import { isTerminal } from '../../src/runs/status.ts'
import { computeTimeline, type Segment, type Timeline } from '../../src/runs/timeline.ts'
import type { PlanNode } from '../../src/runs/workflow.ts'
import { createPageDesk } from '../support/page-desk.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'
import { createTimedRun, TIMED_FROM_MS, type TimedRun } from '../support/timed-run.ts'

const agent = (id: string): PlanNode => ({ id, label: id, node_type: 'agent', steps: 99 })
const workflow = createScriptedWorkflow({
  plan: [
    { id: 'first', label: 'First', node_type: 'phase', children: [agent('a'), agent('b')] },
    { id: 'second', label: 'Second', node_type: 'phase', children: [agent('c')] },
  ],
  execute: async () => null,
})
const FOLD = { logLines: 10 }
const OPS = [
  'begin',
  'begin',
  'begin',
  'end',
  'end',
  'part',
  'wait',
  'waited',
  'pause',
  'resume',
  'crash',
  'finish',
] as const

interface Move {
  op: (typeof OPS)[number]
  pick: number
  dt: number
}

/** A journal that an engine could have written: each move that the state allows at that moment. */
function journalOf(moves: readonly Move[]): { events: RunEvent[]; state: RunState; now: number } {
  const events: RunEvent[] = []
  let state: RunState | null = null
  let now = TIMED_FROM_MS
  const emit = (body: EventBody) => {
    const event = { seq: events.length + 1, at: new Date(now).toISOString(), ...body } as RunEvent
    events.push(event)
    state = foldEvent(workflow, state, event, FOLD)
  }
  const identity = {
    run_id: 'AAPL--2026-11-20_10.00.00--0a1b2c',
    batch_id: 'batch',
    kind: 'assessment' as const,
  }
  const created_at = new Date(now).toISOString()
  emit({ type: 'run_created', ...identity, ticker: 'AAPL', as_of: null, input: {}, parent: null, created_at })
  let keys = 0
  let waits = 0
  /** Under way, the innermost last; an attempt that was cut off begins anew under the same key. */
  let open: {
    key: string
    node: string
    within: string | null
    wait: { n: number; since: number } | null
  }[] = []
  const cut: { key: string; node: string; attempt: number }[] = []
  for (const { op, pick, dt } of moves) {
    now += dt
    const { status } = state! as RunState
    if (isTerminal(status)) break
    const at = open.length > 0 ? open[pick % open.length]! : null
    if (status === 'pending')
      emit({ type: op === 'pause' ? 'run_paused' : 'run_started', reason: 'asked' } as EventBody)
    else if (op === 'resume' && status === 'paused') emit({ type: 'run_resumed', reason: 'asked' })
    else if (status === 'paused') continue
    else if (op === 'pause' || op === 'crash') {
      for (const { key, node, within } of open) if (within === null) cut.push({ key, node, attempt: 2 })
      open = []
      emit(op === 'pause' ? { type: 'run_paused', reason: 'asked' } : { type: 'run_resumed', reason: 'gone' })
    } else if (op === 'begin') {
      const again = cut.shift()
      const key = again?.key ?? `step${++keys}`
      const node = again?.node ?? ['a', 'b', 'c'][pick % 3]!
      const attempt = again ? state!.steps[key]!.attempt + 1 : 1
      emit({ type: 'step_started', key, input_hash: '', attempt, node_id: node, within: null })
      open.push({ key, node, within: null, wait: null })
    } else if (op === 'part' && at) {
      const key = `${at.key}/part${++keys}`
      emit({ type: 'step_started', key, input_hash: '', attempt: 1, node_id: null, within: at.key })
      open.push({ key, node: at.node, within: at.key, wait: null })
    } else if (op === 'wait' && at && !at.wait) {
      at.wait = { n: ++waits, since: now }
      emit({ type: 'step_waiting', ...factsOf(at), until: null, why: null })
    } else if (op === 'waited' && at?.wait) {
      emit({ type: 'step_waited', ...factsOf(at), ms: now - at.wait.since })
      at.wait = null
    } else if (op === 'end' && at && !open.some(({ within }) => within === at.key)) {
      open = open.filter((one) => one !== at)
      emit(
        pick % 5 === 0
          ? { type: 'step_failed', key: at.key, error: 'no' }
          : { type: 'step_completed', key: at.key, result: null },
      )
    } else if (op === 'finish' && pick % 4 === 0) {
      const ends: EventBody[] = [
        { type: 'run_completed', result: null },
        { type: 'run_failed', error: 'no' },
        { type: 'run_canceled', reason: 'asked' },
      ]
      emit(ends[dt % 3]!)
    }
  }
  return { events, state: state!, now: now + 5 }

  function factsOf({ key, node, wait }: (typeof open)[number]) {
    const since = new Date(wait!.since).toISOString()
    const kind = wait!.n % 2 === 0 ? ('permit' as const) : ('back_off' as const)
    return { key, node_id: node, wait: wait!.n, for: kind, tier: 'global', since }
  }
}

const journals = fc
  .array(
    fc.record({
      op: fc.constantFrom(...OPS),
      pick: fc.nat(20),
      dt: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(5_000)),
    }),
    { maxLength: 60 },
  )
  .map(journalOf)

const lengthOf = (segments: readonly { from: number; to: number }[]) =>
  segments.reduce((sum, { from, to }) => sum + to - from, 0)
const idle = (timeline: Timeline) =>
  timeline.run.filter(({ kind }) => kind === 'queue' || kind === 'paused' || kind === 'down')

test('the run’s own line has no gap and no overlap, and its shares are all the time from launch to end', () => {
  fc.assert(
    fc.property(journals, ({ state, now }) => {
      const timeline = computeTimeline(state, now)
      let at = timeline.from
      for (const { from, to } of timeline.run) {
        expect(from).toBe(at)
        expect(to).toBeGreaterThan(from)
        at = to
      }
      expect(at).toBe(timeline.to)
      expect(Object.values(timeline.shares).reduce((a, b) => a + b)).toBe(timeline.to - timeline.from)
    }),
  )
})

test('segments of a row stand in order within the run, never overlap, and are no work while nobody could work', () => {
  fc.assert(
    fc.property(journals, ({ state, now }) => {
      const timeline = computeTimeline(state, now)
      const resting = idle(timeline)
      for (const row of timeline.rows) {
        let at = timeline.from
        for (const { from, to } of row.segments) {
          expect(from).toBeGreaterThanOrEqual(at)
          expect(to).toBeGreaterThanOrEqual(from)
          at = to
        }
        expect(at).toBeLessThanOrEqual(timeline.to)
        expect(Object.values(row.spent).reduce((a, b) => a + b)).toBe(lengthOf(row.segments))
        const working = row.segments.filter(
          ({ kind }) => kind === 'run' || kind === 'permit' || kind === 'back_off',
        )
        for (const segment of working) expect(overlap(segment, resting)).toBe(0)
      }
    }),
  )
})

function overlap({ from, to }: Segment | { from: number; to: number }, others: readonly Segment[]): number {
  return others.reduce((sum, o) => sum + Math.max(0, Math.min(to, o.to) - Math.max(from, o.from)), 0)
}

test('the critical path is turns one after another, no longer than the run, and ends with the last of all', () => {
  fc.assert(
    fc.property(journals, ({ state, now }) => {
      const { critical, from, to, rows } = computeTimeline(state, now)
      for (const [index, turn] of critical.turns.entries()) {
        expect(turn.from).toBeGreaterThanOrEqual(critical.turns[index - 1]?.to ?? from)
      }
      expect(critical.ms).toBe(lengthOf(critical.turns))
      expect(critical.ms).toBeLessThanOrEqual(to - from)
      expect(critical.waitedMs).toBeLessThanOrEqual(critical.ms)
      const marked = rows.flatMap((row) => row.segments.filter(({ isCritical }) => isCritical))
      for (const segment of marked)
        expect(critical.turns.some((turn) => turn.from <= segment.from && segment.to <= turn.to)).toBe(true)
      const worked = rows.flatMap((row) =>
        row.segments.filter(({ kind }) => kind === 'run').map((one) => one.to),
      )
      if (worked.length > 0) expect(critical.turns.at(-1)!.to).toBeGreaterThanOrEqual(Math.max(...worked))
    }),
  )
})

test('what is folded event by event is what is folded at once, and no wait outlives its run', () => {
  fc.assert(
    fc.property(journals, ({ events, state }) => {
      expect(foldAll(workflow, events, FOLD)!.history).toEqual(state.history)
      if (state.status !== 'in_progress') expect(state.history.waits.open).toEqual({})
    }),
  )
})

test('phase totals add up what their agents spent', () => {
  fc.assert(
    fc.property(journals, ({ state, now }) => {
      const timeline = computeTimeline(state, now)
      const totals = computePhaseTotals(state, timeline)
      const agents = timeline.rows.filter((row) => row.node_type === 'agent')
      expect(totals.reduce((sum, one) => sum + one.work_ms, 0)).toBe(
        agents.reduce((sum, row) => sum + row.spent.run, 0),
      )
    }),
  )
})

/** Seconds after launch, so that tests read as the story does. */
function tell(story: (run: TimedRun) => void, nowSeconds: number): Promise<Timeline> {
  const desk = createPageDesk()
  const run = createTimedRun(desk)
  story(run)
  run.tell()
  return desk.state(run.runId).then((state) => computeTimeline(state, TIMED_FROM_MS + nowSeconds * 1_000))
}
const seconds = (segments: readonly Segment[]) =>
  segments.map(({ from, to, kind }) => [(from - TIMED_FROM_MS) / 1_000, (to - TIMED_FROM_MS) / 1_000, kind])
const rowOf = (timeline: Timeline, id: string) => timeline.rows.find((row) => row.node_id === id)!

test('a wait counts where all that an agent has under way waits', async () => {
  const timeline = await tell((run) => {
    run.at(1, { type: 'run_started' })
    run.step(1, 11, 'market')
    run.step(2, 10, 'market/one', { node: null, within: 'market' })
    run.step(2, 6, 'market/two', { node: null, within: 'market' })
    run.wait(3, 8, 'market/one', 'market', { for: 'permit' })
    run.at(12, { type: 'run_completed', result: null })
  }, 20)
  expect(seconds(rowOf(timeline, 'market').segments)).toEqual([
    [1, 6, 'run'],
    [6, 8, 'permit'],
    [8, 11, 'run'],
  ])
  expect(timeline.shares).toMatchObject({ queue: 1_000, permit: 2_000, run: 9_000 })
  expect(timeline.critical).toMatchObject({ ms: 10_000, waitedMs: 2_000 })
})

test('a crash and a pause stand between the attempts that they cut off', async () => {
  const timeline = await tell((run) => {
    run.at(1, { type: 'run_started' })
    run.step(1, null, 'market')
    run.at(4, { type: 'run_progress', fraction: 0.1, message: null })
    run.at(100, { type: 'run_resumed', reason: 'gone' })
    run.step(102, null, 'market', { attempt: 2 })
    run.at(105, { type: 'run_paused', reason: 'asked' })
    run.at(205, { type: 'run_resumed', reason: 'asked' })
    run.step(206, 210, 'market', { attempt: 3 })
    run.at(210, { type: 'run_completed', result: null })
  }, 300)
  const told = [
    [1, 4, 'run'],
    [4, 100, 'down'],
    [100, 102, 'queue'],
    [102, 105, 'run'],
    [105, 205, 'paused'],
    [205, 206, 'queue'],
    [206, 210, 'run'],
  ]
  expect(seconds(rowOf(timeline, 'market').segments)).toEqual(told)
  expect(seconds(timeline.run)).toEqual([[0, 1, 'queue'], ...told])
  expect(timeline.critical.ms).toBe(10_000)
})

test('the path goes back through whoever ended last before each turn began', async () => {
  const timeline = await tell((run) => {
    run.at(0, { type: 'run_started' })
    run.step(0, 1, 'data')
    run.step(1, 9, 'news')
    run.step(1, 5, 'market')
    run.step(9, 12, 'bull')
    run.step(12, 20, 'aggressive')
    run.step(12, 14, 'neutral')
    run.at(21, { type: 'run_completed', result: null })
  }, 60)
  expect(timeline.critical.turns.map(({ key }) => key)).toEqual(['data', 'news', 'bull', 'aggressive'])
  expect(rowOf(timeline, 'market').segments[0]!.isCritical).toBe(false)
})

test('steps that were taken over take no time and are on no path', async () => {
  const timeline = await tell((run) => {
    run.at(0, { type: 'run_started' })
    run.step(0, 0, 'data', { reused: true })
    run.step(0, 3, 'market')
    run.at(3, { type: 'run_completed', result: null })
  }, 60)
  expect(rowOf(timeline, 'data')).toMatchObject({ isReused: true, spent: { run: 0 } })
  expect(timeline.critical.turns.map(({ key }) => key)).toEqual(['market'])
})

test('a run in line has nothing but its place in it', async () => {
  const timeline = await tell(() => undefined, 30)
  expect(seconds(timeline.run)).toEqual([[0, 30, 'queue']])
  expect(timeline.critical).toEqual({ ms: 0, waitedMs: 0, turns: [] })
})
