/** Parts of a step: memoised one by one, so that a turn that is cut off keeps what it has paid for. */
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/runs/event.ts'
import type { PlanNode, StepContext } from '../../src/runs/workflow.ts'
import { createGate } from '../support/gate.ts'
import { settle } from '../support/manual-clock.ts'
import { createTestDesk, type TestDesk } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const PLAN: PlanNode[] = [
  {
    id: 'bull',
    label: 'Bull',
    node_type: 'agent',
    children: [{ id: 'bull_report', label: 'Report', node_type: 'report' }],
  },
]
const never = () => new Promise<never>(() => undefined)
const launchOne = async (desk: TestDesk) =>
  (await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])).runs[0]!.run_id
const keyed = (events: readonly RunEvent[], type: string) =>
  events.filter((event) => event.type === type).map((event) => (event as { key?: string }).key!)

/** A turn of three calls, two of them at the same time, and what of it was really done. */
function createTurn(done: string[], hold: () => boolean = () => false) {
  const call = (answer: string) => async (part: StepContext) => {
    done.push(answer)
    part.append(`${answer}. `, 'bull_report')
    part.log('INFO', `said ${answer}`)
    part.usage({ calls: 1, input_tokens: 10, output_tokens: 5, cost_usd: 0.25 })
    if (answer === 'last' && hold()) await never()
    return answer
  }
  return createScriptedWorkflow({
    plan: PLAN,
    execute: (ctx) =>
      ctx.step(
        'bull',
        async (step) => {
          done.push('turn')
          const first = await Promise.all([
            step.part('ask', { question: 1 }, call('one')),
            step.part('ask', { question: 2 }, call('two')),
          ])
          const last = await step.part('check', { of: first }, call('last'))
          return [...first, last]
        },
        { node: 'bull' },
      ),
  })
}

describe('a part of a step', () => {
  test('is a step of its own under the key of its step, and speaks and pays for the node of its step', async () => {
    const desk = await createTestDesk([createTurn([])])
    const runId = await launchOne(desk)
    const state = await desk.ended(runId)
    expect(state.output).toEqual({ result: ['one', 'two', 'last'] })
    const keys = Object.keys(state.steps)
    expect(keys).toHaveLength(4)
    for (const key of keys.slice(1)) expect(key).toMatch(/^bull\/(ask|check):[0-9a-f]{8}$/)
    expect(state.content.bull_report!.text).toBe('one. two. last. ')
    expect(state.log.entries.map((entry) => [entry.agent_id, entry.source])).toEqual(
      Array.from({ length: 3 }, () => ['bull', 'bull']),
    )
    const used = { calls: 3, input_tokens: 30, output_tokens: 15, cost_usd: 0.75 }
    expect(state.usage_by_node).toEqual({ bull: used })
    expect(state.usage).toEqual(used)
  })

  test('neither counts to the steps of the node nor moves it', async () => {
    const gate = createGate()
    const desk = await createTestDesk([
      createScriptedWorkflow({
        plan: PLAN,
        execute: (ctx) =>
          ctx.step(
            'bull',
            async (step) => {
              await step.part('ask', 1, async () => 1)
              await step.part('ask', 2, () => Promise.reject(new Error('no answer'))).catch(() => undefined)
              await gate.opened
            },
            { node: 'bull' },
          ),
      }),
    ])
    const runId = await launchOne(desk)
    const during = await desk.until(runId, (s) => Object.values(s.steps).some((x) => x.status === 'failed'))
    expect(during.nodes.bull).toMatchObject({ status: 'in_progress', steps_done: 0 })
    gate.open()
    expect((await desk.ended(runId)).nodes.bull).toMatchObject({ status: 'completed', steps_done: 1 })
  })

  test('gives equal parts at the same time keys of their own, the same on every attempt', async () => {
    let hold = true
    const answers: string[][] = []
    const desk = await createTestDesk([
      createScriptedWorkflow({
        execute: (ctx) =>
          ctx.step('vote', async (step) => {
            const slow = [3, 1, 2]
            const said = await Promise.all(
              slow.map((ms, i) =>
                step.part('ask', 'the same', async (part) => {
                  await settle(ms)
                  return `${i} ${part.key.split(':').slice(2).join()}`
                }),
              ),
            )
            answers.push(said)
            if (hold) await never()
          }),
      }),
    ])
    const runId = await launchOne(desk)
    await desk.until(runId, (s) => keysCompleted(s.steps) === 3)
    await settle()
    hold = false
    await (await desk.crashAndRestart()).ended(runId)
    expect(answers).toEqual([
      ['0 ', '1 2', '2 3'],
      ['0 ', '1 2', '2 3'],
    ])
  })

  test('runs beside the other parts of its step', async () => {
    let together = 0
    let most = 0
    const desk = await createTestDesk([
      createScriptedWorkflow({
        execute: (ctx) =>
          ctx.step('turn', (step) =>
            Promise.all(
              [1, 2, 3].map((n) =>
                step.part('ask', n, async () => {
                  most = Math.max(most, ++together)
                  await settle(2)
                  together--
                }),
              ),
            ),
          ),
      }),
    ])
    await desk.ended(await launchOne(desk))
    expect(most).toBe(3)
  })

  test('says its words after those that its step had said before it, and before those that follow', async () => {
    const desk = await createTestDesk([
      createScriptedWorkflow({
        plan: PLAN,
        execute: (ctx) =>
          ctx.step(
            'bull',
            async (step) => {
              step.append('First. ', 'bull_report')
              await step.part('ask', 1, async (part) => part.append('Second. ', 'bull_report'))
              step.append('Third.', 'bull_report')
            },
            { node: 'bull' },
          ),
      }),
    ])
    const state = await desk.ended(await launchOne(desk))
    expect(state.content.bull_report!.text).toBe('First. Second. Third.')
  })

  test('has what it used journaled before its end', async () => {
    const desk = await createTestDesk([createTurn([])])
    const runId = await launchOne(desk)
    await desk.ended(runId)
    const events = desk.ports.eventsOf(runId) as (RunEvent & { key?: string })[]
    const used = events.filter((event) => event.type === 'usage_recorded')
    expect(used).toHaveLength(3)
    for (const { key, seq } of used) {
      const end = events.find((event) => event.type === 'step_completed' && event.key === key)
      expect(seq).toBeLessThan(end!.seq)
    }
  })

  test('has what it used journaled at once, also where the step is cut off', async () => {
    const desk = await createTestDesk([createTurn([], () => true)])
    const runId = await launchOne(desk)
    await desk.until(runId, (s) => s.usage.calls === 3)
    await desk.manager.cancel(runId)
    expect((await desk.manager.state(runId)).usage.cost_usd).toBe(0.75)
  })
})

