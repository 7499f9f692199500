import { describe, expect, test } from 'vitest'
import { LimitError } from '../../src/core/errors.ts'
import type { RunContext } from '../../src/runs/workflow.ts'
import { settle } from '../support/manual-clock.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const inputs = (...tickers: string[]) =>
  tickers.map((ticker) => ({ kind: 'assessment' as const, input: { ticker } }))
const never = () => new Promise<never>(() => undefined)
const hanging = createScriptedWorkflow({
  plan: [
    { id: 'a', label: 'A', node_type: 'agent' },
    { id: 'b', label: 'B', node_type: 'agent' },
  ],
  async execute(ctx: RunContext) {
    await ctx.step('a', never, { node: 'a' })
    await ctx.step('b', async () => 1, { node: 'b' })
  },
})

describe('launching', () => {
  test('runs as many as there are places, lets the rest wait in order, and refuses a batch with no room whole', async () => {
    const desk = await createTestDesk([hanging])
    const { runs } = await desk.manager.launch(inputs('A', 'B', 'C', 'D'))
    await settle()
    expect(runs.map((run) => desk.manager.summary(run.run_id).status)).toEqual([
      'in_progress',
      'in_progress',
      'pending',
      'pending',
    ])
    await expect(desk.manager.launch(inputs('E', 'F'))).rejects.toThrow(LimitError)
    await expect(desk.manager.launch(inputs('E', 'F'))).rejects.toThrow(
      /no room for 2 more runs: 4 of 5 places are taken \(MAX_PARALLEL_RUNS 2 \+ MAX_QUEUED_RUNS 3\)/,
    )
    expect(desk.ports.stored.size).toBe(4)
    await desk.manager.launch(inputs('E'))
    await desk.manager.cancel(runs[1]!.run_id)
    await settle()
    expect(runs.map((run) => desk.manager.summary(run.run_id).status)).toEqual([
      'in_progress',
      'canceled',
      'in_progress',
      'pending',
    ])
  })

  test('two launches at the same moment cannot take the same room', async () => {
    const desk = await createTestDesk([hanging], { limits: { maxRunning: 1, maxWaiting: 2 } })
    const outcomes = await Promise.allSettled([
      desk.manager.launch(inputs('A', 'B')),
      desk.manager.launch(inputs('C', 'D')),
    ])
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(desk.ports.stored.size).toBe(2)
  })

  test('starts none of a batch in which one input is bad, and writes nothing', async () => {
    const desk = await createTestDesk([hanging])
    const bad = { kind: 'assessment' as const, input: { ticker: 'B', nonsense: 1 } }
    await expect(desk.manager.launch([...inputs('A'), bad])).rejects.toThrow(/nonsense/)
    expect(desk.ports.stored.size).toBe(0)
    expect(desk.ports.launchRecords.size).toBe(0)
    expect(desk.manager.queue()).toMatchObject({ running: 0, waiting: 0 })
  })

  test('a launch recorded but cut off by a crash starts all of its runs at the next start', async () => {
    const desk = await createTestDesk([hanging])
    const { batch_id: batchId, runs } = await desk.manager.launch(inputs('A', 'B', 'C'))
    await settle()
    for (const run of runs.slice(1)) desk.ports.stored.delete(run.run_id)
    desk.ports.stored.get(runs[0]!.run_id)!.segments = [[]]
    const restarted = await desk.crashAndRestart()
    await settle()
    expect(
      restarted.manager
        .list({ batch: batchId })
        .runs.map((run) => run.status)
        .sort(),
    ).toEqual(['in_progress', 'in_progress', 'pending'])
  })
})

