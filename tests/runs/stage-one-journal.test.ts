/** Journals of the first version, kept as they were written then: they fold, go on and are run again. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { decodeLine } from '../../src/core/ndjson.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import { foldAll } from '../../src/runs/fold.ts'
import { summarize } from '../../src/runs/summarize.ts'
import { createMemoryPorts, type MemoryPorts } from '../support/memory-ports.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const OPTIONS = { logLines: 250 }

function readOld(name: string): RunEvent[] {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const decoded = decodeLine(line)
      if (!decoded.ok) throw new Error(decoded.reason)
      return decoded.value as unknown as RunEvent
    })
}

/** The workflow by which they were written; `ran` names the bodies that run now. */
function createWorkflow(ran: string[]) {
  return createScriptedWorkflow({
    plan: [
      {
        ...{ id: 'market', label: 'Market', node_type: 'agent', steps: 2 },
        children: [{ id: 'market_report', label: 'Report', node_type: 'report' }],
      },
    ],
    async execute(ctx) {
      const close = await ctx.step(
        'market',
        async (step) => {
          ran.push('market')
          return step.tool('last_close', { ticker: 'AAPL' }, async () => 584)
        },
        { node: 'market' },
      )
      const run = async () => {
        ran.push('verdict')
        return close * 2
      }
      const doubled = await ctx.step('verdict', run, { node: 'market', input: { close } })
      await ctx.decide(({ usage }) => ({ action: 'BUY', confidence: 0.6, usage }))
      return doubled
    },
  })
}

function portsOf(events: readonly RunEvent[]): { ports: MemoryPorts; runId: string } {
  const runId = (events[0] as unknown as { run_id: string }).run_id
  const all = createMemoryPorts()
  all.stored.set(runId, { segments: [[...events]] })
  return { ports: all.asAfter(runId, events.length), runId }
}

const NO_NEWS = { budget: { usd: null, tokens: null }, paused_because: null, reuse: null }

test('a whole one folds to a state with all that is known today', () => {
  const workflow = createWorkflow([])
  const state = foldAll(workflow, readOld('stage-one-journal.ndjson'), OPTIONS)!
  expect(state).toMatchObject({ ...NO_NEWS, status: 'completed', output: { result: 1168 } })
  const used = { calls: 1, input_tokens: 100, output_tokens: 20, cost_usd: 0.02 }
  expect(state.usage_by_node).toEqual({ market: used })
  expect(state.steps.market!.reused_from).toBeNull()
  expect(summarize(workflow, state)).toMatchObject({ usage: used, shape: null, overall_progress: 100 })
})

test('one that begins with a checkpoint does too', () => {
  const events = readOld('stage-one-checkpoint.ndjson')
  const state = foldAll(createWorkflow([]), events, OPTIONS)!
  expect(state).toMatchObject({ ...NO_NEWS, status: 'in_progress', usage_by_node: {}, usage: { calls: 1 } })
  expect(state.content.market_report!.text).toBe('## Market\nIt closed at 584.')
})

test('one that was cut off goes on', async () => {
  const ran: string[] = []
  const { ports, runId } = portsOf(readOld('stage-one-journal.ndjson').slice(0, 11))
  const desk = await createTestDesk([createWorkflow(ran)], { ports })
  const state = await desk.ended(runId)
  expect(state).toMatchObject({ ...NO_NEWS, status: 'completed', output: { result: 1168 } })
  expect(state.decision).toMatchObject({ usage: { calls: 1, cost_usd: 0.02 } })
  expect(ran).toEqual(['verdict'])
})

test('one that ended is run again from a step on, with the tool calls of the steps before', async () => {
  const ran: string[] = []
  const { ports, runId } = portsOf(readOld('stage-one-journal.ndjson'))
  const desk = await createTestDesk([createWorkflow(ran)], { ports })
  const rerun = await desk.manager.rerun(runId, 'verdict')
  expect(rerun).toMatchObject({ reused_steps: 2, saved_usd: 0.02 })
  const state = await desk.ended(rerun.run_id)
  expect(state.output).toEqual({ result: 1168 })
  expect(ran).toEqual(['verdict'])
  expect(state.nodes.market_tool_1).toMatchObject({ status: 'completed', parent_id: 'market' })
  expect(state.content.market_report!.text).toBe('## Market\nIt closed at 584.')
})
