/** What lists know of a run: its fields, what of them leaves the process, and what earlier versions did not store. */
import { expect, test } from 'vitest'
import { completeSummary, publicSummary } from '../../src/runs/summary.ts'
import { summaryOf } from '../support/run-facts.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

test('a summary leaves the process with the fields of the contract and no others', () => {
  expect(Object.keys(publicSummary(summaryOf())).sort()).toEqual(
    [
      ...['run_id', 'batch_id', 'kind', 'ticker', 'as_of', 'status', 'overall_progress', 'progress_message'],
      ...[
        'eta_seconds',
        'current_stage',
        'created_at',
        'started_at',
        'updated_at',
        'last_event_at',
        'ended_at',
      ],
      ...['execution_ms', 'decision', 'error'],
    ].sort(),
  )
})

test('one that an earlier version stored is completed', () => {
  const whole = summaryOf({
    ...{ shape: 'llm 1x1', usage: { ...summaryOf().usage, calls: 3 }, stats: { entry: 3 }, phases: { a: 5 } },
    files: { state: 'pruned', since: '2026-11-20T10:00:00.000Z', imported_at: null },
  })
  expect(completeSummary(publicSummary(whole))).toEqual(summaryOf())
  expect(completeSummary(whole)).toEqual(whole)
})

test('the index knows the shape that the kind names, and what the run used', async () => {
  const desk = await createTestDesk([
    createScriptedWorkflow({
      summary: (state) => ({
        decision: null,
        shape: `note ${String((state.input as { note?: string }).note)}`,
      }),
      execute: (ctx) =>
        ctx.step('a', async (step) =>
          step.usage({ calls: 2, input_tokens: 7, output_tokens: 3, cost_usd: null }),
        ),
    }),
    createScriptedWorkflow({ kind: 'live', execute: async () => 1 }),
  ])
  const { runs } = await desk.manager.launch([
    { kind: 'assessment', input: { ticker: 'AAPL', note: 'x' } },
    { kind: 'live', input: { ticker: 'AAPL' } },
  ])
  const [assessment, live] = runs.map((run) => run.run_id) as [string, string]
  await Promise.all([desk.ended(assessment), desk.ended(live)])
  expect(desk.ports.index.get(assessment)).toMatchObject({
    shape: 'note x',
    usage: { calls: 2, input_tokens: 7, output_tokens: 3, cost_usd: null },
  })
  expect(desk.ports.index.get(live)).toMatchObject({ shape: null, usage: { calls: 0, cost_usd: 0 } })
})