describe('stopping', () => {
  test('cancels at once a run whose step ignores its signal, and drops the late result', async () => {
    let release!: (value: string) => void
    const desk = await createTestDesk([
      createScriptedWorkflow({
        execute: (ctx) => ctx.step('deaf', () => new Promise<string>((resolve) => (release = resolve))),
      }),
    ])
    const { runs } = await desk.manager.launch(inputs('A'))
    const runId = runs[0]!.run_id
    await desk.until(runId, (state) => state.steps.deaf?.status === 'started')
    await settle()
    expect((await desk.manager.cancel(runId)).status).toBe('canceled')
    const before = desk.ports.eventsOf(runId).length
    release('too late')
    await settle()
    expect(desk.ports.eventsOf(runId)).toHaveLength(before)
    expect((await desk.manager.cancel(runId)).status).toBe('canceled')
    expect(desk.manager.queue().running).toBe(0)
  })

  test('marks what was at work as canceled and what had not begun as skipped, and keeps the bar where it stopped', async () => {
    const desk = await createTestDesk([hanging])
    const { runs } = await desk.manager.launch(inputs('A'))
    const runId = runs[0]!.run_id
    await desk.until(runId, (state) => state.steps.a?.status === 'started')
    await desk.manager.cancel(runId)
    const state = await desk.manager.state(runId)
    expect([state.nodes.a!.status, state.nodes.b!.status]).toEqual(['canceled', 'skipped'])
    expect(desk.manager.summary(runId).overall_progress).toBe(0)
  })

  test('cancels a run that still waits, and refuses for one that has completed', async () => {
    const desk = await createTestDesk([createScriptedWorkflow({ execute: async () => 1 })])
    const { runs } = await desk.manager.launch(inputs('A'))
    await desk.ended(runs[0]!.run_id)
    await expect(desk.manager.cancel(runs[0]!.run_id)).rejects.toThrow(/is completed and cannot be canceled/)
    await expect(desk.manager.cancel('AAPL--2026-01-01_00.00.00--000000')).rejects.toThrow(/there is no run/)
  })

  test('pauses and resumes: the place is free meanwhile, completed steps stay, the one in flight runs again', async () => {
    const ran: string[] = []
    let hold = true
    const desk = await createTestDesk(
      [
        createScriptedWorkflow({
          async execute(ctx, { ticker }) {
            await ctx.step('one', async () => void ran.push(`${ticker} one`))
            await ctx.step('two', async () => {
              ran.push(`${ticker} two`)
              if (hold) await never()
            })
          },
        }),
      ],
      { limits: { maxRunning: 1 } },
    )
    const { runs } = await desk.manager.launch(inputs('A', 'B'))
    const [a, b] = runs.map((run) => run.run_id) as [string, string]
    await desk.until(a, (state) => state.steps.two?.status === 'started')
    await settle()
    expect((await desk.manager.pause(a)).status).toBe('paused')
    await desk.until(b, (state) => state.steps.two?.status === 'started')
    await settle()
    hold = false
    await desk.manager.resume(a)
    await desk.manager.cancel(b)
    const state = await desk.ended(a)
    expect(state.status).toBe('completed')
    expect(ran).toEqual(['A one', 'A two', 'B one', 'B two', 'A two'])
    await expect(desk.manager.resume(a)).rejects.toThrow(/completed and cannot be resumed/)
  })

  test('a paused run is still paused after a crash', async () => {
    const desk = await createTestDesk([hanging])
    const { runs } = await desk.manager.launch(inputs('A'))
    const runId = runs[0]!.run_id
    await desk.until(runId, (state) => state.steps.a?.status === 'started')
    await desk.manager.pause(runId)
    const restarted = await desk.crashAndRestart()
    await settle()
    expect((await restarted.manager.state(runId)).status).toBe('paused')
    await restarted.manager.resume(runId)
    await settle()
    expect((await restarted.manager.state(runId)).steps.a!.attempt).toBe(2)
  })

  test('cancels a child with its parent', async () => {
    const parent = createScriptedWorkflow({
      kind: 'live',
      execute: (ctx) => ctx.child('research', 'assessment', { ticker: 'A' }),
    })
    const desk = await createTestDesk([parent, hanging])
    const { runs } = await desk.manager.launch([{ kind: 'live', input: { ticker: 'PORTFOLIO' } }])
    const runId = runs[0]!.run_id
    const state = await desk.until(runId, (s) => s.steps.research?.status === 'started')
    await settle()
    await desk.manager.cancel(runId)
    expect(desk.manager.summary(state.steps.research!.child_run_id!).status).toBe('canceled')
  })

  test('fails a run that works longer than it may, not counting the time it was paused', async () => {
    const desk = await createTestDesk([
      createScriptedWorkflow({ timeoutMinutes: 2, execute: (ctx) => ctx.step('slow', never) }),
    ])
    const { runs } = await desk.manager.launch(inputs('A'))
    const runId = runs[0]!.run_id
    await desk.until(runId, (state) => state.steps.slow?.status === 'started')
    await desk.clock.advance(60_000)
    await desk.manager.pause(runId)
    await desk.clock.advance(3_600_000)
    await desk.manager.resume(runId)
    await settle()
    await desk.clock.advance(59_000)
    expect(desk.manager.summary(runId).status).toBe('in_progress')
    await desk.clock.advance(2_000)
    const state = await desk.ended(runId)
    expect(state.error).toMatch(/stopped: it worked longer than the 2 minutes/)
  })

  test('lets steps in flight end at shutdown, begins no new one, and goes on at the next start', async () => {
    const ran: string[] = []
    let finish!: () => void
    const workflow = createScriptedWorkflow({
      async execute(ctx) {
        await ctx.step('one', async () => {
          ran.push('one')
          await new Promise<void>((resolve) => (finish = resolve))
        })
        await ctx.step('two', async () => void ran.push('two'))
      },
    })
    const desk = await createTestDesk([workflow])
    const { runs } = await desk.manager.launch(inputs('A'))
    const runId = runs[0]!.run_id
    await desk.until(runId, (state) => state.steps.one?.status === 'started')
    await settle()
    const stopped = desk.manager.stop(2_000)
    finish()
    await stopped
    expect(desk.ports.eventsOf(runId).at(-1)!.type).toBe('step_completed')
    const restarted = await desk.crashAndRestart()
    expect((await restarted.ended(runId)).status).toBe('completed')
    expect(ran).toEqual(['one', 'two'])
  })

  test('abandons at shutdown what does not end in time', async () => {
    const desk = await createTestDesk([hanging])
    const { runs } = await desk.manager.launch(inputs('A'))
    await desk.until(runs[0]!.run_id, (state) => state.steps.a?.status === 'started')
    let hasStopped = false
    const stopped = desk.manager.stop(2_000).then(() => void (hasStopped = true))
    await settle()
    await desk.clock.advance(1_999)
    expect(hasStopped).toBe(false)
    await desk.clock.advance(1)
    await stopped
    expect((await desk.crashAndRestart()).manager.summary(runs[0]!.run_id).status).toBe('in_progress')
  })
})

