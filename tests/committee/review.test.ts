/** A role without a usable answer: the verdict goes to a person, with the reason and all that was found. */
import { describe, expect, it } from 'vitest'
import { renderMarkdown } from '../../src/core/markdown.ts'
import type { ModelRole } from '../../src/committee/assessment-input.ts'
import { decisionSchema, type Decision } from '../../src/committee/decision.ts'
import { UnreadableAnswerError, type CommitteeReasoners } from '../../src/committee/reasoner.ts'
import { rulesReasoners } from '../../src/committee/rules/index.ts'
import { ModelError } from '../../src/llm/model-call.ts'
import { assess, createSampleAssessment } from '../support/assessments.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { createRunRecord, executeOver, StoppedError } from '../support/run-context.ts'

const REQUEST = { ticker: 'AAPL', as_of: '2012-06-29', rounds: 2 }
const PROBLEM = 'the rating <b>contradicts</b> the action'

function failing(role: ModelRole, error: Error, fromRound = 1): CommitteeReasoners {
  const reason = (brief: { round?: number }, aid: never) =>
    (brief.round ?? 1) < fromRound
      ? (rulesReasoners[role] as { reason(brief: never, aid: never): unknown }).reason(brief as never, aid)
      : Promise.reject(error)
  return { ...rulesReasoners, [role]: { reason } }
}

const workflowOf = (reasoners: CommitteeReasoners) =>
  createSampleAssessment({ reasonersFor: () => reasoners })
const unreadable = (role: ModelRole, fromRound?: number) =>
  workflowOf(failing(role, new UnreadableAnswerError(role, PROBLEM), fromRound))

const LATER = [
  'bull',
  'bear',
  'research_manager',
  'trader',
  'aggressive',
  'conservative',
  'neutral',
  'portfolio_manager',
]
const LEFT_OUT: [ModelRole, string[]][] = [
  ['market', LATER],
  ['bull', LATER.slice(1)],
  // In the second round nobody answers it.
  ['bear', ['bull', ...LATER.slice(2)]],
  ['research_manager', LATER.slice(3)],
  ['trader', LATER.slice(4)],
  ['conservative', ['portfolio_manager']],
  ['portfolio_manager', []],
]

describe('an answer that cannot be used', () => {
  it.each(LEFT_OUT)(
    'of %s sends the verdict to a person and leaves out those who follow',
    async (role, left) => {
      const { decision, record } = await assess(unreadable(role), REQUEST)
      expect(decision).toMatchObject({
        ...{ action: 'REVIEW', rating: null, confidence: 0, time_horizon_days: 0, unverified: [] },
        position: { method: 'none', shares: 0 },
        risk_metrics: { entry: null, atr: expect.any(Number), var_95_pct: expect.any(Number) },
      })
      expect(decision.summary).toContain('gave no answer that can be used')
      expect(decision.summary).toContain('contradicts')
      expect(renderMarkdown(decision.markdown)).not.toContain('<b>')
      expect(decision.raw_text).toContain(PROBLEM)
      const skipped = [...record.skipped.values()].filter(({ node }) => LATER.includes(node!))
      expect([...new Set(skipped.map(({ node }) => node))]).toEqual(left)
      for (const { reason } of skipped)
        expect(reason).toMatch(/gave no usable answer, so a person has to decide$/)
      expect(record.events).toContainEqual(
        expect.objectContaining({ type: 'step_failed', error: `no usable answer: ${PROBLEM}` }),
      )
      expect(decision.evidence.map(({ label }) => label)).toContain('Last close')
    },
  )

  it.each([
    ['bull', ['bear:2', 'bear:3']],
    ['bear', ['bull:3']],
  ] as const)(
    'of the %s in a later round keeps what was said before and leaves out the rounds that are left',
    async (role, left) => {
      const { decision, record } = await assess(unreadable(role, 2), { ...REQUEST, rounds: 3 })
      expect([...record.skipped].flatMap(([key, { node }]) => (LATER.includes(node!) ? [key] : []))).toEqual([
        ...left,
        ...LATER.slice(2),
      ])
      expect(decision.raw_text).toContain('Bear researcher:')
    },
  )

  it('in a later round leaves no role that looks as if it had said all it had to say', async () => {
    const desk = await createTestDesk([unreadable('bull', 2)])
    const { runs } = await desk.manager.launch([{ kind: 'assessment', input: REQUEST }])
    const { nodes } = await desk.ended(runs[0]!.run_id)
    expect(nodes.bull).toMatchObject({ status: 'error' })
    expect(nodes.bear).toMatchObject({
      ...{ status: 'skipped', steps_done: 1 },
      reason: expect.stringContaining('the bull researcher gave no usable answer'),
    })
  })

  it('ends the same when the process stops anywhere and begins again', async () => {
    for (const role of ['market', 'trader', 'neutral'] as const) {
      const whole = await assess(unreadable(role), REQUEST)
      const strip = ({ provenance, ...rest }: Decision) => ({
        ...rest,
        provenance: { ...provenance, journal_hash: '' },
      })
      for (let stop = 1; stop < whole.record.results.size; stop += 5) {
        const record = createRunRecord('AAPL', REQUEST.as_of)
        await executeOver(unreadable(role), whole.input, record, { stopAfterSteps: stop }).catch(
          (error: unknown) => expect(error).toBeInstanceOf(StoppedError),
        )
        await executeOver(unreadable(role), whole.input, record)
        expect(strip(decisionSchema.parse(record.decision)), `${role} ${stop}`).toEqual(strip(whole.decision))
      }
    }
  })

  it('of an analyst still lets the others be heard to their end', async () => {
    const { record } = await assess(unreadable('market'), { ...REQUEST, analysts: ['market', 'news'] })
    expect(record.skipped.has('news')).toBe(true)
    expect(record.decision).toMatchObject({ action: 'REVIEW' })
  })
})

describe('a model that cannot be asked', () => {
  it.each(['market', 'bull', 'neutral', 'portfolio_manager'] as const)(
    'as %s ends the run in error',
    async (role) => {
      const workflow = workflowOf(failing(role, new ModelError('made:x has a bad key')))
      await expect(assess(workflow, REQUEST)).rejects.toThrow('made:x has a bad key')
    },
  )
})
