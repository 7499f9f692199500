import { beforeAll, describe, expect, it } from 'vitest'
import type { Decision } from '../../src/committee/decision.ts'
import {
  findProposal,
  listMoves,
  type FindPriorDecision,
  type PriorVerdict,
} from '../../src/committee/prior.ts'
import { settlePosition } from '../../src/committee/position.ts'
import { followProposal } from '../../src/committee/standing.ts'
import { dateOf, type BarSeries } from '../../src/market/series.ts'
import { createWindow } from '../../src/market/window.ts'
import { makeBars, type Ohlc } from '../support/hand-made-bars.ts'
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
    ...{ method: 'm', fraction_of_equity: 0.08, shares: 13, notional: 7_592, risk_amount: 400, caps: [] },
  }
  const standing = (fraction: number) => ({ fraction, words: 'Told.', figures: null })
  const NONE = { method: 'none', fraction_of_equity: 0, shares: 0, notional: 0, risk_amount: 0, caps: [] }

  it('begins from nothing where there was no verdict', () => {
    expect(settlePosition('BUY', size, null)).toEqual({
      ...size,
      delta: { from: 0, to: 0.08, reason: 'A new long position.' },
    })
  })

  it.each([
    ['BUY', 0.05, 0.08, 'A larger long position. Told.'],
    ['BUY', 0.2, 0.08, 'A smaller long position.'],
    ['BUY', 0, 0.08, 'A new long position. Told.'],
    ['BUY', -0.05, 0.08, 'Turns the short position into a long position.'],
    ['SELL', 0.05, -0.08, 'Turns the long position into a short position.'],
    ['SELL', -0.08, -0.08, 'The short position stays as large.'],
  ] as const)('of a %s goes from %d to %d', (action, from, to, reason) => {
    const { delta, ...block } = settlePosition(action, size, standing(from))
    expect(delta).toMatchObject({ from, to, reason: expect.stringContaining(reason) })
    expect(block).toEqual(size)
  })

  it.each([
    ['HOLD', 0.05, 0.05, 'The long position stays as it is.'],
    ['HOLD', -0.05, -0.05, 'The short position stays as it is.'],
    ['HOLD', 0, 0, 'Nothing is opened.'],
    ['REVIEW', 0.05, 0.05, 'Nothing changes until a person has looked.'],
    ['SELL', 0.05, 0, 'Closes the long position.'],
  ] as const)('of a %s without a size opens nothing, whatever there was', (action, from, to, reason) => {
    const { delta, ...block } = settlePosition(action, null, standing(from))
    expect(delta).toMatchObject({ from, to, reason: expect.stringContaining(reason) })
    expect(block).toEqual(NONE)
  })
})

const proposal = (change: Partial<PriorVerdict>): PriorVerdict => ({
  ...{ run_id: PRIOR_RUN, action: 'BUY', as_of: '2012-01-02', rating: null, confidence: 0.5, marks: {} },
  ...{ shares: 13, entry: 100, stop_loss: 90, take_profit: 120, close: 100, close_date: '2012-01-02' },
  ...change,
})
/** Bars from 2012-01-01 on, a day apart. */
const windowOf = (rows: readonly Ohlc[]) => {
  const series: BarSeries = {
    ...{ ticker: 'MADE', vendor: 'made', adjustment: 'adjusted', adjusted_to: null, ...makeBars(rows) },
  }
  return createWindow(series, dateOf(series.time.at(-1)!))
}
const flat = (price: number): Ohlc => [price, price + 1, price - 1, price]

