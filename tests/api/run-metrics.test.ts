import { expect, test } from 'vitest'
import { z } from 'zod'
import type { PlanNode } from '../../src/runs/workflow.ts'
import { createWebDesk } from '../support/web-desk.ts'

const spread = {
  n: z.int().min(0),
  average_ms: z.number().nullable(),
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
}
const counts = z.strictObject({
  pending: z.int(),
  in_progress: z.int(),
  paused: z.int(),
  completed: z.int(),
  error: z.int(),
  canceled: z.int(),
})
const shape = z.strictObject({
  runs: z.strictObject({ total: z.int(), by_status: counts, by_kind: z.record(z.string(), counts) }),
  duration: z.strictObject(spread),
  duration_by_status: z.strictObject({
    completed: z.strictObject(spread),
    error: z.strictObject(spread),
    canceled: z.strictObject(spread),
  }),
  phases: z.array(z.strictObject({ kind: z.string(), id: z.string(), label: z.string(), ...spread })),
})

const NOTHING = { n: 0, average_ms: null, p50_ms: null, p95_ms: null }
const agent = (id: string): PlanNode => ({ id, label: id, node_type: 'agent' })
const PLAN: PlanNode[] = [
  { id: 'phase_risk', label: 'Risk', node_type: 'phase', children: [agent('neutral')] },
  { id: 'phase_own', label: 'Own', node_type: 'phase', children: [agent('own')] },
]

async function createMeasuredDesk() {
  const web = await createWebDesk({ plan: PLAN, phases: { phase_data: 'Data', phase_risk: 'Risk' } })
  const work = (runId: string, node: string) => {
    web.desk.emit(runId, { type: 'step_started', key: node, input_hash: '', attempt: 1, node_id: node })
    web.desk.emit(runId, { type: 'step_completed', key: node, result: null })
  }
  const ask = async () => {
    const response = await web.request('/metrics/runs')
    expect(response.status).toBe(200)
    return shape.parse(await response.json())
  }
  return { ...web, work, ask }
}

test('a desk without runs has counts of none', async () => {
  const { ask } = await createMeasuredDesk()
  const { runs, duration, phases } = await ask()
  expect(runs).toMatchObject({ total: 0, by_status: { completed: 0 }, by_kind: {} })
  expect([duration, phases]).toEqual([NOTHING, []])
})

test('counts, durations and phases follow every change of a run', async () => {
  const { desk, work, ask } = await createMeasuredDesk()
  const first = desk.add()
  work(first, 'own')
  work(first, 'neutral')
  expect(await ask()).toMatchObject({
    runs: { by_status: { in_progress: 1 } },
    duration: NOTHING,
    phases: [],
  })
  desk.complete(first)
  const completed = await ask()
  expect(completed.runs).toMatchObject({
    total: 1,
    by_kind: { assessment: { completed: 1, in_progress: 0 } },
  })
  // The scripted clock moves on by a millisecond with each event.
  expect(completed.duration).toEqual({ n: 1, average_ms: 5, p50_ms: 5, p95_ms: 5 })
  // A phase that its kind does not name is counted nowhere.
  expect(completed.phases).toEqual([
    { kind: 'assessment', id: 'phase_risk', label: 'Risk', n: 1, average_ms: 1, p50_ms: 1, p95_ms: 1 },
  ])

  const second = desk.add()
  desk.emit(second, { type: 'step_started', key: 'n', input_hash: '', attempt: 1, node_id: 'neutral' })
  for (let line = 0; line < 3; line += 1) desk.log(second, 'working')
  desk.emit(second, { type: 'run_failed', error: 'no bars' })
  const failed = await ask()
  expect(failed.phases[0]).toMatchObject({ id: 'phase_risk', n: 2, average_ms: 2.5, p50_ms: 1, p95_ms: 4 })
  expect(failed.duration_by_status).toMatchObject({ completed: { n: 1 }, error: { n: 1 }, canceled: NOTHING })
})

test('a run that was canceled before it began counts, but took no time', async () => {
  const { desk, ask } = await createMeasuredDesk()
  await desk.cancel(desk.add({ started: false }))
  expect(await ask()).toMatchObject({ runs: { by_status: { canceled: 1 } }, duration: NOTHING })
})

test('answers while runs come and go', async () => {
  const { desk, ask } = await createMeasuredDesk()
  const answers = []
  for (let i = 0; i < 20; i += 1) {
    answers.push(ask())
    const runId = desk.add()
    answers.push(ask())
    if (i % 2 === 0) desk.complete(runId)
  }
  for (const { runs } of await Promise.all(answers)) {
    expect(Object.values(runs.by_status).reduce((a, b) => a + b, 0)).toBe(runs.total)
  }
  expect((await ask()).runs).toMatchObject({ total: 20, by_status: { completed: 10, in_progress: 10 } })
})
