/** Budgets and reruns over files: what the desk promises in memory holds across processes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { createRunManager } from '../../src/runs/run-manager.ts'
import type { RunState } from '../../src/runs/state.ts'
import { isTerminal } from '../../src/runs/status.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { TEST_LIMITS } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'
import { createTempDir } from '../support/temp-dir.ts'

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

function createCommittee(sent: string[], facts: { fails: boolean }) {
  return createScriptedWorkflow({
    budget: { usd: 1.5, tokens: null },
    plan: [
      {
        ...{ id: 'bull', label: 'Bull', node_type: 'agent' },
        children: [{ id: 'bull_report', label: 'Report', node_type: 'report' }],
      },
    ],
    execute: (ctx) =>
      ctx.step(
        'bull',
        async (step) => {
          const answers: number[] = []
          for (const n of [1, 2]) {
            const answer = await step.part('ask', { n }, async (part) => {
              const release = await part.reserve({ usd: 1, tokens: 100 })
              sent.push(`ask ${n}`)
              part.append(`Answer ${n}. `, 'bull_report')
              part.log('INFO', `answered ${n}`)
              part.usage({ calls: 1, input_tokens: 5, output_tokens: 5, cost_usd: 0.75 })
              release()
              return 'x'.repeat(70_000)
            })
            answers.push(answer.length)
          }
          if (facts.fails) throw new Error('the last word is missing')
          return answers
        },
        { node: 'bull' },
      ),
  })
}

test('a run paused for its budget, raised in a later process and run again in another keeps what was paid', async () => {
  const dir = await createTempDir('rerun')
  const sent: string[] = []
  const facts = { fails: true }

  /** A process of its own over the same folders. */
  async function openDesk() {
    const storage = await openStorage({
      ...{ dataDir: join(dir, 'data'), resultsDir: join(dir, 'results') },
      ...{ clock: systemClock, log: silent },
    })
    const workflows = [createCommittee(sent, facts)]
    const manager = createRunManager({
      ...storage,
      ...{ workflows, clock: systemClock, limits: TEST_LIMITS, log: silent },
    })
    await manager.start({ recover: true })
    const until = (runId: string, holds: (state: RunState) => boolean) =>
      new Promise<RunState>((resolve, reject) => {
        const look = (state: RunState) => void (holds(state) && resolve(state))
        manager.feed.subscribe(({ state }) => state.run_id === runId && look(state))
        manager.state(runId).then(look, reject)
      })
    const close = async () => {
      await manager.stop(100)
      await storage.close()
    }
    return { manager, until, close }
  }

  const first = await openDesk()
  const { runs } = await first.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
  const runId = runs[0]!.run_id
  await first.until(runId, (state) => state.status === 'paused')
  expect(sent).toEqual(['ask 1'])
  await first.close()

  const second = await openDesk()
  expect(second.manager.summary(runId).progress_message).toMatch(/^budget: /)
  await second.manager.setBudget(runId, { usd: 2 })
  expect((await second.until(runId, (state) => isTerminal(state.status))).status).toBe('error')
  expect(sent).toEqual(['ask 1', 'ask 2'])
  await second.close()

  facts.fails = false
  const third = await openDesk()
  const rerun = await third.manager.rerun(runId)
  expect(rerun).toMatchObject({ reused_steps: 2, saved_usd: 1.5 })
  const state = await third.until(rerun.run_id, (now) => isTerminal(now.status))
  expect(state).toMatchObject({
    status: 'completed',
    output: { result: [70_000, 70_000] },
    budget: { usd: 2, tokens: null },
    usage: { calls: 0, cost_usd: 0 },
  })
  expect(sent).toHaveLength(2)
  await third.close()

  const { ticker } = state
  const stamp = rerun.run_id.split('--')[1]!
  const folders = [stamp, `${stamp}_2`].map((name) => join(dir, 'results', ticker, name))
  const reports = await Promise.all(
    folders.map((folder) => readFile(join(folder, 'reports', 'bull.md'), 'utf8').catch(() => null)),
  )
  expect(reports).toContain('Answer 1. Answer 2. \n')
  const logs = await Promise.all(
    folders.map((folder) => readFile(join(folder, 'artifacts', 'run.log'), 'utf8').catch(() => '')),
  )
  for (const log of logs.filter((text) => text !== '')) {
    expect(log.match(/answered 1/g)).toHaveLength(1)
    expect(log.match(/answered 2/g)).toHaveLength(1)
  }
})
