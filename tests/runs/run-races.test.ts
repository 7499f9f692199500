/** What goes wrong only when things meet: verbs at the same moment, children, shutdown, odd workflows. */
import { describe, expect, test } from 'vitest'
import { ConflictError } from '../../src/core/errors.ts'
import { createRunManager } from '../../src/runs/run-manager.ts'
import { settle } from '../support/manual-clock.ts'
import { createTestDesk, TEST_LIMITS, type TestDesk } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const never = () => new Promise<never>(() => undefined)
const launchOne = async (desk: TestDesk, kind: 'assessment' | 'live' = 'assessment') =>
  (await desk.manager.launch([{ kind, input: { ticker: 'AAPL' } }])).runs[0]!.run_id
const typesOf = (desk: TestDesk, runId: string) => desk.ports.eventsOf(runId).map((event) => event.type)

describe('verbs at the same moment', () => {
  test('two resumes execute a run once', async () => {
    let hold = true
    const desk = await createTestDesk([
      createScriptedWorkflow({ execute: (ctx) => ctx.step('a', async () => (hold ? never() : 1)) }),
    ])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.a?.status === 'started')
    await desk.manager.pause(runId)
    hold = false
    const outcomes = await Promise.allSettled([desk.manager.resume(runId), desk.manager.resume(runId)])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected'])
    await desk.ended(runId)
    expect(typesOf(desk, runId).filter((type) => type === 'step_completed')).toHaveLength(1)
  })

  test('a second pause is a conflict, not a fault', async () => {
    const desk = await createTestDesk([createScriptedWorkflow({ execute: (ctx) => ctx.step('a', never) })])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.a?.status === 'started')
    const outcomes = await Promise.allSettled([desk.manager.pause(runId), desk.manager.pause(runId)])
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: expect.any(ConflictError) as unknown })
  })

  test('pause and resume in one breath leave the run at work once, in one place', async () => {
    const desk = await createTestDesk([createScriptedWorkflow({ execute: (ctx) => ctx.step('a', never) })], {
      limits: { maxRunning: 1 },
    })
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.a?.status === 'started')
    for (let i = 0; i < 5; i++) await Promise.all([desk.manager.pause(runId), desk.manager.resume(runId)])
    await settle()
    expect(desk.manager.queue()).toMatchObject({ running: 1, waiting: 0 })
    const { steps } = await desk.manager.state(runId)
    expect(steps.a!.status).toBe('started')
  })

  test('a run paused while it waits has a start once it is resumed', async () => {
    let hold = true
    const desk = await createTestDesk(
      [
        createScriptedWorkflow({
          execute: (ctx, { ticker }) => ctx.step('a', async () => (hold && ticker === 'AAPL' ? never() : 1)),
        }),
      ],
      { limits: { maxRunning: 1 } },
    )
    const first = await launchOne(desk)
    const second = (await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'IBM' } }])).runs[0]!
      .run_id
    await desk.manager.pause(second)
    await desk.manager.resume(second)
    hold = false
    await desk.manager.cancel(first)
    expect((await desk.ended(second)).started_at).not.toBeNull()
  })
})

describe('children', () => {
  const parent = createScriptedWorkflow({
    kind: 'live',
    timeoutMinutes: 1,
    execute: (ctx) => ctx.child('research', 'assessment', { ticker: 'AAPL' }),
  })
  const child = createScriptedWorkflow({ execute: (ctx) => ctx.step('think', never) })
  const childOf = async (desk: TestDesk, runId: string) => {
    const state = await desk.until(runId, (s) => s.steps.research?.status === 'started')
    await settle()
    return state.steps.research!.child_run_id!
  }

  test('end with a parent that fails', async () => {
    const desk = await createTestDesk([parent, child])
    const runId = await launchOne(desk, 'live')
    const childId = await childOf(desk, runId)
    await desk.until(childId, (state) => state.steps.think?.status === 'started')
    await desk.clock.advance(61_000)
    expect((await desk.ended(runId)).status).toBe('error')
    await settle()
    expect(desk.manager.summary(childId).status).toBe('canceled')
  })

  test('are canceled with a parent that was paused before the process died', async () => {
    const desk = await createTestDesk([parent, child])
    const runId = await launchOne(desk, 'live')
    const childId = await childOf(desk, runId)
    await desk.manager.pause(runId)
    expect(desk.manager.summary(childId).status).toBe('paused')
    const restarted = await desk.crashAndRestart()
    await restarted.manager.cancel(runId)
    expect((await restarted.manager.state(childId)).status).toBe('canceled')
  })

  test('are not begun by a desk that shuts down, and do not hold it up', async () => {
    const desk = await createTestDesk([parent, child])
    const runId = await launchOne(desk, 'live')
    const childId = await childOf(desk, runId)
    await desk.until(childId, (state) => state.steps.think?.status === 'started')
    const stopped = desk.manager.stop(2_000)
    await settle()
    await desk.clock.advance(2_000)
    await stopped
    const counts = [typesOf(desk, runId).length, typesOf(desk, childId).length]
    await settle()
    expect([typesOf(desk, runId).length, typesOf(desk, childId).length]).toEqual(counts)
  })
})

