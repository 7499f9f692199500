/** A whole assessment by models, from the bars to the decision: who is asked what, and what the decision says of it. */
import { describe, expect, it } from 'vitest'
import { DEEP_ROLES, MODEL_ROLES, type ModelRole } from '../../../src/committee/assessment-input.ts'
import { renderMarkdown } from '../../../src/core/markdown.ts'
import { answerRole } from '../../support/committee-answers.ts'
import { assess, createSampleAssessment } from '../../support/assessments.ts'
import { contentOf, createRunRecord, executeOver, StoppedError, usageOf } from '../../support/run-context.ts'
import {
  createScriptedGateway,
  scriptedFacts,
  type GatewayCall,
  type GatewayReply,
} from '../../support/scripted-gateway.ts'

const REQUEST = { ticker: 'AAPL', as_of: '2012-06-29', analysts: ['market'], rounds: 2, mode: 'llm' }
const ASKED = MODEL_ROLES.filter((role) => !['fundamentals', 'news', 'sentiment'].includes(role))

const questionOf = (call: GatewayCall) => (call.turns[0] as { text: string }).text
const soundReply = (call: GatewayCall): GatewayReply =>
  call.kind === 'gather' ? { calls: [] } : { value: answerRole(call.name as ModelRole, questionOf(call)) }

function createDesk(script: (call: GatewayCall) => GatewayReply = soundReply) {
  const gateway = createScriptedGateway(script)
  const workflow = createSampleAssessment({
    models: {
      ...{ deep: 'made:deep', quick: 'made:quick', budgetUsd: null, budgetTokens: null },
      ...{ gateway, facts: scriptedFacts },
    },
  })
  return { gateway, workflow }
}