describe('the position of an earlier verdict', () => {
  it('stays at its shares, with its stop and what it still risks, while nothing has closed it', () => {
    const standing = followProposal(proposal({}), windowOf([flat(99), flat(100), flat(102), flat(105)]))
    expect(standing).toMatchObject({ fraction: 0.01365, words: 'The BUY of 2012-01-02 would still be open.' })
    expect(standing!.figures).toContain('13 shares would still be open, worth 1,365.00')
    expect(standing!.figures).toContain('stop at 90.00 and 195.00 between')
  })

  it.each([
    ['stopped out on 2012-01-03', {}, [flat(99), flat(100), [95, 96, 89, 91], flat(105)]],
    [
      'closed at its target on 2012-01-04',
      {},
      [flat(99), flat(100), flat(105), [118, 121, 117, 119], flat(99)],
    ],
    [
      'stopped out on 2012-01-03',
      { action: 'SELL', stop_loss: 110, take_profit: 80 },
      [flat(99), flat(100), [105, 112, 104, 106], flat(90)],
    ],
    ['not have been filled', { entry: 96 }, [flat(99), flat(100), flat(105), flat(106)]],
    [
      'stopped out on 2012-01-04',
      { entry: 96 },
      [flat(99), flat(100), flat(105), [97, 98, 89, 91], flat(106)],
    ],
    ['not met a bar yet', {}, [flat(99), flat(100)]],
  ] as const)('would have %s', (words, change, rows) => {
    const standing = followProposal(proposal(change), windowOf(rows))
    expect(standing).toMatchObject({ fraction: 0, words: expect.stringContaining(words), figures: null })
  })

  it('is closed when its time is up', () => {
    const rows = Array.from({ length: 60 }, () => flat(100))
    expect(followProposal(proposal({}), windowOf(rows))!.words).toContain(
      'closed when its time was up on 2012-02-13',
    )
  })

  it('of a short is worth less than nothing, and of an exit is none', () => {
    const rows = [flat(99), flat(100), flat(100)]
    const short = proposal({ action: 'SELL', stop_loss: 110, take_profit: 80 })
    expect(followProposal(short, windowOf(rows))!.fraction).toBe(-0.013)
    expect(followProposal({ ...short, shares: 0 }, windowOf(rows))).toBeNull()
    expect(followProposal(proposal({ action: 'HOLD' }), windowOf(rows))).toBeNull()
  })

  it('is followed over a split: twice the shares at half the prices', () => {
    const written = { entry: 200, stop_loss: 180, take_profit: 240, close: 200 }
    const standing = followProposal(proposal(written), windowOf([flat(99), flat(100), flat(102), flat(105)]))
    expect(standing!.fraction).toBe(0.0273)
    expect(standing!.figures).toContain('26 shares')
    expect(standing!.figures).toContain('stop at 90.00')
  })

  it('cannot be followed where its day is not among the bars', () => {
    const rows = [flat(99), flat(100), flat(105)]
    expect(followProposal(proposal({ close_date: '2011-12-30' }), windowOf(rows))).toBeNull()
    expect(followProposal(proposal({ close: null }), windowOf(rows))).toBeNull()
  })

  it('is looked for behind verdicts that opened nothing, until it is too old to be open', async () => {
    const past = [
      proposal({ action: 'HOLD', as_of: '2012-03-01' }),
      proposal({ action: 'REVIEW', as_of: '2012-02-01' }),
      proposal({ action: 'SELL', as_of: '2012-01-15' }),
    ]
    const find = (before: string) => Promise.resolve(past.find((one) => one.as_of < before) ?? null)
    expect(await findProposal(past[0]!, '2012-01-01', find)).toBe(past[2])
    expect(await findProposal(past[0]!, '2012-02-10', find)).toBeNull()
    expect(await findProposal(past[2]!, '2020-01-01', find)).toBe(past[2])
  })
})

describe('levels of an earlier verdict', () => {
  const present = {
    ...{ action: 'BUY' as const, rating: null, confidence: 0.5 },
    risk_metrics: { stop_loss: 41.79, take_profit: 55 } as Decision['risk_metrics'],
  } as const

  it('are restated in prices of today before they are compared', () => {
    const before = proposal({ stop_loss: 82.81, take_profit: 110 })
    expect(listMoves(before, present, 0.5)).toEqual([
      'The stop moved from 41.41 to 41.79 (earlier prices restated for splits and dividends since).',
    ])
  })

  it('are not compared with those of the other side, nor across a scale nobody knows', () => {
    expect(listMoves(proposal({ action: 'SELL' }), present, 0.5)).toEqual([])
    expect(listMoves(proposal({}), present, null)).toEqual([])
  })

  it('of the sample are rescaled over its split', async () => {
    const before = (await assess(createSampleAssessment(), { ticker: 'AAPL', as_of: '2005-02-25' })).decision
    const workflow = createSampleAssessment({
      priorDecisions: () => Promise.resolve({ run_id: PRIOR_RUN, decision: before }),
    })
    const { decision } = await assess(workflow, { ticker: 'AAPL', as_of: '2005-03-01' })
    const stop = decision.prior!.changed.find((line) => line.startsWith('The stop moved'))
    expect([before.action, decision.action]).toEqual(['BUY', 'BUY'])
    const from = Number(/from ([\d.]+)/.exec(stop!)![1])
    expect(from / before.risk_metrics.stop_loss!).toBeCloseTo(0.5, 2)
    expect(decision.prior!.changed.join()).toContain(`${2 * before.position.shares} shares`)
  })
})