describe('odd workflows', () => {
  test('a promise that nobody awaits yet does not take the process down when the run is canceled', async () => {
    const desk = await createTestDesk([
      createScriptedWorkflow({
        async execute(ctx) {
          const early = ctx.step('early', never)
          await ctx.step('first', never)
          return early
        },
      }),
    ])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.first?.status === 'started')
    await desk.manager.cancel(runId)
    await settle()
    expect(desk.manager.summary(runId).status).toBe('canceled')
  })

  test('a failure that was dealt with is dealt with the same way after a crash', async () => {
    let isNewsDown = true
    let hold = true
    const desk = await createTestDesk([
      createScriptedWorkflow({
        async execute(ctx) {
          const news = await ctx
            .step('news', async () => {
              if (isNewsDown) throw new Error('the feed is down')
              return 'good'
            })
            .catch(() => 'none')
          await ctx.step('verdict', async () => (hold ? never() : 1), { input: news })
          return news
        },
      }),
    ])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.verdict?.status === 'started')
    isNewsDown = false
    hold = false
    const state = await (await desk.crashAndRestart()).ended(runId)
    expect(state).toMatchObject({ status: 'completed', output: { result: 'none' } })
  })

  test('tools asked in another order on the next attempt find their own results', async () => {
    let isFirst = true
    const desk = await createTestDesk([
      createScriptedWorkflow({
        plan: [{ id: 'agent', label: 'Agent', node_type: 'agent' }],
        execute: (ctx) =>
          ctx.step(
            'agent',
            async (step) => {
              const order = isFirst ? ['a', 'b', 'b'] : ['b', 'b', 'a']
              const results: Record<string, string> = {}
              for (const name of order)
                results[name] = await step.tool(name, { x: 1 }, async () => `${name}!`)
              if (isFirst) await never()
              return results
            },
            { node: 'agent' },
          ),
      }),
    ])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.nodes.agent_tool_3?.status === 'completed')
    await settle()
    isFirst = false
    const state = await (await desk.crashAndRestart()).ended(runId)
    expect(state.output).toEqual({ result: { a: 'a!', b: 'b!' } })
    expect(state.node_order).toEqual(['agent', 'agent_tool_1', 'agent_tool_2', 'agent_tool_3'])
  })

  test('an event may not pretend to be the engine, nor be emitted where a replay would lose it', async () => {
    const desk = await createTestDesk([
      createScriptedWorkflow({
        async execute(ctx) {
          const refusals: string[] = []
          const attempt = (work: Promise<unknown>) =>
            work.catch((error: Error) => refusals.push(error.message))
          await attempt(ctx.emit('day_closed', { seq: 7 }))
          await attempt(ctx.emit('day_closed', { at: '1999-01-01' }))
          await attempt(ctx.emit('run_completed', { result: 1 }))
          await attempt(ctx.emit('day_closed', { type: 'run_completed' }))
          await ctx.step('inside', () => attempt(ctx.emit('day_closed', {})))
          return refusals
        },
      }),
    ])
    const runId = await launchOne(desk)
    const state = await desk.ended(runId)
    const refusals = (state.output as { result: string[] }).result
    expect(refusals).toHaveLength(5)
    expect(refusals[4]).toMatch(/emit was called inside step "inside"/)
    expect(typesOf(desk, runId)).not.toContain('day_closed')
  })

  test('an event keeps the values it was emitted with', async () => {
    const desk = await createTestDesk([
      createScriptedWorkflow({
        async execute(ctx) {
          const account = { cash: 100 }
          await ctx.emit('account', account)
          account.cash = 0
          await ctx.step('end', async () => 1)
        },
      }),
    ])
    const runId = await launchOne(desk)
    await desk.ended(runId)
    expect(desk.ports.eventsOf(runId).find((event) => event.type === 'account')).toMatchObject({ cash: 100 })
  })

  test('the state a workflow sees is the same on a replay, whatever else was said meanwhile', async () => {
    const seen: string[][] = []
    let hold = true
    const desk = await createTestDesk([
      createScriptedWorkflow<{ types: string[] }>({
        initial: { types: [] },
        fold: (data, event) => ({ types: [...data.types, event.type] }),
        async execute(ctx) {
          await ctx.step('a', async (step) => {
            step.log('INFO', 'chatter')
            await ctx.step('a/inner', async () => 1)
            return step.tool('look', {}, async () => 1)
          })
          await ctx.skip('b', 'no source')
          ctx.progress(0.5)
          await ctx.emit('day_closed', {})
          await ctx.decide(() => ({ action: 'HOLD' }))
          seen.push(ctx.state.types)
          await ctx.step('wait', async () => (hold ? never() : 1))
        },
      }),
    ])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.wait?.status === 'started')
    hold = false
    await (await desk.crashAndRestart()).ended(runId)
    const [first, second] = seen.map((types) =>
      types.filter((type) => type !== 'run_created' && type !== 'run_started'),
    )
    expect(second).toEqual(first)
    expect(first).toEqual(['step_completed', 'step_skipped', 'day_closed', 'decision_ready'])
  })

  test('progress that is no number is refused', async () => {
    const desk = await createTestDesk([
      createScriptedWorkflow({
        async execute(ctx) {
          ctx.progress(Number.NaN)
        },
      }),
    ])
    const state = await desk.ended(await launchOne(desk))
    expect(state.error).toMatch(/progress "NaN" is no number|progress "null" is no number/)
    expect(state.progress.fraction).toBeNull()
  })
})

