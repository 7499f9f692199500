import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { RunContext } from '../../src/runs/workflow.ts'
import { wholePercent } from '../../src/runs/whole-percent.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { toldOf } from '../support/told-progress.ts'

async function run(execute: (ctx: RunContext) => Promise<unknown>) {
  const desk = await createTestDesk([createScriptedWorkflow({ execute })])
  const { runs } = await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
  const runId = runs[0]!.run_id
  await desk.ended(runId)
  return toldOf(desk, runId)
}

test('a share is told once, and at the end of all that counts what is still done is told in words', async () => {
  const told = await run(async (ctx) => {
    ctx.progress(0.5, 'Run 1/2')
    ctx.progress(0.5, 'Run 1/2 again')
    ctx.progress(1, 'Run 2/2')
    for (const done of [1, 1, 2]) ctx.progress(1, `Judging ${done}/2`)
    ctx.progress(0.7, 'back')
    return ctx.step('end', async () => 1)
  })
  expect(told).toEqual([
    [0.5, 'Run 1/2'],
    [1, 'Run 2/2'],
    [1, 'Judging 1/2'],
    [1, 'Judging 2/2'],
  ])
})

test('so many of a hundred are as many percent', () => {
  const percents = Array.from({ length: 101 }, (_, i) => wholePercent(i / 100))
  expect(percents).toEqual(Array.from({ length: 101 }, (_, i) => i))
  expect(wholePercent(0.9999)).toBe(99)
})

test('many steps side by side are no leak', async () => {
  const warnings: Error[] = []
  const note = (warning: Error) => void warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  await run((ctx) => {
    const steps = Array.from({ length: 20 }, (_, i) =>
      ctx.step(`step-${i}`, async (step) => {
        step.signal.addEventListener('abort', () => undefined)
        await nextTurn()
      }),
    )
    return Promise.all(steps)
  })
  await nextTurn()
  expect(warnings).toEqual([])
})
