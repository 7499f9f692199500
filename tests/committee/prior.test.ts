import { beforeAll, describe, expect, it } from 'vitest'
import type { Decision } from '../../src/committee/decision.ts'
import type { FindPriorDecision } from '../../src/committee/prior.ts'
import { settlePosition } from '../../src/committee/position.ts'
import { assess, createSampleAssessment } from '../support/assessments.ts'
import { contentOf, createRunRecord, executeOver, StoppedError } from '../support/run-context.ts'

const PRIOR_RUN = 'AAPL--2026-11-19_09.00.00--ffffff'
let may: Decision

beforeAll(async () => {
  may = (await assess(createSampleAssessment(), { ticker: 'AAPL', as_of: '2010-08-31' })).decision
})

const REQUEST = { ticker: 'AAPL', as_of: '2012-06-29' }
const withPrior = (find: FindPriorDecision) =>
  assess(createSampleAssessment({ priorDecisions: find }), REQUEST)

describe('the verdict before this one', () => {
  it('is asked for by ticker, day and the run that asks, and told with what changed', async () => {
    const asked: unknown[] = []
    const { decision, record } = await withPrior((...args) => {
      asked.push(args)
      return Promise.resolve({ run_id: PRIOR_RUN, decision: may })
    })
    expect(asked).toEqual([['AAPL', '2012-06-29', record.runId]])
    expect(decision.prior).toMatchObject({ run_id: PRIOR_RUN, action: may.action, as_of: '2010-08-31' })
    expect(decision.prior!.changed).toContain(`The verdict went from ${may.action} to ${decision.action}.`)
    expect(contentOf(record, 'portfolio_manager_report')).toContain('## Since the last verdict')
  })

  it('changes nothing of the decision but the prior, and what the position changes of it', async () => {
    const alone = (await withPrior(() => Promise.resolve(null))).decision
    const { decision } = await withPrior(() => Promise.resolve({ run_id: PRIOR_RUN, decision: may }))
    const strip = (one: Decision) => ({
      ...one,
      prior: null,
      position: { ...one.position, delta: null },
      provenance: { ...one.provenance, journal_hash: '' },
    })
    expect(strip(decision)).toEqual(strip(alone))
  })

  it('is as if there were none when it cannot be read', async () => {
    const { decision } = await withPrior(() =>
      Promise.resolve({ run_id: PRIOR_RUN, decision: { action: 'BUY' } }),
    )
    expect(decision.prior).toBeNull()
    expect(decision.position.delta.from).toBe(0)
  })

  it('is looked up once: a resumed run keeps the one it found', async () => {
    let answer: Awaited<ReturnType<FindPriorDecision>> = { run_id: PRIOR_RUN, decision: may }
    const workflow = createSampleAssessment({ priorDecisions: () => Promise.resolve(answer) })
    const { input } = await workflow.admit(workflow.input.parse(REQUEST))
    const record = createRunRecord('AAPL', '2012-06-29')
    const lookup = 'portfolio_manager/tool_1'
    for (let stop = 1; !record.results.has(lookup); stop++) {
      await expect(executeOver(workflow, input, record, { stopAfterSteps: stop })).rejects.toThrow(
        StoppedError,
      )
    }
    answer = null
    await executeOver(workflow, input, record)
    expect((record.decision as unknown as Decision).prior?.run_id).toBe(PRIOR_RUN)
  })
})

describe('the position', () => {
  const size = {
    method: 'm',
    fraction_of_equity: 0.08,
    shares: 13,
    notional: 7_592,
    risk_amount: 400,
    caps: [],
  }
  const prior = (action: Decision['action'], fraction: number) => ({
    ...{
      run_id: PRIOR_RUN,
      action,
      as_of: '2012-05-31',
      rating: null,
      confidence: 0.5,
      fraction_of_equity: fraction,
    },
    ...{ stop_loss: null, take_profit: null, marks: {} },
  })

  it('begins from nothing where there was no verdict', () => {
    expect(settlePosition('BUY', size, null, 584)).toEqual({
      ...size,
      delta: { from: 0, to: 0.08, reason: 'No earlier verdict: a new long position.' },
    })
  })

  it.each([
    ['BUY', 'BUY', 0.05, 0.05, 0.08, 'Larger than after the BUY of 2012-05-31'],
    ['BUY', 'BUY', 0.2, 0.2, 0.08, 'Smaller than after the BUY'],
    ['SELL', 'BUY', 0.05, 0.05, 0.08, 'SELL after the BUY of 2012-05-31: a short position'],
    ['HOLD', 'BUY', 0.05, 0.05, 0.05, 'HOLD changes nothing: the position of the BUY of 2012-05-31 stands'],
    ['HOLD', 'HOLD', 0, 0, 0, 'asked for no position'],
    ['REVIEW', 'BUY', 0.05, 0.05, 0.05, 'until a person has looked'],
  ] as const)('%s after %s of %d goes from %d to %d', (action, before, fraction, from, to, reason) => {
    const position = settlePosition(action, size, prior(before, fraction), 584)
    expect(position.delta).toMatchObject({ from, to, reason: expect.stringContaining(reason) })
    expect(position.fraction_of_equity).toBe(to)
  })
})