describe('a step cut off between its parts', () => {
  test('gets the completed ones from the journal with their text, and takes back that of a torn one', async () => {
    const done: string[] = []
    let hold = true
    const desk = await createTestDesk([createTurn(done, () => hold)])
    const runId = await launchOne(desk)
    await desk.until(runId, (s) => s.usage.calls === 3)
    await desk.clock.advance(250)
    const torn = await desk.manager.state(runId)
    expect(torn.content.bull_report!.text).toBe('one. two. last. ')
    hold = false
    const restarted = await desk.crashAndRestart()
    const state = await restarted.ended(runId)
    expect(done).toEqual(['turn', 'one', 'two', 'last', 'turn', 'last'])
    expect(state.output).toEqual({ result: ['one', 'two', 'last'] })
    expect(state.content.bull_report!.text).toBe('one. two. last. ')
    expect(state.log.entries.map((entry) => entry.message)).toEqual(['said one', 'said two', 'said last'])
    expect(state.usage.calls).toBe(4)
  })

  test('wherever the process dies, runs no part again whose end is journaled, and comes to the same', async () => {
    const desk = await createTestDesk([createTurn([])])
    const runId = await launchOne(desk)
    const whole = await desk.ended(runId)
    const events = desk.ports.eventsOf(runId)
    for (let count = 1; count < events.length; count++) {
      const done: string[] = []
      const ports = desk.ports.asAfter(runId, count)
      const known = keyed(events.slice(0, count), 'step_completed')
      const resumed = await createTestDesk([createTurn(done)], { ports })
      const state = await resumed.ended(runId)
      expect(state.output).toEqual(whole.output)
      expect(state.content.bull_report!.text).toBe('one. two. last. ')
      const partsKnown = known.filter((key) => key !== 'bull').length
      expect(done.filter((what) => what !== 'turn')).toHaveLength(known.includes('bull') ? 0 : 3 - partsKnown)
      const completed = keyed(ports.eventsOf(runId), 'step_completed')
      expect(new Set(completed).size).toBe(completed.length)
    }
  })
})

function keysCompleted(steps: Record<string, { status: string }>): number {
  return Object.values(steps).filter((step) => step.status === 'completed').length
}