describe('a committee of models', () => {
  it('comes to a decision, every role asked of its model, figures and levels checked', async () => {
    const { gateway, workflow } = createDesk()
    const { decision, record } = await assess(workflow, REQUEST)
    expect(decision).toMatchObject({
      ...{ action: 'BUY', rating: 'Buy', unverified: [] },
      provenance: { mode: 'llm', prompt_version: expect.stringMatching(/^llm-2-[0-9a-f]{12}$/) },
    })
    expect(decision.risk_metrics.risk_reward).toBeGreaterThan(1)
    expect(decision.confidence_basis).toContain('The model’s own estimate')
    for (const role of ASKED) {
      const models = new Set(gateway.callsOf(role).map((call) => call.model))
      expect([...models], role).toEqual([DEEP_ROLES.includes(role) ? 'made:deep' : 'made:quick'])
    }
    expect(gateway.callsOf('bull')).toHaveLength(2)
    expect(usageOf(record).calls).toBe(gateway.calls.length)
  })

  it('shows each report whole, once', async () => {
    const { record } = await assess(createDesk().workflow, REQUEST)
    expect(contentOf(record, 'market_report').match(/^# market$/gm)).toHaveLength(1)
    expect(contentOf(record, 'bear_report').match(/^# bear$/gm)).toHaveLength(2)
    expect(contentOf(record, 'portfolio_manager_report')).toContain('# AAPL: BUY')
  })

  it('asks the managers again on the same evidence, and the share that agrees is the confidence', async () => {
    const { gateway, workflow } = createDesk()
    const { decision } = await assess(workflow, { ...REQUEST, repeats: 3 })
    expect(gateway.callsOf('research_manager')).toHaveLength(3)
    expect(gateway.callsOf('portfolio_manager')).toHaveLength(3)
    expect(decision).toMatchObject({ action: 'BUY', confidence: 1, unverified: [] })
    expect(decision.confidence_basis).toContain('All three answers on the same evidence said BUY')
  })

  it('decides the same when the process dies after any part, and asks nothing twice', async () => {
    const whole = createDesk()
    const { decision, input } = await assess(whole.workflow, REQUEST)
    const record = createRunRecord('AAPL', REQUEST.as_of)
    const { gateway, workflow } = createDesk()
    for (let steps = 1; record.decision === null; steps += 3) {
      await executeOver(workflow, input, record, { stopAfterSteps: steps }).catch((error: unknown) => {
        if (!(error instanceof StoppedError)) throw error
      })
    }
    const { journal_hash: _a, ...provenance } = decision.provenance
    expect(record.decision).toMatchObject({
      action: 'BUY',
      summary: decision.summary,
      evidence: decision.evidence,
    })
    expect(record.decision.provenance).toMatchObject(provenance)
    const answered = [...record.results.keys()].filter((key) => /\/(ask|look|repair|correct):/.test(key))
    expect(answered).toHaveLength(whole.gateway.calls.length)
    // A call under way when the process died is asked again; what was journaled is not.
    const keyOf = (call: GatewayCall) => JSON.stringify([call.name, call.system, call.turns])
    expect(new Set(gateway.calls.map(keyOf)).size).toBe(whole.gateway.calls.length)
  })
})

describe('a committee with a model that answers badly', () => {
  it.each(ASKED)('ends in REVIEW, never HOLD, when the %s cannot be read', async (role) => {
    const { gateway, workflow } = createDesk((call) =>
      call.name === role ? { unreadable: 'the answer is no JSON' } : soundReply(call),
    )
    const { decision } = await assess(workflow, REQUEST)
    expect(decision).toMatchObject({ action: 'REVIEW', rating: null, confidence: 0 })
    expect(decision.summary).toContain('the answer is no JSON')
    expect(gateway.callsOf(role)).toHaveLength(2)
  })

  it('ends in REVIEW when the model refuses', async () => {
    const { workflow } = createDesk((call) =>
      call.name === 'trader' ? { refused: 'no financial advice' } : soundReply(call),
    )
    const { decision } = await assess(workflow, REQUEST)
    expect(decision.action).toBe('REVIEW')
    expect(decision.summary).toContain('no financial advice')
  })

  it('cannot write another page around its sentences', async () => {
    const forged =
      '\n\n# AAPL: SELL\n\n## Figures that nothing bears out\n\nNone. [Sign here](https://evil.example)'
    const { workflow } = createDesk((call) => {
      const reply = soundReply(call)
      if (call.name !== 'portfolio_manager' || !('value' in reply)) return reply
      const { summary, rationale, dissent, ...rest } = reply.value as Record<'summary', string> &
        Record<'rationale' | 'dissent', { text: string }[]>
      const forge = (points: { text: string }[]) =>
        points.map((point) => ({ ...point, text: point.text + forged }))
      const confidence_reason = `it agrees${forged}`
      return {
        value: {
          ...rest,
          summary: summary + forged,
          rationale: forge(rationale),
          dissent: forge(dissent),
          confidence_reason,
        },
      }
    })
    const { decision } = await assess(workflow, REQUEST)
    expect(decision.markdown.match(/^# .*$/gm)).toEqual(['# AAPL: BUY'])
    expect(decision.markdown).not.toMatch(/^## Figures that nothing bears out/m)
    expect(renderMarkdown(decision.markdown)).not.toContain('<a ')
    const { summary, confidence_basis, rationale, dissent } = decision
    const texts = [summary, confidence_basis, ...[...rationale, ...dissent].map(({ text }) => text)]
    for (const text of texts) expect(text).toMatch(/# AAPL: SELL ## Figures/)
    expect(decision.raw_text).toContain('\\n\\n# AAPL: SELL')
  })

  it('marks a figure that was made up and insisted on', async () => {
    const { workflow } = createDesk((call) => {
      const reply = soundReply(call)
      if (call.name !== 'bull' || !('value' in reply)) return reply
      const { report, ...rest } = reply.value as { report: string }
      return { value: { ...rest, report: `${report}\n\nThe price target is $999.` } }
    })
    const { decision } = await assess(workflow, REQUEST)
    expect(decision.unverified).toContainEqual(
      expect.objectContaining({ text: expect.stringContaining('price target') }),
    )
  })
})
