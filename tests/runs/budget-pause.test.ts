/** A run's budget through the desk: it pauses before the bound is passed and goes on where it stopped. */
import { describe, expect, test } from 'vitest'
import type { RunBudget, RunContext, StepContext } from '../../src/runs/workflow.ts'
import { createGate } from '../support/gate.ts'
import { settle } from '../support/manual-clock.ts'
import { createTestDesk, type TestDesk } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const launchOne = async (desk: TestDesk) =>
  (await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])).runs[0]!.run_id
const paused = (desk: TestDesk, runId: string) => desk.until(runId, (state) => state.status === 'paused')
const typesOf = (desk: TestDesk, runId: string) => desk.ports.eventsOf(runId).map((event) => event.type)

/** A call of at most 1 USD and 100 tokens that takes 0.6 USD and 60 tokens. */
function call(part: StepContext, sent: string[], name: string): Promise<string> {
  return part.part('ask', name, async (step) => {
    const release = await step.reserve({ usd: 1, tokens: 100 })
    try {
      sent.push(name)
      await settle(1)
      step.usage({ calls: 1, input_tokens: 50, output_tokens: 10, cost_usd: 0.6 })
      return name
    } finally {
      release()
    }
  })
}

/** Three analysts side by side, then a verdict: four calls. */
function createCommittee(sent: string[], budget?: RunBudget) {
  return createScriptedWorkflow({
    budget,
    async execute(ctx: RunContext) {
      const said = await Promise.all(
        ['a', 'b', 'c'].map((name) => ctx.step(name, (step) => call(step, sent, name))),
      )
      return [...said, await ctx.step('verdict', (step) => call(step, sent, 'verdict'))]
    },
  })
}

/** A run whose bound is held by one call until the gate opens, while another waits for room. */
async function launchWaiting() {
  const gate = createGate()
  const desk = await createTestDesk([
    createScriptedWorkflow({
      budget: { usd: null, tokens: 100 },
      execute: (ctx) =>
        Promise.all([
          ctx.step('long', async (step) => {
            await step.reserve({ usd: null, tokens: 100 })
            await gate.opened
          }),
          ctx.step('waits', (step) => step.reserve({ usd: null, tokens: 1 }).then(() => 1)),
        ]),
    }),
  ])
  const runId = await launchOne(desk)
  await desk.until(runId, (state) => state.steps.waits?.status === 'started')
  await settle()
  return { desk, runId, gate }
}

