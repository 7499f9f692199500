/**
 * What may happen in a run, as small steps that can be told in any order: text that grows or is rewritten, log lines, tools,
 * steps that are tried again, pauses, and an end. Each is a few events of a scripted desk.
 */
import fc from 'fast-check'
import type { PlanNode } from '../../src/runs/workflow.ts'
import { isTerminal } from '../../src/runs/status.ts'
import type { ScriptedDesk } from './scripted-desk.ts'

const AGENTS = ['market', 'news', 'bull']

export const STORY_PLAN: PlanNode[] = [
  {
    id: 'phase_analysts',
    label: 'Analysts',
    node_type: 'phase',
    children: AGENTS.map((id) => ({
      id,
      label: `Agent ${id}`,
      node_type: 'agent' as const,
      steps: 3,
      children: [
        { id: `${id}_report`, label: 'Report', node_type: 'report' as const },
        { id: `${id}_messages`, label: 'Messages', node_type: 'messages' as const },
      ],
    })),
  },
]

const agent = fc.constantFrom(...AGENTS)
const text = fc.string({ unit: 'grapheme', maxLength: 12 })

export const moment = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('append' as const), agent, text }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('replace' as const), agent, text }) },
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('log' as const), agent, count: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('begin' as const), agent }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('complete' as const), agent }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('fail' as const), agent, text }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('tool' as const), agent }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('progress' as const), text }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('pause' as const) }) },
)
export type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never

export const ending = fc.constantFrom('completed' as const, 'error' as const, 'canceled' as const, null)

/** Tells moments to a run; what is not possible as it stands becomes the nearest thing that is. */
export function createStory(desk: ScriptedDesk, runId: string) {
  const attempts = new Map<string, number>()
  const open = new Set<string>()
  let tools = 0
  let reported = 0

  function begin(agent: string): void {
    const attempt = (attempts.get(agent) ?? 0) + 1
    attempts.set(agent, attempt)
    open.add(agent)
    desk.emit(runId, { type: 'step_started', key: agent, input_hash: '', attempt, node_id: agent })
  }

  async function awake(): Promise<void> {
    if ((await desk.state(runId)).status === 'paused') await desk.resume(runId)
  }

  return {
    async tell(moment: Moment): Promise<void> {
      await awake()
      switch (moment.what) {
        case 'append':
        case 'replace':
          return void desk.emit(runId, {
            type: moment.what === 'append' ? 'content_appended' : 'content_replaced',
            key: moment.agent,
            node_id: `${moment.agent}_report`,
            text: moment.text,
          })
        case 'log':
          for (let i = 0; i < moment.count; i++) desk.log(runId, `line ${i}`, moment.agent)
          return
        case 'begin':
          return begin(moment.agent)
        case 'complete':
        case 'fail':
          if (!open.delete(moment.agent)) return begin(moment.agent)
          return void desk.emit(
            runId,
            moment.what === 'complete'
              ? { type: 'step_completed', key: moment.agent, result: null }
              : { type: 'step_failed', key: moment.agent, error: moment.text },
          )
        case 'tool': {
          const node_id = `${moment.agent}_tool_${++tools}`
          desk.emit(runId, {
            type: 'node_updated',
            node_id,
            parent_id: moment.agent,
            label: `tool ${tools}`,
            node_type: 'tool',
            status: 'in_progress',
          })
          if (tools % 2) desk.emit(runId, { type: 'node_updated', node_id, status: 'completed' })
          return
        }
        case 'progress':
          return void desk.emit(runId, {
            type: 'run_progress',
            fraction: Math.min(1, ++reported / 20),
            message: moment.text,
          })
        case 'pause':
          return void (await desk.pause(runId))
      }
    },
    async end(status: 'completed' | 'error' | 'canceled' | null): Promise<void> {
      if (status === null || isTerminal((await desk.state(runId)).status)) return
      await awake()
      if (status === 'canceled') return void desk.emit(runId, { type: 'run_canceled', reason: 'asked' })
      if (status === 'error') return void desk.emit(runId, { type: 'run_failed', error: 'it broke' })
      const decision = { action: 'BUY', confidence: 0.6, markdown: '**Buy** it' }
      desk.emit(runId, { type: 'decision_ready', decision })
      desk.complete(runId)
    },
  }
}
