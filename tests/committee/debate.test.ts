import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../src/committee/decision.ts'
import { createLedger } from '../../src/committee/evidence/ledger.ts'
import type { CaseTurn, Claim } from '../../src/committee/reasoner.ts'
import { answerStrongest, buildCase } from '../../src/committee/rules/debate.ts'
import { computeBalance, judgeEvidence } from '../../src/committee/rules/judge.ts'
import { SIGNALS } from '../../src/committee/rules/signals.ts'
import { netClaims, weighDebate } from '../../src/committee/weigh.ts'
import { assess, createSampleAssessment } from '../support/assessments.ts'

function ledgerOf(values: Record<string, number>) {
  const items = Object.entries(values).map(([label, value], i): Evidence => {
    return { id: `E${i + 1}`, label, value, unit: 'ratio', as_of: '2012-06-29', source: 'made', tool: 'made' }
  })
  return createLedger(items)
}

function claim(id: string, weight: number, evidence: string[] = [`E${id.length}`]): Claim {
  return { id, name: id, group: 'trend', weight, text: `on ${id}`, evidence }
}

const turn = (claims: Claim[], answer: CaseTurn['answer'] = null): CaseTurn => ({
  claims,
  answer,
  report: '',
})

describe('a case', () => {
  const ledger = ledgerOf({
    'Distance to SMA 200': 12,
    'Slope of SMA 200': 3,
    'SMA 200': 90,
    'ROC 21': -10,
    'ROC 252': 0,
  })

  it('holds the points that speak for its side and cites what they rest on', () => {
    expect(buildCase(ledger, 'bull')).toMatchObject([
      { id: 'long_trend', group: 'trend', evidence: ['E3', 'E1', 'E2'] },
    ])
    expect(buildCase(ledger, 'bear')).toMatchObject([{ id: 'month_momentum', evidence: ['E4'] }])
  })

  it('weighs points as shares of all that was judged, so that both cases give the balance', () => {
    const sum = (claims: Claim[]) => claims.reduce((total, { weight }) => total + weight, 0)
    const balance = sum(buildCase(ledger, 'bull')) - sum(buildCase(ledger, 'bear'))
    expect(balance).toBeCloseTo(computeBalance(judgeEvidence(ledger)), 12)
  })

  it('leaves out what could not be measured', () => {
    expect(buildCase(ledgerOf({ 'Distance to SMA 200': 12 }), 'bull')).toEqual([])
  })
})

describe('an answer', () => {
  it('meets the strongest point that is left, with the point that bears on it', () => {
    const own = [claim('volume_flow', 0.09), claim('overbought', 0.04, ['E9'])]
    const others = [claim('long_trend', 0.1), claim('macd', 0.05)]
    const first = answerStrongest(own, others, [])!
    expect(first).toMatchObject({ claim: 'long_trend', text: 'on overbought', evidence: ['E9'] })
    expect(first.discount).toBeCloseTo(0.2, 12)
    expect(answerStrongest(own, others, [first])).toMatchObject({ claim: 'macd' })
  })

  it('takes off no more than half, and little where it does not bear on the point', () => {
    expect(answerStrongest([claim('overbought', 0.4)], [claim('long_trend', 0.1)], [])!.discount).toBe(0.5)
    expect(answerStrongest([claim('volume_push', 0.4)], [claim('long_trend', 0.1)], [])!.discount).toBe(0.1)
  })

  it('concedes where nothing is left to say, and falls silent where nothing is left to answer', () => {
    expect(answerStrongest([], [claim('macd', 0.1)], [])).toMatchObject({ claim: 'macd', discount: 0 })
    expect(answerStrongest([claim('macd', 0.1)], [], [])).toBeNull()
  })

  it('names only signals there are', () => {
    const ids = new Set(SIGNALS.map((signal) => signal.id))
    expect(ids.size).toBe(SIGNALS.length)
    for (const signal of SIGNALS)
      for (const id of signal.answeredBy) expect(ids.has(id), `${signal.id}: ${id}`).toBe(true)
  })
})

describe('the scales', () => {
  it('take off each point what the other side answered', () => {
    const bull = [
      turn([claim('a', 0.3), claim('b', 0.25)], { claim: 'z', text: '', evidence: [], discount: 0.5 }),
    ]
    const bear = [turn([claim('z', 0.1)], { claim: 'a', text: '', evidence: [], discount: 0.4 })]
    expect(netClaims(bull, bear).map(({ id, weight }) => [id, Number(weight.toFixed(6))])).toEqual([
      ['b', 0.25],
      ['a', 0.18],
    ])
    const weights = Object.fromEntries(
      weighDebate({ bull, bear }).map(({ label, value }) => [label, Number(Number(value).toFixed(6))]),
    )
    expect(weights).toEqual({
      'Bull case before answers': 0.55,
      'Bear case before answers': 0.1,
      'Bull case': 0.43,
      'Bear case': 0.05,
      Balance: 0.38,
    })
  })

  it('move with the rounds: a second round takes more off', async () => {
    const weightsOf = async (rounds: number) => {
      const { decision } = await assess(createSampleAssessment(), {
        ticker: 'GOOG',
        as_of: '2005-06-30',
        rounds,
      })
      return Number(decision.evidence.find((item) => item.label === 'Bull case')!.value)
    }
    expect(await weightsOf(2)).toBeLessThan(await weightsOf(1))
  })
})
