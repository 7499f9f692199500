/** Running again what another run had begun: what stands in its journal is taken over, the rest runs. */
import { describe, expect, test } from 'vitest'
import { StorageError } from '../../src/core/errors.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import type { PlanNode, StepContext } from '../../src/runs/workflow.ts'
import { createGate } from '../support/gate.ts'
import { settle } from '../support/manual-clock.ts'
import { createTestDesk, type TestDesk } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const PLAN: PlanNode[] = ['market', 'bull', 'judge'].map((id) => ({
  id,
  label: id,
  node_type: 'agent',
  children: [{ id: `${id}_report`, label: 'Report', node_type: 'report' }],
}))

interface Script {
  /** Every body that ran, in order. */
  ran: string[]
  /** The judge fails while this is set. */
  fails: boolean
  /** What the bull step's input is. */
  mood: string
  price: number | null
}

function createScript(facts: Partial<Script> = {}): Script {
  return { ran: [], fails: false, mood: 'calm', price: 0.25, ...facts }
}

/** Market (a tool call, a large result), bull (two calls), judge (one call, may fail). */
function createCommittee(script: Script) {
  const call = (step: StepContext, name: string) =>
    step.part('ask', name, async (part) => {
      script.ran.push(name)
      part.append(`${name}. `, `${name.split(' ')[0]}_report`)
      part.log('INFO', `said ${name}`)
      part.usage({ calls: 1, input_tokens: 10, output_tokens: 2, cost_usd: script.price })
      if (script.fails && name === 'judge') throw new Error('the model did not answer')
      return name
    })
  return createScriptedWorkflow({
    plan: PLAN,
    async execute(ctx) {
      const bars = await ctx.step(
        'market',
        async (step) => {
          script.ran.push('market')
          step.append('Prices. ', 'market_report')
          await step.tool('bars', { days: 2 }, async () => {
            script.ran.push('bars')
            return 584
          })
          return Array.from({ length: 20_000 }, (_, i) => i / 7)
        },
        { node: 'market' },
      )
      const bull = await ctx.step(
        'bull',
        async (step) => [await call(step, 'bull one'), await call(step, 'bull two')],
        { node: 'bull', input: { mood: script.mood } },
      )
      await ctx.skip('bear', 'not asked')
      const judge = await ctx.step('judge', (step) => call(step, 'judge'), { node: 'judge' })
      await ctx.decide(() => ({ action: 'BUY', confidence: bars.length / 40_000 }))
      return [bars.length, bull, judge]
    },
  })
}

const WHOLE = { result: [20_000, ['bull one', 'bull two'], 'judge'] }
const launchOne = async (desk: TestDesk) =>
  (await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])).runs[0]!.run_id
const of = (events: readonly RunEvent[], type: string) =>
  events.filter((event) => event.type === type) as (RunEvent & { key: string; reused_from?: string })[]

async function createFailedRun(script = createScript({ fails: true })) {
  const desk = await createTestDesk([createCommittee(script)])
  const runId = await launchOne(desk)
  await desk.ended(runId)
  const ran = script.ran.splice(0)
  script.fails = false
  return { desk, runId, script, ran }
}

async function createCompletedRun(script = createScript()) {
  const desk = await createTestDesk([createCommittee(script)])
  const runId = await launchOne(desk)
  await desk.ended(runId)
  script.ran.splice(0)
  return { desk, runId, script }
}

