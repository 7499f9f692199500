import { describe, expect, test } from 'vitest'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { settle } from '../support/manual-clock.ts'

const launchOne = async (desk: Awaited<ReturnType<typeof createTestDesk>>, ticker = 'AAPL') =>
  (await desk.manager.launch([{ kind: 'assessment', input: { ticker } }])).runs[0]!.run_id

/** Something a step waits for until the test lets it go on. */
function createGate() {
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

describe('a durable run', () => {
  test('completes with the output of its workflow, every event numbered from 1 without a gap', async () => {
    const desk = await createTestDesk([
      createScriptedWorkflow({
        async execute(ctx) {
          const a = await ctx.step('a', async () => 20)
          const b = await ctx.step('b', async () => 22)
          return a + b
        },
      }),
    ])
    const runId = await launchOne(desk)
    const state = await desk.ended(runId)
    expect(state.status).toBe('completed')
    expect(state.output).toEqual({ result: 42 })
    const events = desk.ports.eventsOf(runId)
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1))
    expect(events[0]!.type).toBe('run_created')
    expect(events.at(-1)!.type).toBe('run_completed')
    expect(desk.ports.results.finished.get(runId)?.summary.status).toBe('completed')
    await settle()
    expect(desk.ports.launchRecords.size).toBe(0)
  })

  test('does not run a completed step again after a crash, and runs the one in flight again', async () => {
    const runs = { first: 0, second: 0 }
    let gate = createGate()
    const workflow = createScriptedWorkflow({
      async execute(ctx) {
        const first = await ctx.step('first', async () => ++runs.first)
        const second = await ctx.step('second', async () => {
          runs.second++
          await gate.opened
          return 'done'
        })
        return { first, second }
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.second?.status === 'started')
    await settle()
    gate = createGate()
    gate.open()
    const restarted = await desk.crashAndRestart()
    const state = await restarted.ended(runId)
    expect(state.output).toEqual({ result: { first: 1, second: 'done' } })
    expect(runs).toEqual({ first: 1, second: 2 })
    expect(state.steps.second!.attempt).toBe(2)
    const completed = desk.ports.eventsOf(runId).filter((event) => event.type === 'step_completed')
    expect(completed.map((event) => (event as { key?: string }).key)).toEqual(['first', 'second'])
  })

  test('resumes steps that ran in parallel and inside each other', async () => {
    let hold = true
    const ran: string[] = []
    const workflow = createScriptedWorkflow({
      async execute(ctx) {
        return Promise.all(
          ['a', 'b', 'c'].map((key) =>
            ctx.step(key, async () => {
              const inner = await ctx.step(`${key}/inner`, async () => {
                ran.push(`${key}/inner`)
                return key
              })
              if (hold && key === 'b') await new Promise(() => undefined)
              ran.push(key)
              return inner.toUpperCase()
            }),
          ),
        )
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(
      runId,
      (s) =>
        s.steps.a?.status === 'completed' &&
        s.steps.c?.status === 'completed' &&
        s.steps['b/inner']?.status === 'completed',
    )
    hold = false
    const restarted = await desk.crashAndRestart()
    const state = await restarted.ended(runId)
    expect(state.output).toEqual({ result: ['A', 'B', 'C'] })
    expect(ran.sort()).toEqual(['a', 'a/inner', 'b', 'b/inner', 'c', 'c/inner'])
  })

  test('ends in error, saying so, when a step is asked again with another input', async () => {
    let input = 'one'
    let hold = true
    const workflow = createScriptedWorkflow({
      async execute(ctx) {
        await ctx.step('load', async () => 1, { input })
        await ctx.step('wait', async () => (hold ? new Promise(() => undefined) : 1))
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.wait?.status === 'started')
    input = 'two'
    hold = false
    const restarted = await desk.crashAndRestart()
    const state = await restarted.ended(runId)
    expect(state.status).toBe('error')
    expect(state.error).toMatch(/step "load" was journaled for another input/)
  })

  test('keeps the first 500 characters of what a step or the run failed with', async () => {
    const error = `${'x'.repeat(499)}…`
    const workflow = createScriptedWorkflow({
      async execute(ctx) {
        const fail = async () => Promise.reject(new Error('x'.repeat(100_000)))
        await ctx.step('load', fail).catch(() => undefined)
        await fail()
      },
    })
    const desk = await createTestDesk([workflow])
    const state = await desk.ended(await launchOne(desk))
    expect(state).toMatchObject({ status: 'error', error, steps: { load: { error } } })
  })

  test('keeps a large step result as an artifact and gives it back after a crash', async () => {
    let loads = 0
    let hold = true
    const workflow = createScriptedWorkflow({
      async execute(ctx) {
        const bars = await ctx.step('bars', async () => {
          loads++
          return Array.from({ length: 20_000 }, (_, i) => i / 7)
        })
        await ctx.step('wait', async () => (hold ? new Promise(() => undefined) : 1))
        return bars.at(-1)
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.wait?.status === 'started')
    hold = false
    const restarted = await desk.crashAndRestart()
    const state = await restarted.ended(runId)
    expect(state.output).toEqual({ result: 19_999 / 7 })
    expect(loads).toBe(1)
    expect(state.steps.bars!.artifact!.bytes).toBeGreaterThan(65_536)
    expect(await restarted.manager.stepResult(runId, 'bars')).toHaveLength(20_000)
  })

  test('draws the same random numbers on every attempt of a step', async () => {
    const drawn: number[][] = []
    let hold = true
    const workflow = createScriptedWorkflow({
      async execute(ctx) {
        await ctx.step('draw', async (step) => {
          drawn.push([step.random(), step.random()])
          if (hold) await new Promise(() => undefined)
        })
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.draw?.status === 'started')
    await settle()
    hold = false
    const restarted = await desk.crashAndRestart()
    await restarted.ended(runId)
    expect(drawn).toHaveLength(2)
    expect(drawn[0]).toEqual(drawn[1])
    expect(drawn[0]![0]).not.toBe(drawn[0]![1])
  })

  test('replaces the log lines and the text of an attempt that is repeated', async () => {
    let attempt = 0
    let hold = true
    const workflow = createScriptedWorkflow({
      plan: [
        {
          id: 'agent',
          label: 'Agent',
          node_type: 'agent',
          children: [{ id: 'agent_report', label: 'Report', node_type: 'report' }],
        },
      ],
      async execute(ctx) {
        await ctx.step(
          'talk',
          async (step) => {
            attempt++
            step.log('INFO', `attempt ${attempt}`)
            step.append(`text of attempt ${attempt}`, 'agent_report')
            if (hold) await new Promise(() => undefined)
          },
          { node: 'agent' },
        )
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.talk?.status === 'started')
    await settle()
    await desk.clock.advance(250)
    expect((await desk.manager.state(runId)).content.agent_report!.text).toBe('text of attempt 1')
    hold = false
    const restarted = await desk.crashAndRestart()
    const state = await restarted.ended(runId)
    expect(state.content.agent_report!.text).toBe('text of attempt 2')
    expect(state.log.entries.map((entry) => entry.message)).toEqual(['attempt 2'])
  })

  test('memoises a tool call inside a step and shows it under the agent', async () => {
    let calls = 0
    let hold = true
    const workflow = createScriptedWorkflow({
      plan: [{ id: 'market', label: 'Market', node_type: 'agent' }],
      async execute(ctx) {
        await ctx.step(
          'market',
          async (step) => {
            const price = await step.tool('last_close', { ticker: 'AAPL' }, async () => {
              calls++
              return 584
            })
            if (hold) await new Promise(() => undefined)
            return price
          },
          { node: 'market' },
        )
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.nodes.market_tool_1?.status === 'completed')
    await settle()
    hold = false
    const restarted = await desk.crashAndRestart()
    const state = await restarted.ended(runId)
    expect(calls).toBe(1)
    expect(state.nodes.market_tool_1).toMatchObject({
      parent_id: 'market',
      label: 'last_close',
      status: 'completed',
      detail: { args: { ticker: 'AAPL' } },
    })
    expect(Object.keys(state.nodes)).toEqual(['market', 'market_tool_1'])
  })

  test('does not repeat its own events on a replay, and sees its state as the events before made it', async () => {
    const seen: number[] = []
    let hold = true
    const workflow = createScriptedWorkflow<{ days: number }>({
      initial: { days: 0 },
      fold: (data, event) => (event.type === 'day_closed' ? { days: data.days + 1 } : data),
      async execute(ctx) {
        for (let day = 1; day <= 3; day++) {
          seen.push(ctx.state.days)
          await ctx.emit('day_closed', { note: 'same every day' })
        }
        await ctx.step('wait', async () => (hold ? new Promise(() => undefined) : 1))
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.wait?.status === 'started')
    hold = false
    const restarted = await desk.crashAndRestart()
    const state = await restarted.ended(runId)
    expect(seen).toEqual([0, 1, 2, 0, 1, 2])
    expect(desk.ports.eventsOf(runId).filter((event) => event.type === 'day_closed')).toHaveLength(3)
    expect(state.data).toEqual({ days: 3 })
  })

  test('begins again at its last checkpoint, with the state of then', async () => {
    const cycles: number[] = []
    let hold = true
    const workflow = createScriptedWorkflow<{ done: number }>({
      initial: { done: 0 },
      fold: (data, event) =>
        event.type === 'cycle_closed' ? { done: (event as unknown as { n: number }).n } : data,
      async execute(ctx) {
        for (let n = ctx.state.done + 1; n <= 4; n++) {
          await ctx.step(`cycle ${n}`, async () => {
            if (hold && n === 4) await new Promise(() => undefined)
            cycles.push(n)
          })
          await ctx.emit('cycle_closed', { n })
          if (n % 2 === 0) await ctx.checkpoint()
        }
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps['cycle 4']?.status === 'started')
    await settle()
    hold = false
    const restarted = await desk.crashAndRestart()
    await restarted.ended(runId)
    expect(cycles).toEqual([1, 2, 3, 4])
    const events = desk.ports.eventsOf(runId)
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1))
    expect(desk.ports.stored.get(runId)!.segments).toHaveLength(3)
  })

  test('writes at most 100 progress lines and never goes back', async () => {
    const desk = await createTestDesk([
      createScriptedWorkflow({
        async execute(ctx) {
          for (let i = 0; i <= 1_000; i++) ctx.progress(i / 1_000, `Run ${i}/1000`)
          ctx.progress(0.2, 'back')
          await ctx.step('end', async () => 1)
        },
      }),
    ])
    const runId = await launchOne(desk)
    const state = await desk.ended(runId)
    const lines = desk.ports.eventsOf(runId).filter((event) => event.type === 'run_progress')
    expect(lines.length).toBeLessThanOrEqual(100)
    expect(lines.length).toBeGreaterThan(90)
    expect(state.progress.fraction).toBeGreaterThan(0.98)
  })

  test('runs a child in its own place, linked, and takes its result from the journal after a crash', async () => {
    let childRuns = 0
    let hold = true
    const parent = createScriptedWorkflow({
      kind: 'live',
      async execute(ctx) {
        const verdict = await ctx.child<string>('research AAPL', 'assessment', { ticker: 'AAPL' })
        await ctx.step('wait', async () => (hold ? new Promise(() => undefined) : 1))
        return verdict
      },
    })
    const child = createScriptedWorkflow({
      async execute(ctx) {
        return ctx.step('think', async () => {
          childRuns++
          return 'BUY'
        })
      },
    })
    const desk = await createTestDesk([parent, child], { limits: { maxRunning: 1 } })
    const { runs } = await desk.manager.launch([{ kind: 'live', input: { ticker: 'PORTFOLIO' } }])
    const runId = runs[0]!.run_id
    const before = await desk.until(runId, (state) => state.steps.wait?.status === 'started')
    const childId = before.steps['research AAPL']!.child_run_id!
    hold = false
    const restarted = await desk.crashAndRestart()
    const state = await restarted.ended(runId)
    expect(state.output).toEqual({ result: 'BUY' })
    expect(childRuns).toBe(1)
    const childState = await restarted.manager.state(childId)
    expect(childState.status).toBe('completed')
    expect(childState.parent).toEqual({ run_id: runId, key: 'research AAPL' })
  })

  test('takes a child up again that was at work when the process died', async () => {
    let hold = true
    const ran: string[] = []
    const parent = createScriptedWorkflow({
      kind: 'live',
      execute: (ctx) => ctx.child<string>('research', 'assessment', { ticker: 'AAPL' }),
    })
    const child = createScriptedWorkflow({
      async execute(ctx) {
        await ctx.step('one', async () => void ran.push('one'))
        await ctx.step('two', async () => {
          ran.push('two')
          if (hold) await new Promise(() => undefined)
        })
        return 'SELL'
      },
    })
    const desk = await createTestDesk([parent, child])
    const { runs } = await desk.manager.launch([{ kind: 'live', input: { ticker: 'PORTFOLIO' } }])
    const runId = runs[0]!.run_id
    const before = await desk.until(runId, (state) => state.steps.research?.status === 'started')
    const childId = before.steps.research!.child_run_id!
    await settle()
    await desk.until(childId, (state) => state.steps.two?.status === 'started')
    hold = false
    const restarted = await desk.crashAndRestart()
    const state = await restarted.ended(runId)
    expect(state.output).toEqual({ result: 'SELL' })
    expect(ran).toEqual(['one', 'two', 'two'])
  })
})