describe('what cannot be taken up again', () => {
  test('a run whose journal is gone is shown as failed and no longer looked for', async () => {
    const desk = await createTestDesk([createScriptedWorkflow({ execute: (ctx) => ctx.step('a', never) })])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.a?.status === 'started')
    desk.ports.loseJournal(runId)
    const restarted = await desk.crashAndRestart()
    expect(restarted.manager.summary(runId)).toMatchObject({
      status: 'error',
      error: 'it could not be taken up again: its journal is gone',
    })
    await settle()
    expect(desk.ports.launchRecords.size).toBe(0)
    await expect(restarted.manager.cancel(runId)).rejects.toThrow(/is error and cannot be canceled/)
  })

  test('a run whose results could not be written keeps its record, and the next start writes them', async () => {
    const desk = await createTestDesk([createScriptedWorkflow({ execute: async () => 1 })])
    const { finish } = desk.ports.results
    desk.ports.results.finish = () => Promise.reject(new Error('ENOSPC'))
    const runId = await launchOne(desk)
    await desk.ended(runId)
    await settle()
    expect(desk.ports.launchRecords.size).toBe(1)
    desk.ports.results.finish = finish
    await desk.crashAndRestart()
    await settle()
    expect(desk.ports.results.finished.has(runId)).toBe(true)
    expect(desk.ports.launchRecords.size).toBe(0)
  })

  test('a run that no launch record names any more is found by its own journal', async () => {
    let hold = true
    const desk = await createTestDesk([
      createScriptedWorkflow({ execute: (ctx) => ctx.step('a', async () => (hold ? never() : 1)) }),
    ])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.a?.status === 'started')
    desk.ports.launchRecords.clear()
    hold = false
    const restarted = await desk.crashAndRestart()
    expect((await restarted.ended(runId)).status).toBe('completed')
    await settle()
    expect(desk.ports.launchRecords.size).toBe(0)
  })

  test('nothing stays of a launch that could not be made whole', async () => {
    const desk = await createTestDesk([createScriptedWorkflow({ execute: async () => 1 })])
    const { create } = desk.ports.journals
    desk.ports.journals.create = (identity) =>
      identity.ticker === 'IBM' ? Promise.reject(new Error('ENOSPC')) : create(identity)
    const requests = ['AAPL', 'IBM', 'MSFT'].map((ticker) => ({
      kind: 'assessment' as const,
      input: { ticker },
    }))
    await expect(desk.manager.launch(requests)).rejects.toThrow('ENOSPC')
    await settle()
    expect(desk.ports.stored.size).toBe(0)
    expect(desk.ports.launchRecords.size).toBe(0)
    expect(desk.manager.list({}).total).toBe(0)
    expect(desk.manager.queue()).toMatchObject({ running: 0, waiting: 0 })
    desk.ports.journals.create = create
    expect((await desk.manager.launch(requests.slice(0, 1))).runs).toHaveLength(1)
  })

  test('a finished run whose journal is damaged says so, and keeps its decision', async () => {
    const workflow = createScriptedWorkflow({
      async execute(ctx) {
        await ctx.decide(() => ({ action: 'BUY' }))
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.ended(runId)
    const restarted = await desk.crashAndRestart()
    const damage = { file: 'journal.ndjson', line: 3, reason: 'checksum does not match' }
    const { readCurrent } = desk.ports.journals
    desk.ports.journals.readCurrent = async (id) => ({
      events: (await readCurrent(id)).events.slice(0, 2),
      damage,
    })
    expect((await restarted.manager.state(runId)).error).toMatch(/damaged at line 3 of journal.ndjson/)
    expect(restarted.manager.summary(runId).error).toMatch(/damaged at line 3/)
    expect(await restarted.manager.decision(runId)).toEqual({ action: 'BUY' })
  })

  test('a launch waits until what was left behind is taken up', async () => {
    const desk = await createTestDesk([createScriptedWorkflow({ execute: async () => 1 })])
    const gate = Promise.withResolvers<void>()
    const { list } = desk.ports.launches
    desk.ports.launches.list = async () => {
      await gate.promise
      return list()
    }
    const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const manager = createRunManager({
      ...desk.ports,
      workflows: [createScriptedWorkflow({ execute: async () => 1 })],
      clock: desk.clock,
      limits: TEST_LIMITS,
      log: silent,
    })
    void manager.start({ recover: true })
    const launched = manager.launch([{ kind: 'assessment', input: { ticker: 'IBM' } }])
    await settle()
    expect(desk.ports.launchRecords.size).toBe(0)
    gate.resolve()
    expect((await launched).runs).toHaveLength(1)
  })
})

test('a journal of thousands of steps is folded in the time that its length takes', async () => {
  const { foldAll } = await import('../../src/runs/fold.ts')
  const workflow = createScriptedWorkflow({ execute: async () => 1 })
  const timeFor = (steps: number) => {
    const at = '2026-11-20T10:00:00.000Z'
    const identity = {
      run_id: 'A--2026-11-20_10.00.00--a1b2c3',
      batch_id: 'b',
      kind: 'assessment' as const,
      ticker: 'A',
      as_of: null,
      input: {},
      parent: null,
      created_at: at,
    }
    const events = [
      { seq: 1, at, type: 'run_created' as const, ...identity },
      { seq: 2, at, type: 'run_started' as const },
    ] as Parameters<typeof foldAll>[1][number][]
    for (let i = 0; i < steps; i++) {
      events.push({
        seq: events.length + 1,
        at,
        type: 'step_started',
        key: `s${i}`,
        input_hash: 'x',
        attempt: 1,
        node_id: null,
      })
      events.push({ seq: events.length + 1, at, type: 'step_completed', key: `s${i}`, result: i })
    }
    const begin = performance.now()
    foldAll(workflow, events, { logLines: 10 })
    return performance.now() - begin
  }
  timeFor(4_000)
  const times = Array.from({ length: 8 }, () => [timeFor(4_000), timeFor(16_000)] as const)
  const [short, long] = [0, 1].map((i) => Math.min(...times.map((pair) => pair[i]!)))
  // Four times the length; a fold that copies its tables takes sixteen times as long.
  expect(long! / short!).toBeLessThan(11)
})
