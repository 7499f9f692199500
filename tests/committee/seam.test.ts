/** Another reasoner in a role: the committee takes what it says, mends or refuses what cannot be, and marks what it made up. */
import { describe, expect, it } from 'vitest'
import type { CommitteeReasoners, TradeFinding, VerdictFinding } from '../../src/committee/reasoner.ts'
import { rulesReasoners } from '../../src/committee/rules/index.ts'
import { assess, createSampleAssessment } from '../support/assessments.ts'
import { contentOf } from '../support/run-context.ts'

const REQUEST = { ticker: 'AAPL', as_of: '2012-06-29' }
const assessBy = (reasoners: Partial<CommitteeReasoners>) =>
  assess(createSampleAssessment({ reasonersFor: () => ({ ...rulesReasoners, ...reasoners }) }), REQUEST)

const traderWho = (change: (finding: TradeFinding) => TradeFinding): CommitteeReasoners['trader'] => ({
  reason: async (brief, aid) => change(await rulesReasoners.trader.reason(brief, aid)),
})
const managerWho = (
  change: (finding: VerdictFinding) => VerdictFinding,
): CommitteeReasoners['portfolio_manager'] => ({
  reason: async (brief, aid) => change(await rulesReasoners.portfolio_manager.reason(brief, aid)),
})

describe('a trader who reasons otherwise', () => {
  it('has a stop on the wrong side of the entry mended, and that is said', async () => {
    const trader = traderWho((finding) => ({ ...finding, levels: { ...finding.levels!, stop_loss: 600 } }))
    const { decision, record } = await assessBy({ trader })
    expect(decision.action).toBe('BUY')
    expect(decision.risk_metrics.stop_loss).toBeLessThan(584)
    expect(contentOf(record, 'trader_report')).toContain('Mended: the stop lay on the wrong side')
    expect(record.logs).toContainEqual(
      expect.objectContaining({ severity: 'WARN', message: expect.stringContaining('stop') }),
    )
  })

  it('is sent to a person when the levels cannot be mended', async () => {
    const trader = traderWho((finding) => ({
      ...finding,
      levels: { entry: 0, stop_loss: 1, take_profit: 2 },
    }))
    const { decision } = await assessBy({ trader })
    expect(decision.action).toBe('REVIEW')
    expect(decision.risk_metrics.entry).toBeNull()
    expect(decision.position.shares).toBe(0)
  })

  it.each([
    ['a stop a cent away', { stop_loss: 583.99 }, 'the stop lies too near the entry'],
    ['a stop out of sight', { stop_loss: 1 }, 'the stop lies too far from the entry'],
    ['a target that no price is', { take_profit: 1e300 }, 'the target lies too far from the entry'],
    ['no number for a target', { take_profit: Number.POSITIVE_INFINITY }, 'the target lies too far'],
    ['an entry nobody gets', { entry: 800, stop_loss: 780, take_profit: 830 }, 'the entry lies out of reach'],
  ])('is sent to a person with %s', async (_what, change, told) => {
    const trader = traderWho((finding) => ({
      ...finding,
      levels: { entry: 584, stop_loss: 556, take_profit: 640, ...change },
    }))
    const { decision, record } = await assessBy({ trader })
    expect(decision).toMatchObject({
      action: 'REVIEW',
      risk_metrics: { entry: null },
      position: { shares: 0 },
    })
    expect(contentOf(record, 'trader_report')).toContain(told)
  })

  it('is sent to a person when stance and side do not agree', async () => {
    const trader = traderWho((finding) => ({ ...finding, side: -1 }))
    expect((await assessBy({ trader })).decision.action).toBe('REVIEW')
  })
})

describe('a portfolio manager who reasons otherwise', () => {
  it('cannot sell on the back of a trade to buy', async () => {
    const { decision } = await assessBy({
      portfolio_manager: managerWho((finding) => ({ ...finding, action: 'SELL' })),
    })
    expect(decision).toMatchObject({ action: 'REVIEW', rating: null, confidence: 0 })
    expect(decision.summary).toContain('SELL')
  })

  it('has a figure that was made up marked', async () => {
    const portfolio_manager = managerWho((finding) => ({
      ...finding,
      summary: 'Up 31.7 % since May, now 584.00 [E2].',
    }))
    const { decision } = await assessBy({ portfolio_manager })
    expect(decision.unverified).toContainEqual(expect.objectContaining({ number: '31.7' }))
    expect(decision.unverified.map(({ number }) => number)).not.toContain('584.00')
  })

  it('may stand aside, and no levels are shown then', async () => {
    const portfolio_manager = managerWho((finding) => ({ ...finding, action: 'HOLD', rating: 'Hold' }))
    const { decision } = await assessBy({ portfolio_manager })
    expect(decision.risk_metrics).toMatchObject({
      entry: null,
      stop_loss: null,
      take_profit: null,
      risk_reward: null,
    })
    expect(decision.position).toMatchObject({ method: 'none', shares: 0 })
  })
})

describe('another set of reasoners', () => {
  it('is named in the provenance, and its steps are not taken for those of the rules', async () => {
    const other = await assessBy({ promptVersion: 'other-7', models: { bull: 'made:model' }, mode: 'llm' })
    expect(other.decision.provenance).toMatchObject({
      mode: 'llm',
      prompt_version: 'other-7',
      models: { bull: 'made:model' },
    })
    const rules = await assessBy({})
    expect(other.record.inputs.get('bull:1')).not.toBe(rules.record.inputs.get('bull:1'))
    expect(other.record.inputs.get('data')).toBe(rules.record.inputs.get('data'))
  })
})