describe('a run whose budget is used up', () => {
  test('pauses before the bound is passed, says why, and keeps every call that was paid', async () => {
    const sent: string[] = []
    const desk = await createTestDesk([createCommittee(sent, { usd: 2.5, tokens: null })])
    const runId = await launchOne(desk)
    const state = await paused(desk, runId)
    const reason =
      'budget: the next call may use up to 1.00 USD and could bring the run to 2.80 USD, past its bound of 2.50 USD; 1.80 USD are spent'
    expect(state).toMatchObject({ budget: { usd: 2.5, tokens: null }, paused_because: reason })
    expect(desk.manager.summary(runId)).toMatchObject({ status: 'paused', progress_message: reason })
    expect(sent).toEqual(['a', 'b', 'c'])
    expect(state.usage).toMatchObject({ calls: 3, cost_usd: expect.closeTo(1.8) as unknown })
    expect(['a', 'b', 'c'].map((key) => state.steps[key]!.status)).toEqual(Array(3).fill('completed'))
    expect(desk.manager.queue().running).toBe(0)

    const raised = await desk.manager.setBudget(runId, { usd: 3 })
    expect(raised.status).toBe('in_progress')
    const ended = await desk.ended(runId)
    expect(ended).toMatchObject({
      status: 'completed',
      paused_because: null,
      budget: { usd: 3, tokens: null },
    })
    expect(sent).toEqual(['a', 'b', 'c', 'verdict'])
    expect(desk.manager.summary(runId).progress_message).toBeNull()
  })

  test('does not pause for room that calls under way give back', async () => {
    const sent: string[] = []
    // Two ceilings fit at a time, all four uses fit in the end.
    const desk = await createTestDesk([createCommittee(sent, { usd: null, tokens: 281 })])
    const runId = await launchOne(desk)
    expect((await desk.ended(runId)).status).toBe('completed')
    expect(typesOf(desk, runId)).not.toContain('run_paused')
  })

  test('a call that is over is not lost to a pause that was waiting for it', async () => {
    const sent: string[] = []
    const desk = await createTestDesk([createCommittee(sent, { usd: 1, tokens: null })])
    const runId = await launchOne(desk)
    const state = await paused(desk, runId)
    expect(state.usage.calls).toBe(1)
    const completed = Object.values(state.steps).filter((step) => step.status === 'completed')
    expect(completed.map((step) => step.key)).toEqual([expect.stringMatching(/^a\/ask:/)])
    await desk.manager.setBudget(runId, { usd: null })
    await desk.ended(runId)
    expect([...sent].sort()).toEqual(['a', 'b', 'c', 'verdict'])
  })

  test('pauses again by itself where the new bound leaves too little', async () => {
    const sent: string[] = []
    const desk = await createTestDesk([createCommittee(sent, { usd: null, tokens: 180 })])
    const runId = await launchOne(desk)
    await paused(desk, runId)
    const pauses = () => typesOf(desk, runId).filter((type) => type === 'run_paused').length
    expect(pauses()).toBe(1)
    await desk.manager.setBudget(runId, { tokens: 190 })
    await desk.until(runId, (state) => state.status === 'paused' && pauses() === 2)
    expect(desk.manager.summary(runId).progress_message).toMatch(/past its bound of 190; 120 are used/)
    await desk.manager.setBudget(runId, { tokens: 100 })
    await settle()
    expect(pauses()).toBe(2)
    await desk.manager.setBudget(runId, { tokens: 1_000 })
    expect((await desk.ended(runId)).status).toBe('completed')
    expect([...sent].sort()).toEqual(['a', 'b', 'c', 'verdict'])
  })

  test('is still paused after a crash, and goes on there once there is room', async () => {
    const sent: string[] = []
    const desk = await createTestDesk([createCommittee(sent, { usd: 2.5, tokens: null })])
    const runId = await launchOne(desk)
    await paused(desk, runId)
    const restarted = await desk.crashAndRestart()
    await settle()
    expect(restarted.manager.summary(runId)).toMatchObject({
      status: 'paused',
      progress_message: expect.stringMatching(/^budget: /) as unknown,
    })
    await restarted.manager.setBudget(runId, { usd: 5 })
    expect((await restarted.ended(runId)).status).toBe('completed')
    expect(sent).toEqual(['a', 'b', 'c', 'verdict'])
  })

  test('what was used before a crash counts after it', async () => {
    let hold = true
    const sent: string[] = []
    const workflow = createScriptedWorkflow({
      budget: { usd: 1.5, tokens: null },
      async execute(ctx) {
        await ctx.step('a', (step) => call(step, sent, 'a'))
        await ctx.step('wait', async () => (hold ? new Promise(() => undefined) : 1))
        await ctx.step('b', (step) => call(step, sent, 'b'))
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.wait?.status === 'started')
    hold = false
    const restarted = await desk.crashAndRestart()
    expect((await paused(restarted, runId)).paused_because).toMatch(/to 1.60 USD, past its bound of 1.50 USD/)
    expect(sent).toEqual(['a'])
  })

  test('does not hold up a desk that shuts down', async () => {
    const { desk, runId, gate } = await launchWaiting()
    const stopped = desk.manager.stop(1_000_000)
    gate.open()
    await stopped
    expect(desk.ports.eventsOf(runId).at(-1)).toMatchObject({ type: 'step_completed', key: 'long' })
  })
})

describe('a call of which nobody says what it used', () => {
  /** Calls of at most 1 USD and 100 tokens that do not answer while the gate is shut. */
  function createCut(sent: string[], gate: { opened: Promise<void> }, budget?: RunBudget) {
    const ask = (step: StepContext, name: string) =>
      step.part('ask', name, async (part) => {
        const release = await part.reserve({ usd: 1, tokens: 100, output_tokens: 80 })
        try {
          sent.push(name)
          await gate.opened
          part.usage({ calls: 1, input_tokens: 20, output_tokens: 30, cost_usd: 0.6 })
        } finally {
          release()
        }
      })
    return createScriptedWorkflow({
      budget,
      plan: [{ id: 'bull', label: 'Bull', node_type: 'agent' }],
      execute: (ctx) =>
        ctx.step('bull', (step) => ask(step, 'one').then(() => ask(step, 'two')), { node: 'bull' }),
    })
  }
  const shut = () => ({ opened: new Promise<void>(() => undefined) })
  const MOST = { calls: 1, input_tokens: 20, output_tokens: 80, cost_usd: 1 }
  const WORDS =
    'a call was cut off and what it used is not known: counted with the most expected of it, 20 tokens in, 80 out, $1.0000'

  test.each(['pause', 'cancel'] as const)(
    'because of a %s counts with all that was reserved',
    async (verb) => {
      const sent: string[] = []
      const desk = await createTestDesk([createCut(sent, shut())])
      const runId = await launchOne(desk)
      await desk.until(runId, ({ reserved }) => Object.keys(reserved).length === 1)
      await settle()
      await desk.manager[verb](runId)
      const state = await desk.manager.state(runId)
      expect(state).toMatchObject({ usage: MOST, usage_by_node: { bull: MOST }, reserved: {} })
      expect(state.log.entries.map((entry) => entry.message)).toEqual([WORDS])
    },
  )

  test('keeps a run within its bound however often a person pauses it', async () => {
    const sent: string[] = []
    const desk = await createTestDesk([createCut(sent, shut(), { usd: 3.5, tokens: null })])
    const runId = await launchOne(desk)
    for (let n = 1; n <= 3; n++) {
      await desk.until(runId, ({ reserved }) => Object.keys(reserved).length === 1)
      await settle()
      expect(sent).toHaveLength(n)
      await desk.manager.pause(runId)
      await desk.manager.resume(runId)
    }
    const state = await desk.until(
      runId,
      ({ paused_because: because }) => because?.startsWith('budget') === true,
    )
    expect(state.usage.cost_usd).toBe(3)
    expect(sent).toHaveLength(3)
  })

  test('because the process died under it counts after it, and only then', async () => {
    const sent: string[] = []
    const gate = createGate()
    const desk = await createTestDesk([createCut(sent, shut())])
    const runId = await launchOne(desk)
    const before = await desk.until(runId, ({ reserved }) => Object.keys(reserved).length === 1)
    await settle()
    expect(before.usage.calls).toBe(0)
    gate.open()
    const restarted = await desk.crashAndRestart([createCut(sent, gate)])
    const { usage, log } = await restarted.ended(runId)
    expect(sent).toEqual(['one', 'one', 'two'])
    expect(usage).toMatchObject({ calls: 3, input_tokens: 60, output_tokens: 140 })
    expect(usage.cost_usd).toBeCloseTo(2.2)
    expect(log.entries.map((entry) => entry.message)).toEqual([WORDS])
  })

  test('is not sent before what it may use is journaled', async () => {
    const sent: string[] = []
    const desk = await createTestDesk([createCut(sent, shut())])
    const runId = await launchOne(desk)
    await desk.until(runId, ({ reserved }) => Object.keys(reserved).length === 1)
    expect(sent).toEqual([])
    expect(typesOf(desk, runId).filter((type) => type === 'usage_reserved')).toHaveLength(1)
  })

  test('because it failed counts too, and the others of the run are held against it', async () => {
    const sent: string[] = []
    const desk = await createTestDesk([
      createScriptedWorkflow({
        budget: { usd: 1.5, tokens: null },
        async execute(ctx) {
          await ctx.step('fails', async (step) => {
            const release = await step.reserve({ usd: 1, tokens: 100 })
            release()
            step.log('INFO', 'gave up')
          })
          await ctx.step('next', (step) => call(step, sent, 'next'))
        },
      }),
    ])
    const state = await paused(desk, await launchOne(desk))
    expect(state.usage).toMatchObject({ calls: 1, cost_usd: 1 })
    expect(state.log.entries.map((entry) => entry.message)).toEqual([
      'a call ended without a word on what it used: counted with the most expected of it, 100 tokens in, 0 out, $1.0000',
      'gave up',
    ])
    expect(sent).toEqual([])
  })

  test('is no part of what another run takes over', async () => {
    const sent: string[] = []
    const gate = createGate()
    gate.open()
    const desk = await createTestDesk([createCut(sent, gate)])
    const runId = await launchOne(desk)
    await desk.ended(runId)
    const rerun = await desk.manager.rerun(runId, 'bull')
    await desk.ended(rerun.run_id)
    const { steps } = await desk.manager.state(runId)
    const second = Object.keys(steps).filter((key) => key.startsWith('bull/'))[1]!
    const third = await desk.manager.rerun(runId, second)
    expect(await desk.ended(third.run_id)).toMatchObject({ usage: { calls: 1 }, reserved: {} })
  })
})

test('a pause that comes too late for a desk that shuts down does not hold it up either', async () => {
  let stopped: Promise<void> | null = null
  const desk: TestDesk = await createTestDesk([
    createScriptedWorkflow({
      budget: { usd: null, tokens: 100 },
      execute: (ctx) =>
        ctx.step('a', (step) => {
          stopped = desk.manager.stop(1_000_000)
          return step.reserve({ usd: null, tokens: 101 }).then(() => 1)
        }),
    }),
  ])
  const runId = await launchOne(desk)
  await desk.until(runId, (state) => state.steps.a?.status === 'started')
  await settle()
  await stopped
  expect(desk.ports.eventsOf(runId).at(-1)).toMatchObject({ type: 'step_started', key: 'a' })
})

describe('setting a budget', () => {
  const idle = createScriptedWorkflow({
    budget: { usd: 2, tokens: 500 },
    execute: (ctx) => ctx.step('wait', () => new Promise<never>(() => undefined)),
  })

  test('is journaled with what stands, for runs that wait, work or are paused, and refused once they ended', async () => {
    const desk = await createTestDesk([idle], { limits: { maxRunning: 1 } })
    const working = await launchOne(desk)
    const waiting = await launchOne(desk)
    await desk.until(working, (state) => state.status === 'in_progress')
    await desk.manager.setBudget(waiting, { tokens: null })
    expect((await desk.manager.state(waiting)).budget).toEqual({ usd: 2, tokens: null })
    await desk.manager.setBudget(working, { usd: 4 })
    expect(desk.ports.eventsOf(working).at(-1)).toMatchObject({ type: 'budget_set', usd: 4, tokens: 500 })
    await desk.manager.pause(working)
    // A person's pause is not for the budget to end.
    expect((await desk.manager.setBudget(working, { usd: 9 })).status).toBe('paused')
    expect(desk.manager.summary(working).progress_message).toBe('paused by a person')
    await desk.manager.cancel(working)
    await expect(desk.manager.setBudget(working, { usd: 9 })).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringMatching(/is canceled and cannot be given another budget/) as unknown,
    })
  })

  test('of a bad value changes nothing and names it', async () => {
    const desk = await createTestDesk([idle])
    const runId = await launchOne(desk)
    await expect(desk.manager.setBudget(runId, { usd: -1 })).rejects.toThrow(/^usd is "-1"; it must be/)
    expect(typesOf(desk, runId)).not.toContain('budget_set')
    await expect(desk.manager.setBudget('AAPL--2026-01-01_00.00.00--000000', { usd: 1 })).rejects.toThrow(
      /there is no run/,
    )
  })

  test('lets calls that wait for others go on at once', async () => {
    const { desk, runId, gate } = await launchWaiting()
    expect((await desk.manager.state(runId)).steps.waits!.status).toBe('started')
    await desk.manager.setBudget(runId, { tokens: 101 })
    await desk.until(runId, (state) => state.steps.waits!.status === 'completed')
    gate.open()
    await desk.ended(runId)
  })

  test('a decision is told what the run has used so far', async () => {
    const sent: string[] = []
    const desk = await createTestDesk([
      createScriptedWorkflow({
        async execute(ctx) {
          await ctx.step('a', (step) => call(step, sent, 'a'))
          await ctx.decide(({ usage }) => ({ usage }))
        },
      }),
    ])
    const runId = await launchOne(desk)
    const { decision } = await desk.ended(runId)
    expect(decision).toEqual({ usage: { calls: 1, input_tokens: 50, output_tokens: 10, cost_usd: 0.6 } })
  })
})
