/**
 * An assessment whose model takes a second for each answer: what it takes beside its critical path, the calls that must
 * wait for each other. The sum of all its calls, as one after the other would take, is printed with it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createCommitteeScript } from '../support/scripted-committee.ts'
import { createOpenAiServer } from '../support/scripted-models/openai-server.ts'
import type { RecordedCall } from '../support/scripted-models/model-server.ts'
import type { BenchContext } from './context.ts'
import type { Measurement, Outcome } from './harness.ts'
import { launch, listStatuses } from './launch.ts'
import { startProduct } from './product-server.ts'

const ANSWER_MS = 1_000
/** Asked of each manager side by side. */
const REPEATS = 3
const SOME_RUNS = 100
/**
 * Calls that wait for each other: the market analyst looks and answers, bull, bear, research manager, trader, the risk
 * voices side by side, the portfolio manager.
 */
const CRITICAL_CALLS = 8
const GOAL = 1.1
const LOOK_EVERY_MS = 50

export const criticalPath: Measurement<BenchContext> = {
  name: 'critical-path',
  async run({ place }): Promise<Outcome> {
    const models = await createOpenAiServer(createCommitteeScript({ delayMs: ANSWER_MS }))
    const server = await startProduct(await place(SOME_RUNS), {
      OPENAI_API_KEY: 'sk-scripted-0123456789',
      OPENAI_BASE_URL: models.baseUrl,
      LLM_DEEP_MODEL: 'openai:scripted',
    })
    try {
      const { batchId } = await launch(server.origin, 'AAPL', '2012-06-29', { repeats: String(REPEATS) })
      let executionMs: number | null = null
      while (executionMs === null) {
        await sleep(LOOK_EVERY_MS)
        const [run] = await listStatuses(server.origin, batchId)
        if (run?.ended_at) executionMs = run.execution_ms
      }
      const { block } = await server.process.report()
      return { readings: [describe(executionMs, models.calls)], block: { ...block, during: 'asking models' } }
    } finally {
      await server.end()
      await models.close()
    }
  },
}

function describe(executionMs: number, calls: readonly RecordedCall[]) {
  const sequentialMs = calls.reduce(
    (sum, { startedAt, endedAt }) => sum + (endedAt ?? startedAt) - startedAt,
    0,
  )
  const criticalMs = CRITICAL_CALLS * ANSWER_MS
  return {
    what: 'an assessment with models that take 1 s, against its critical path',
    value: executionMs / criticalMs,
    goal: GOAL,
    unit: '×' as const,
    basis: `${(executionMs / 1_000).toFixed(2)} s; critical path ${CRITICAL_CALLS} calls, ${(criticalMs / 1_000).toFixed(1)} s; all ${calls.length} calls one after the other ${(sequentialMs / 1_000).toFixed(1)} s`,
  }
}
