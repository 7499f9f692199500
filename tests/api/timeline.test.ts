import { expect, test } from 'vitest'
import { createWebDesk } from '../support/web-desk.ts'

test('where the time of a run went is told by kind, by agent and as its critical path', async () => {
  const { desk, request } = await createWebDesk()
  const runId = desk.add({ started: false })
  const from = Date.parse((await desk.state(runId)).created_at)
  const at = (seconds: number) => new Date(from + seconds * 1_000).toISOString()
  const tool = { parent_id: 'market', label: 'bars', node_type: 'tool' as const }
  const step = { input_hash: '', attempt: 1, node_id: 'market', within: null }
  desk.emit(runId, { at: at(1), type: 'run_started' })
  desk.emit(runId, {
    at: at(2),
    type: 'node_updated',
    node_id: 'market',
    label: 'Market',
    node_type: 'agent',
  })
  desk.emit(runId, { at: at(2), type: 'step_started', key: 'market', ...step })
  const detail = { key: 'market/bars', args: { ticker: 'AAPL' } }
  desk.emit(runId, { at: at(2), type: 'node_updated', node_id: 'market_tool_1', ...tool, detail })
  const inner = { ...step, node_id: 'market_tool_1', within: 'market' }
  desk.emit(runId, { at: at(2), type: 'step_started', key: 'market/bars', ...inner })
  const wait = { key: 'market/bars', node_id: 'market_tool_1', wait: 1, tier: 'data', since: at(3) }
  desk.emit(runId, { at: at(5), type: 'step_waited', ...wait, for: 'permit', ms: 2_000 })
  desk.emit(runId, { at: at(6), type: 'step_completed', key: 'market/bars', result: [1, 2] })
  desk.emit(runId, { at: at(8), type: 'step_completed', key: 'market', result: null })
  desk.emit(runId, { at: at(9), type: 'run_completed', result: null })

  const body = (await (await request(`/runs/${runId}/timeline`)).json()) as Record<string, unknown>
  expect(body).toMatchObject({
    ...{ run_id: runId, from: at(0), to: at(9), has_ended: true },
    shares: { queue: 1_000, permit: 2_000, back_off: 0, run: 6_000, paused: 0, down: 0 },
    moments: [{ what: 'created' }, { what: 'started' }, { what: 'completed', at: at(9) }],
    critical_path: { ms: 6_000, waited_ms: 2_000, turns: [{ key: 'market', from: at(2), to: at(8) }] },
    phases: [],
  })
  expect(body.rows).toMatchObject([
    {
      node_id: 'market',
      segments: [
        { from: at(2), to: at(3), kind: 'run', critical: true },
        { from: at(3), to: at(5), kind: 'permit', critical: true },
        { from: at(5), to: at(8), kind: 'run', critical: true },
      ],
    },
    { node_id: 'market_tool_1', parent_id: 'market', spent: { permit: 2_000, run: 2_000 } },
  ])
  const state = (await (await request(`/runs/${runId}`)).json()) as Record<string, unknown>
  expect(state.detail_by_node).toEqual({ market_tool_1: { ...detail, result_bytes: 5 } })
})

test('of a run there is not there is none', async () => {
  const { request } = await createWebDesk()
  expect((await request('/runs/AAPL--2026-11-20_10.00.00--ffffff/timeline')).status).toBe(404)
})