describe('a run that failed, run again', () => {
  test('goes on with all that was completed and runs only what failed', async () => {
    const { desk, runId, script, ran } = await createFailedRun()
    expect(ran).toEqual(['market', 'bars', 'bull one', 'bull two', 'judge'])
    const rerun = await desk.manager.rerun(runId)
    // market, its tool call, bull and its two calls.
    expect(rerun).toMatchObject({ reused_steps: 5, saved_usd: 0.5, saved_ms: 0 })
    const state = await desk.ended(rerun.run_id)
    expect(state).toMatchObject({ status: 'completed', output: WHOLE, ticker: 'AAPL', as_of: '2012-06-29' })
    expect(script.ran).toEqual(['judge'])
    expect(state.reuse).toMatchObject({ run_id: runId, from_step: null })
    expect(state.usage).toMatchObject({ calls: 1, cost_usd: 0.25 })
    expect(state.usage_by_node).toEqual({ judge: state.usage })
  })

  test('shows its pages whole: text, log, tool calls and nodes of the steps it took over', async () => {
    const { desk, runId } = await createFailedRun()
    const { run_id: rerunId } = await desk.manager.rerun(runId)
    const [old, state] = [await desk.manager.state(runId), await desk.ended(rerunId)]
    for (const id of ['market_report', 'bull_report'])
      expect(state.content[id]!.text).toBe(old.content[id]!.text)
    expect(state.content.bull_report!.text).toBe('bull one. bull two. ')
    expect(state.nodes.market_tool_1).toMatchObject({
      parent_id: 'market',
      label: 'bars',
      status: 'completed',
      detail: old.nodes.market_tool_1!.detail,
    })
    expect(Object.keys(state.nodes)).toEqual(Object.keys(old.nodes))
    expect(Object.values(state.nodes).every((node) => node.status === 'completed')).toBe(true)
    const messages = state.log.entries.map((entry) => entry.message)
    expect(messages).toEqual(['bars days=2', 'said bull one', 'said bull two', 'said judge'])
    const completed = of(desk.ports.eventsOf(rerunId), 'step_completed')
    expect(completed.filter((event) => event.reused_from === runId)).toHaveLength(5)
    expect(completed.filter((event) => event.reused_from === undefined).map((event) => event.key)).toEqual([
      expect.stringMatching(/^judge\/ask:/),
      'judge',
    ])
    expect(state.steps.bull!.reused_from).toBe(runId)
    expect(state.steps.judge!.reused_from).toBeNull()
  })

  test('keeps large results as its own, whatever becomes of the other run', async () => {
    const { desk, runId } = await createFailedRun()
    const { run_id: rerunId } = await desk.manager.rerun(runId)
    await desk.ended(rerunId)
    desk.ports.loseArtifacts(runId)
    expect(await desk.manager.stepResult(rerunId, 'market')).toHaveLength(20_000)
  })

  test('leaves out what attempts that were cut off had said', async () => {
    let isHeld = true
    let fails = true
    const workflow = createScriptedWorkflow({
      plan: PLAN,
      async execute(ctx) {
        const body = async (step: StepContext) => {
          step.append(isHeld ? 'Torn. ' : 'Whole. ', 'bull_report')
          step.log('INFO', isHeld ? 'torn' : 'whole')
          await step.part('ask', 1, async (part) => {
            part.append(isHeld ? 'torn part.' : 'part.', 'bull_report')
            if (isHeld) await new Promise(() => undefined)
          })
        }
        await ctx.step('bull', body, { node: 'bull' })
        if (fails) throw new Error('no')
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => Object.keys(state.steps).length === 2)
    await settle()
    await desk.clock.advance(250)
    isHeld = false
    const restarted = await desk.crashAndRestart()
    await restarted.ended(runId)
    fails = false
    const state = await restarted.ended((await restarted.manager.rerun(runId)).run_id)
    expect(state.content.bull_report!.text).toBe('Whole. part.')
    expect(state.log.entries.map((entry) => entry.message)).toEqual(['whole'])
    expect(of(restarted.ports.eventsOf(state.run_id), 'step_started')).toHaveLength(2)
  })

  test('takes over the completed parts of a step that failed', async () => {
    const script = createScript()
    let fails = true
    const workflow = createScriptedWorkflow({
      plan: PLAN,
      execute: (ctx) =>
        ctx.step(
          'bull',
          async (step) => {
            const one = await step.part('ask', 1, async (part) => {
              script.ran.push('one')
              part.append('One. ', 'bull_report')
              return 1
            })
            if (fails) throw new Error('half way')
            return one
          },
          { node: 'bull' },
        ),
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.ended(runId)
    fails = false
    const rerun = await desk.manager.rerun(runId)
    expect(rerun.reused_steps).toBe(1)
    const state = await desk.ended(rerun.run_id)
    expect(state).toMatchObject({ status: 'completed', output: { result: 1 } })
    expect(state.content.bull_report!.text).toBe('One. ')
    expect(script.ran).toEqual(['one'])
  })

  test('runs a step anew whose input is another now, and says so', async () => {
    const { desk, runId, script } = await createFailedRun()
    script.mood = 'bold'
    const { run_id: rerunId } = await desk.manager.rerun(runId)
    const state = await desk.ended(rerunId)
    expect(state.output).toEqual(WHOLE)
    // Its calls had the same input as before.
    expect(script.ran).toEqual(['judge'])
    expect(state.steps.bull!.reused_from).toBeNull()
    expect(state.log.entries.filter((entry) => entry.severity === 'WARN').map((e) => e.message)).toEqual([
      `step "bull" had another input in run ${runId}: it runs anew`,
    ])
  })

  test('has the bound that stood at the end of the other', async () => {
    const { desk, runId } = await createFailedRun()
    expect((await desk.manager.state((await desk.manager.rerun(runId)).run_id)).budget).toEqual({
      usd: null,
      tokens: null,
    })
    const script = createScript()
    const idle = createCommittee(script)
    const other = await createTestDesk([
      { ...idle, execute: (ctx) => ctx.step('wait', () => new Promise<never>(() => undefined)) },
    ])
    const stopped = await launchOne(other)
    await other.manager.setBudget(stopped, { usd: 7 })
    await other.manager.cancel(stopped)
    const { run_id: rerunId } = await other.manager.rerun(stopped)
    expect((await other.manager.state(rerunId)).budget).toEqual({ usd: 7, tokens: null })
  })
})

describe('a run from a step on', () => {
  test('takes over the steps that began before it', async () => {
    const { desk, runId, script } = await createCompletedRun()
    const rerun = await desk.manager.rerun(runId, 'judge')
    expect(rerun).toMatchObject({ reused_steps: 5, saved_usd: 0.5 })
    expect((await desk.ended(rerun.run_id)).output).toEqual(WHOLE)
    expect(script.ran).toEqual(['judge'])

    const earlier = await desk.manager.rerun(runId, 'bull')
    expect(earlier).toMatchObject({ reused_steps: 2, saved_usd: 0 })
    await desk.ended(earlier.run_id)
    expect(script.ran.splice(0)).toEqual(['judge', 'bull one', 'bull two', 'judge'])
  })

  test('inside of another runs that one too, with its parts that began before', async () => {
    const { desk, runId, script } = await createCompletedRun()
    const { steps } = await desk.manager.state(runId)
    const second = Object.keys(steps).filter((key) => key.startsWith('bull/'))[1]!
    const rerun = await desk.manager.rerun(runId, second)
    expect(rerun).toMatchObject({ reused_steps: 3, saved_usd: 0.25 })
    const state = await desk.ended(rerun.run_id)
    expect(state.output).toEqual(WHOLE)
    expect(script.ran).toEqual(['bull two', 'judge'])
    expect(state.content.bull_report!.text).toBe('bull one. bull two. ')
  })

  test('runs its parts anew too where the run had taken them over before it began', async () => {
    const ran: string[] = []
    const facts = { hangs: true, fails: true }
    const workflow = createScriptedWorkflow({
      async execute(ctx) {
        await ctx.step('bull', async (step) => {
          ran.push('bull')
          await step.part('ask', 'one', async () => ran.push('ask'))
          if (facts.hangs) await new Promise(() => undefined)
        })
        await ctx.step('judge', async () => {
          ran.push('judge')
          if (facts.fails) throw new Error('no verdict')
        })
      },
    })
    let desk = await createTestDesk([workflow])
    const first = await launchOne(desk)
    await desk.until(first, ({ steps }) => Object.values(steps).some((step) => step.status === 'completed'))
    facts.hangs = false
    // The part stands before its step's last attempt, and so it is copied.
    desk = await desk.crashAndRestart()
    await desk.ended(first)
    const second = await desk.manager.rerun(first, 'judge')
    await desk.ended(second.run_id)
    facts.fails = false
    ran.splice(0)
    const third = await desk.manager.rerun(second.run_id, 'bull')
    expect(third).toMatchObject({ reused_steps: 0 })
    expect((await desk.ended(third.run_id)).status).toBe('completed')
    expect(ran).toEqual(['bull', 'ask', 'judge'])
  })

  test('that was left out begins where it was left out', async () => {
    const { desk, runId, script } = await createCompletedRun()
    await desk.ended((await desk.manager.rerun(runId, 'bear')).run_id)
    expect(script.ran).toEqual(['judge'])
  })

  test('without one, a completed run begins anew', async () => {
    const { desk, runId, script } = await createCompletedRun()
    const rerun = await desk.manager.rerun(runId)
    expect(rerun).toMatchObject({ reused_steps: 0, saved_usd: 0, saved_ms: 0 })
    await desk.ended(rerun.run_id)
    expect(script.ran).toEqual(['market', 'bars', 'bull one', 'bull two', 'judge'])
  })

  test('that is no step of the run is refused with the nearest one, and nothing starts', async () => {
    const { desk, runId } = await createCompletedRun()
    await expect(desk.manager.rerun(runId, 'juge')).rejects.toMatchObject({
      name: 'InputError',
      field: 'from_step',
      message: 'from_step "juge" is not a step of this run; did you mean "judge"?',
    })
    await expect(desk.manager.rerun(runId, 'no such step')).rejects.toThrow(
      /is not a step of this run; known are market, bull, bear, judge$/,
    )
    expect(desk.ports.stored.size).toBe(1)
  })
})

describe('what a rerun saves', () => {
  test('is unknown where a price was', async () => {
    const { desk, runId } = await createFailedRun(createScript({ fails: true, price: null }))
    expect(await desk.manager.rerun(runId)).toMatchObject({ reused_steps: 5, saved_usd: null })
  })

  test('counts the time of a step once, with what ran inside it', async () => {
    let fails = true
    const desk = await createTestDesk([
      createScriptedWorkflow({
        async execute(ctx) {
          await Promise.all([
            ctx.step('a', (step) => step.part('ask', 1, () => desk.clock.sleep(400))),
            ctx.step('b', () => desk.clock.sleep(300)),
          ])
          await ctx.step('c', async (step) => {
            await step.part('ask', 1, () => desk.clock.sleep(50))
            await desk.clock.sleep(1_000)
            if (fails) throw new Error('no')
          })
        },
      }),
    ])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.steps.b?.status === 'started')
    await settle()
    for (let i = 0; i < 40; i++) await desk.clock.advance(50)
    expect((await desk.ended(runId)).status).toBe('error')
    fails = false
    expect(await desk.manager.rerun(runId)).toMatchObject({ reused_steps: 4, saved_ms: 400 + 300 + 50 })
  })

  test('holds over several reruns of reruns', async () => {
    const { desk, runId, script } = await createFailedRun()
    script.fails = true
    const second = await desk.manager.rerun(runId)
    await desk.ended(second.run_id)
    script.fails = false
    const third = await desk.manager.rerun(second.run_id)
    expect(third).toMatchObject({ reused_steps: 5, saved_usd: 0.5 })
    const state = await desk.ended(third.run_id)
    expect(state.output).toEqual(WHOLE)
    expect(state.steps.market!.reused_from).toBe(second.run_id)
    expect(script.ran).toEqual(['judge', 'judge'])
  })
})

describe('a rerun', () => {
  test('pays for nothing twice where what it takes over cannot be read for the moment', async () => {
    const { desk, runId, script } = await createFailedRun()
    const { read } = desk.ports.journals
    const { get } = desk.ports.artifacts
    const full = async () => {
      throw new StorageError('the journal could not be read: too many open files (EMFILE)', 'EMFILE')
    }
    // The plan is made of the first reading, the steps are taken over from the second.
    let readings = 0
    desk.ports.journals.read = (id, after) =>
      id === runId && ++readings === 2 ? { [Symbol.asyncIterator]: () => ({ next: full }) } : read(id, after)
    const unread = await desk.manager.rerun(runId)
    expect(await desk.ended(unread.run_id)).toMatchObject({
      status: 'error',
      error: `the journal of run ${runId} cannot be read right now, and running it anew would pay for it twice; run ${runId} again later: the journal could not be read: too many open files (EMFILE)`,
    })
    desk.ports.artifacts.get = full
    const unloaded = await desk.manager.rerun(runId)
    const { status, error } = await desk.ended(unloaded.run_id)
    expect([status, error]).toEqual([
      'error',
      expect.stringMatching(/^the result of step "market" of run .* cannot be read right now/),
    ])
    expect(script.ran).toEqual([])
    desk.ports.artifacts.get = get
    expect((await desk.ended((await desk.manager.rerun(runId)).run_id)).status).toBe('completed')
    expect(script.ran).toEqual(['judge'])
  })

  test('reads again what could not be read, where the workflow goes on', async () => {
    const ran: string[] = []
    const facts = { fails: true }
    const workflow = createScriptedWorkflow({
      async execute(ctx) {
        const said = await ctx.step('a', async () => ran.push('a')).catch(() => null)
        await ctx.step('b', async () => ran.push('b'))
        if (facts.fails) throw new Error('no verdict')
        return said
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.ended(runId)
    Object.assign(facts, { fails: false })
    const { read } = desk.ports.journals
    let readings = 0
    desk.ports.journals.read = (id, after) => {
      if (id === runId && ++readings === 2) throw new StorageError('too many open files', 'EMFILE')
      return read(id, after)
    }
    const state = await desk.ended((await desk.manager.rerun(runId)).run_id)
    expect(state.steps.b).toMatchObject({ status: 'completed', reused_from: runId })
    expect(ran).toEqual(['a', 'b'])
  })

  test('shows a workflow the end of the step it took over, not that of a part which ended after it', async () => {
    const seen: unknown[] = []
    const facts = { fails: true }
    const workflow = createScriptedWorkflow({
      initial: [] as string[],
      fold: (ends, event) =>
        event.type === 'step_completed' ? [...ends, (event as unknown as { key: string }).key] : ends,
      async execute(ctx) {
        const gate = createGate()
        let late: Promise<unknown> = Promise.resolve()
        await ctx.step('a', async (step) => {
          late = step.part('ask', 'late', () => gate.opened)
        })
        gate.open()
        await late
        seen.push(ctx.state)
        await ctx.step('b', async () => {
          if (facts.fails) throw new Error('no verdict')
        })
      },
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.ended(runId)
    facts.fails = false
    expect((await desk.ended((await desk.manager.rerun(runId)).run_id)).status).toBe('completed')
    expect(seen).toEqual([['a'], ['a']])
  })

  test('wherever the process dies, takes over the rest, nothing twice, and comes to the same', async () => {
    const { desk, runId } = await createFailedRun()
    const { run_id: rerunId } = await desk.manager.rerun(runId)
    await desk.ended(rerunId)
    const events = desk.ports.eventsOf(rerunId)
    for (let count = 1; count < events.length; count++) {
      const script = createScript()
      const ports = desk.ports.asAfter(rerunId, count)
      const resumed = await createTestDesk([createCommittee(script)], { ports })
      const state = await resumed.ended(rerunId)
      expect(state).toMatchObject({ status: 'completed', output: WHOLE })
      expect(script.ran.filter((name) => name !== 'judge')).toEqual([])
      expect(state.content.bull_report!.text).toBe('bull one. bull two. ')
      expect(state.content.market_report!.text).toBe('Prices. ')
      expect(state.log.entries.map((entry) => entry.message)).toEqual([
        ...['bars days=2', 'said bull one', 'said bull two', 'said judge'],
      ])
      expect(Object.keys(state.nodes).filter((id) => id.includes('_tool_'))).toEqual(['market_tool_1'])
      const keys = of(ports.eventsOf(rerunId), 'step_completed').map((event) => event.key)
      expect(new Set(keys).size).toBe(keys.length)
    }
  })

  test('that was recorded and never begun goes on at the next start', async () => {
    const { desk, runId, script } = await createFailedRun()
    const { run_id: rerunId } = await desk.manager.rerun(runId)
    const ports = desk.ports.asAfter(rerunId, 0 + 1)
    ports.stored.delete(rerunId)
    const resumed = await createTestDesk([createCommittee(script)], { ports })
    expect((await resumed.ended(rerunId)).output).toEqual(WHOLE)
  })

  test('runs what it can no longer take over, where the other run was pruned meanwhile', async () => {
    const { desk, runId } = await createFailedRun()
    const { run_id: rerunId } = await desk.manager.rerun(runId)
    await desk.ended(rerunId)
    const events = desk.ports.eventsOf(rerunId)
    const afterMarket = of(events, 'step_completed').find((event) => event.key === 'market')!.seq
    const script = createScript()
    const ports = desk.ports.asAfter(rerunId, afterMarket)
    ports.stored.delete(runId)
    const resumed = await createTestDesk([createCommittee(script)], { ports })
    const state = await resumed.ended(rerunId)
    expect(state).toMatchObject({ status: 'completed', output: WHOLE })
    expect(script.ran).toEqual(['bull one', 'bull two', 'judge'])
    expect(state.log.entries.some((e) => e.message.includes('cannot be taken over any more'))).toBe(true)
  })

  test('runs a step anew whose large result is gone', async () => {
    const { desk, runId, script } = await createFailedRun()
    desk.ports.loseArtifacts(runId)
    const state = await desk.ended((await desk.manager.rerun(runId)).run_id)
    expect(state).toMatchObject({ status: 'completed', output: WHOLE })
    expect(script.ran).toEqual(['market', 'judge'])
  })

  test('has tool calls that run anew beside those it took over, each under its own node', async () => {
    let isSecond = false
    const workflow = createScriptedWorkflow({
      plan: PLAN,
      execute: (ctx) =>
        Promise.all(
          ['one', 'two'].map((name) =>
            ctx.step(name, (step) => step.tool(name, {}, async () => settle(1)), {
              node: 'market',
              input: isSecond && name === 'one' ? 'new' : 'old',
            }),
          ),
        ).then(() => {
          if (!isSecond) throw new Error('no')
        }),
    })
    const desk = await createTestDesk([workflow])
    const runId = await launchOne(desk)
    await desk.ended(runId)
    isSecond = true
    const state = await desk.ended((await desk.manager.rerun(runId)).run_id)
    const tools = Object.values(state.nodes).filter((node) => node.node_type === 'tool')
    expect(tools.map((node) => [node.label, node.status, node.detail!.key]).sort()).toEqual([
      ['one', 'completed', expect.stringMatching(/^one\//)],
      ['two', 'completed', expect.stringMatching(/^two\//)],
    ])
    expect(new Set(tools.map((node) => node.id)).size).toBe(2)
  })

  test('takes the result of a child run over without running it', async () => {
    let children = 0
    let fails = true
    const parent = createScriptedWorkflow({
      kind: 'live',
      async execute(ctx) {
        const verdict = await ctx.child<string>('research', 'assessment', { ticker: 'AAPL' })
        if (fails) throw new Error('no')
        return verdict
      },
    })
    const child = createScriptedWorkflow({ execute: async () => `verdict ${++children}` })
    const desk = await createTestDesk([parent, child])
    const { runs } = await desk.manager.launch([{ kind: 'live', input: { ticker: 'PORTFOLIO' } }])
    const runId = runs[0]!.run_id
    await desk.ended(runId)
    fails = false
    const { run_id: rerunId } = await desk.manager.rerun(runId)
    expect((await desk.ended(rerunId)).output).toEqual({ result: 'verdict 1' })
    expect(children).toBe(1)
  })

  test('of a run that has not ended, or that nobody knows, is refused', async () => {
    const hanging = createScriptedWorkflow({ execute: (ctx) => ctx.step('a', () => new Promise(() => null)) })
    const desk = await createTestDesk([hanging])
    const runId = await launchOne(desk)
    await desk.until(runId, (state) => state.status === 'in_progress')
    await expect(desk.manager.rerun(runId)).rejects.toMatchObject({
      name: 'ConflictError',
      message: `run ${runId} is in_progress: it can be run again once it has ended`,
    })
    await expect(desk.manager.rerun('AAPL--2026-01-01_00.00.00--000000')).rejects.toMatchObject({
      name: 'NotFoundError',
    })
  })

  test('takes a place like any other run', async () => {
    const { desk, runId } = await createCompletedRun()
    const full = await createTestDesk(
      [createScriptedWorkflow({ execute: (ctx) => ctx.step('a', () => new Promise(() => null)) })],
      { ports: desk.ports, limits: { maxRunning: 1, maxWaiting: 0 } },
    )
    await launchOne(full)
    await expect(full.manager.rerun(runId)).rejects.toMatchObject({ name: 'LimitError' })
  })

  test('keeps the run whose steps it takes over from being pruned', async () => {
    const { desk, runId, script } = await createFailedRun()
    let open!: () => void
    const opened = new Promise<void>((resolve) => (open = resolve))
    const committee = createCommittee(script)
    const slow = await createTestDesk(
      [{ ...committee, execute: (ctx, input) => opened.then(() => committee.execute(ctx, input)) }],
      { ports: desk.ports, clock: desk.clock, limits: { resultsMaxPerTicker: 0, resultsMaxAgeDays: 7 } },
    )
    const { run_id: rerunId } = await slow.manager.rerun(runId)
    expect((await slow.manager.prune()).pruned).toEqual([])
    open()
    await slow.ended(rerunId)
    await settle()
    const { pruned } = await slow.manager.prune()
    expect(pruned.map((run) => run.run_id).sort()).toEqual([rerunId, runId].sort())
  })
})
