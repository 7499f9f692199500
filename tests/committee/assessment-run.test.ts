/** Assessments under the run manager itself: what becomes of nodes and runs where a source or an answer fails. */
import { describe, expect, it } from 'vitest'
import type { Decision } from '../../src/committee/decision.ts'
import { UnreadableAnswerError } from '../../src/committee/reasoner.ts'
import { rulesReasoners } from '../../src/committee/rules/index.ts'
import { ModelError } from '../../src/llm/model-call.ts'
import { NO_SOURCES } from '../../src/market/sources.ts'
import type { RunState } from '../../src/runs/state.ts'
import { createSampleAssessment } from '../support/assessments.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { change, createScriptedSentiment } from '../support/scripted-sources.ts'

const INPUT = { ticker: 'AAPL', as_of: '2012-06-29' }
const brokenSources = { ...NO_SOURCES, sentiment: createScriptedSentiment(new Error('answered 503')) }
const soundSources = {
  ...NO_SOURCES,
  sentiment: createScriptedSentiment([change('analyst', '2012-06-20', 'upgrade')]),
}

const traderWith = (error: Error) => () => ({
  ...rulesReasoners,
  trader: { reason: () => Promise.reject(error) },
})

async function runTo(workflow: ReturnType<typeof createSampleAssessment>) {
  const desk = await createTestDesk([workflow])
  const launched = await desk.manager.launch([{ kind: 'assessment', input: INPUT }])
  const runId = launched.runs[0]!.run_id
  return { desk, runId, state: await desk.ended(runId) }
}

function strip(state: RunState): unknown {
  const { provenance, ...rest } = state.decision as Decision
  return { ...rest, provenance: { ...provenance, journal_hash: '' } }
}

describe('an assessment under the manager', () => {
  it('completes with the analyst in error whose source failed, wherever the process dies on the way', async () => {
    const { desk, runId, state } = await runTo(createSampleAssessment({ sources: brokenSources }))
    expect(state.status).toBe('completed')
    expect(state.nodes.sentiment).toMatchObject({ status: 'error', reason: expect.stringContaining('503') })
    expect(state.decision).toMatchObject({ action: 'BUY' })
    const events = desk.ports.eventsOf(runId)
    const failed = events.findIndex((event) => event.type === 'step_failed' && event.key === 'sentiment')
    for (let left = failed + 1; left < events.length - 2; left += 19) {
      const workflow = createSampleAssessment({ sources: soundSources })
      const next = await createTestDesk([workflow], { ports: desk.ports.asAfter(runId, left) })
      const resumed = await next.ended(runId)
      expect(resumed.status, `after ${left}`).toBe('completed')
      expect(strip(resumed), `after ${left}`).toEqual(strip(state))
    }
  })

  it('completes with REVIEW where an answer cannot be used, wherever the process dies on the way', async () => {
    const unreadable = traderWith(new UnreadableAnswerError('trader', 'a stop above the entry'))
    const { desk, runId, state } = await runTo(createSampleAssessment({ reasonersFor: unreadable }))
    expect(state.status).toBe('completed')
    expect(state.decision).toMatchObject({ action: 'REVIEW', confidence: 0 })
    expect(state.nodes.trader).toMatchObject({
      status: 'error',
      reason: expect.stringContaining('a stop above'),
    })
    for (const id of ['aggressive', 'conservative', 'neutral', 'portfolio_manager'])
      expect(state.nodes[id]).toMatchObject({ status: 'skipped', reason: expect.stringContaining('trader') })
    expect(state.nodes.research_manager).toMatchObject({ status: 'completed' })
    const events = desk.ports.eventsOf(runId)
    const failed = events.findIndex((event) => event.type === 'step_failed' && event.key === 'trader')
    for (let left = failed + 1; left < events.length - 1; left += 3) {
      const next = await createTestDesk([createSampleAssessment()], {
        ports: desk.ports.asAfter(runId, left),
      })
      expect(strip(await next.ended(runId)), `after ${left}`).toEqual(strip(state))
    }
  })

  it('ends in error, and in no verdict, where a model cannot be asked', async () => {
    const { state } = await runTo(
      createSampleAssessment({ reasonersFor: traderWith(new ModelError('made:x has a bad key')) }),
    )
    expect(state).toMatchObject({ status: 'error', error: 'made:x has a bad key', decision: null })
  })
})
