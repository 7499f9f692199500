/** How far a search says it is: the share of its trials, then how far judging them is, within a bound of updates. */
import { expect, test } from 'vitest'
import { createOptimizeWorkflow } from '../../src/lab/optimize.ts'
import { createSearchProgress } from '../../src/lab/search/search-progress.ts'
import type { RunContext } from '../../src/runs/workflow.ts'
import { summarize } from '../../src/runs/summarize.ts'
import { createSampleMeans } from '../support/lab-means.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { stallAt } from '../support/stalled-dispatcher.ts'
import { toldOf } from '../support/told-progress.ts'

const INPUT = { ticker: 'GOOG', start: '2011-01-03', grid: { fast: [2, 11], slow: [20, 29] } }

test('is Run i/n at i/n, from nothing before the first chunk to all of them, and then says how far judging is', async () => {
  const means = createSampleMeans()
  const workflow = createOptimizeWorkflow(means)
  const desk = await createTestDesk([workflow])
  const shown = new Map<string | null, number | null>()
  const etas = new Map<string | null, number | null>()
  desk.manager.feed.subscribe(({ state }) => {
    const { status, progress_message, overall_progress, eta_seconds } = summarize(workflow, state)
    if (status !== 'in_progress') return
    shown.set(progress_message, overall_progress)
    etas.set(progress_message, eta_seconds)
  })
  const runId = (await desk.manager.launch([{ kind: 'optimize', input: INPUT }])).runs[0]!.run_id
  expect((await desk.ended(runId)).status).toBe('completed')
  const told = toldOf(desk, runId)
  const searched = [0, 20, 40, 60, 80, 100].map((run) => [run / 100, `Run ${run}/100`])
  const judged = Array.from({ length: 10 }, (_, i) => [1, `Judging ${i + 1}/10`])
  expect(told).toEqual([...searched, ...judged])
  expect(shown.get('Run 0/100')).toBe(0)
  expect(shown.get('Run 40/100')).toBe(40)
  expect(shown.get('Judging 4/10')).toBe(99)
  expect(etas.get('Run 40/100')).not.toBeNull()
  expect(etas.get('Judging 4/10')).toBeNull()
})

test('goes on after a crash without telling again what was told', async () => {
  const means = createSampleMeans()
  const stalled = stallAt(means.dispatcher, 'validateTrials', 3)
  const desk = await createTestDesk([createOptimizeWorkflow({ ...means, dispatcher: stalled.dispatcher })])
  const runId = (await desk.manager.launch([{ kind: 'optimize', input: INPUT }])).runs[0]!.run_id
  await stalled.reached
  await desk.until(runId, ({ progress }) => progress.message === 'Judging 4/10')
  const before = toldOf(desk, runId)
  const restarted = await desk.crashAndRestart([createOptimizeWorkflow(createSampleMeans())])
  await restarted.ended(runId)
  expect(toldOf(restarted, runId)).toEqual([
    ...before,
    ...[5, 6, 7, 8, 9, 10].map((done) => [1, `Judging ${done}/10`]),
  ])
})

test('is told so often and no more, however many pieces there are', () => {
  const told: [number, string | undefined][] = []
  const ctx = { progress: (fraction, message) => told.push([fraction, message]) } as Pick<
    RunContext,
    'progress'
  >
  const tell = createSearchProgress(ctx, 'Run 0/5000', { searched: 79, judged: 20 })
  for (let run = 1; run <= 5_000; run++) tell.searched(run / 5_000, `Run ${run}/5000`, run > 1_000)
  for (let done = 1; done <= 49; done++) tell.judged(done, 49, true)
  expect(told.length).toBeLessThanOrEqual(100 - 14)
  expect(
    told.slice(1, 65).every(([fraction, message]) => message === `Run ${Math.round(fraction * 5_000)}/5000`),
  )
  expect(told[1]![0]).toBeGreaterThan(0.2)
  expect(told.at(-1)).toEqual([1, 'Judging 49/49'])
})