describe('failing', () => {
  test('names the cause, marks the step and its node, and stops what ran beside it', async () => {
    const desk = await createTestDesk([
      createScriptedWorkflow({
        plan: [
          { id: 'good', label: 'Good', node_type: 'agent' },
          { id: 'bad', label: 'Bad', node_type: 'agent' },
        ],
        execute: (ctx) =>
          Promise.all([
            ctx.step('good', never, { node: 'good' }),
            ctx.step('bad', () => Promise.reject(new Error('the vendor answered 500')), { node: 'bad' }),
          ]),
      }),
    ])
    const { runs } = await desk.manager.launch(inputs('A'))
    const state = await desk.ended(runs[0]!.run_id)
    expect(state).toMatchObject({ status: 'error', error: 'the vendor answered 500' })
    expect(state.nodes.bad).toMatchObject({ status: 'error', reason: 'the vendor answered 500' })
    expect(state.nodes.good!.status).toBe('canceled')
    expect(state.steps.bad).toMatchObject({ status: 'failed', error: 'the vendor answered 500' })
  })

  test('goes on trying to journal what the storage refuses, and says so to whoever asked', async () => {
    const desk = await createTestDesk([hanging])
    const { runs } = await desk.manager.launch(inputs('A', 'B'))
    const runId = runs[0]!.run_id
    await desk.until(runId, (state) => state.steps.a?.status === 'started')
    desk.ports.failAppendsWith(new Error('ENOSPC: no space left on device'))
    await expect(desk.manager.pause(runId)).rejects.toThrow(/ENOSPC/)
    await desk.clock.advance(5_000)
    expect(desk.manager.summary(runId).status).toBe('in_progress')
    desk.ports.failAppendsWith(null)
    await desk.clock.advance(5_000)
    expect(desk.manager.summary(runId).status).toBe('paused')
    await desk.manager.resume(runId)
    expect((await desk.manager.cancel(runId)).status).toBe('canceled')
    const seqs = desk.ports.eventsOf(runId).map((event) => event.seq)
    expect(seqs).toEqual(seqs.map((_, i) => i + 1))
  })
})
