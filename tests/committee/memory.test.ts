/** The committee's own past: what became of its verdicts, by bars up to as-of only, and how good its confidence was. */
import { beforeAll, describe, expect, it } from 'vitest'
import {
  calibrate,
  LEAST_SETTLED,
  type CalibrationOptions,
  type PastVerdictsQuery,
} from '../../src/committee/calibration.ts'
import type { Decision } from '../../src/committee/decision.ts'
import { recallVerdicts, REMEMBERED_VERDICTS, settleMemory } from '../../src/committee/memory.ts'
import { readPrior, type FindPriorDecision, type PriorVerdict } from '../../src/committee/prior.ts'
import { followTrade, type FilledTrade } from '../../src/committee/settle.ts'
import { findUnverified } from '../../src/committee/roles/minutes.ts'
import { dateOf, type BarSeries } from '../../src/market/series.ts'
import { createWindow } from '../../src/market/window.ts'
import { answerRole } from '../support/committee-answers.ts'
import { assess, createSampleAssessment, sampleMarket, TWELVE_DATES } from '../support/assessments.ts'
import { makeBars, type Ohlc } from '../support/hand-made-bars.ts'
import { contentOf } from '../support/run-context.ts'
import { SAMPLE_TICKERS } from '../support/sample-bars.ts'
import { createScriptedGateway, scriptedFacts } from '../support/scripted-gateway.ts'

/** With the twelve, enough days for the sample to hold more trades than calibration asks for. */
const MORE_DATES = ['2005-12-30', '2006-09-29', '2007-06-29', '2009-10-30', '2010-05-28', '2011-11-30']

const ORIGIN = { asOf: '2012-03-01', source: 'made bars', tool: 'made' }
const verdict = (change: Partial<PriorVerdict> = {}): PriorVerdict => ({
  ...{
    run_id: 'r',
    action: 'BUY',
    as_of: '2012-01-02',
    rating: null,
    confidence: 0.6,
    marks: {},
    shares: 10,
  },
  ...{ entry: 100, stop_loss: 90, take_profit: 120, close: 100, close_date: '2012-01-02' },
  ...change,
})
const flat = (price: number): Ohlc => [price, price + 1, price - 1, price]
const windowOf = (...rows: readonly Ohlc[]) => {
  const series: BarSeries = {
    ...{ ticker: 'MADE', vendor: 'made', adjustment: 'adjusted', adjusted_to: null, ...makeBars(rows) },
  }
  return createWindow(series, dateOf(series.time.at(-1)!))
}
const remember = (one: PriorVerdict, window: ReturnType<typeof windowOf>) =>
  settleMemory([one], window, 801, ORIGIN)

describe('what became of a verdict', () => {
  it.each([
    [{}, [flat(99), flat(100), [100, 101, 89, 91], flat(99)], -10, -1, 'stopped out on 2012-01-03', 1],
    [
      {},
      [flat(99), flat(100), [110, 111, 109, 110], [119, 125, 118, 122]],
      100 / 11,
      1,
      'closed at its target',
      2,
    ],
    [
      { action: 'SELL', stop_loss: 110, take_profit: 80 },
      [flat(99), flat(100), flat(100), [85, 86, 79, 80]],
      ...([20, 2, 'closed at its target on 2012-01-04', 2] as const),
    ],
    [{}, [flat(99), flat(100), flat(100), flat(105)], 5, 0.5, 'would still be open', 2],
  ] as const)('%j is told in percent, in its risk and in bars', (change, rows, pct, r, words, held) => {
    const { verdicts, evidence } = remember(verdict(change), windowOf(...rows))
    expect(evidence.map(({ id, value, unit }) => [id, value, unit])).toEqual([
      ['E801', expect.closeTo(pct, 9), '%'],
      ['E802', expect.closeTo(r, 9), 'ratio'],
      ['E803', held, 'bars'],
    ])
    expect(evidence[0]!.label).toBe(`Outcome of ${verdict(change).action} of 2012-01-02`)
    expect(verdicts[0]!.outcome).toContain(words)
    expect(findUnverified([verdicts[0]!.outcome], evidence)).toEqual([])
  })

  it('is told in prices of today over a split', () => {
    const window = windowOf(flat(49), flat(50), flat(50), flat(55))
    expect(followTrade(verdict(), window)).toMatchObject({
      state: 'filled',
      scale: 0.5,
      stop: 45,
      rMultiple: 1,
      returnPct: 10,
    })
  })

  describe('whose entry lies beyond the close', () => {
    const breakout = { entry: 110, stop_loss: 105, take_profit: 120 }
    const short = { action: 'SELL' as const, entry: 90, stop_loss: 95, take_profit: 80 }
    const follow = (change: Partial<PriorVerdict>, ...rows: readonly Ohlc[]) =>
      followTrade(verdict(change), windowOf(flat(99), flat(100), ...rows))

    it('is none until the price has gone through it', () => {
      expect(follow(breakout, flat(100), flat(90), flat(80))).toEqual({ state: 'unfilled' })
      expect(follow(short, flat(100), flat(110))).toEqual({ state: 'unfilled' })
    })

    it.each([
      ['at the entry', breakout, [108, 111, 107, 110], 110],
      ['at the open of a gap over it', breakout, [113, 114, 112, 113], 113],
      ['at the entry, short', short, [92, 93, 89, 90], 90],
      ['at the open of a gap beneath it, short', short, [87, 88, 86, 87], 87],
    ] as const)('fills %s', (_where, change, bar, price) => {
      expect(follow(change, bar)).toMatchObject({
        ...{ state: 'filled', entryIndex: 2, entryPrice: price, exit: { reason: 'open', index: 2 } },
      })
    })

    it.each([
      ['stop, though the low may have come first', breakout, [100, 111, 99, 110], 'stop', 105],
      ['target, which comes after the entry', breakout, [108, 121, 107, 120], 'target', 120],
      ['stop where both lie in the bar', breakout, [108, 121, 104, 120], 'stop', 105],
      ['target, short', short, [92, 93, 79, 80], 'target', 80],
      ['stop, short', short, [92, 96, 89, 90], 'stop', 95],
    ] as const)('ends on the bar of its fill at the %s', (_why, change, bar, reason, price) => {
      expect(follow(change, bar)).toMatchObject({ exit: { reason, price, index: 2 } })
    })
  })

  it('of an entry short of the close waits for the price to come back', () => {
    const pullback = { entry: 95, stop_loss: 90, take_profit: 120 }
    const follow = (...rows: readonly Ohlc[]) =>
      followTrade(verdict(pullback), windowOf(flat(99), flat(100), ...rows))
    expect(follow([100, 130, 96, 129])).toEqual({ state: 'unfilled' })
    expect(follow([97, 98, 94, 96])).toMatchObject({ entryPrice: 95, exit: { reason: 'open' } })
    // The high may have come before the fill; what filled at the open saw all of its bar.
    expect(follow([97, 121, 94, 96])).toMatchObject({ entryPrice: 95, exit: { reason: 'open' } })
    expect(follow([94, 121, 93, 96])).toMatchObject({ entryPrice: 94, exit: { reason: 'target' } })
  })

  it('of a HOLD is how the price has moved since', () => {
    const { verdicts, evidence } = remember(
      verdict({ action: 'HOLD' }),
      windowOf(flat(99), flat(100), flat(104)),
    )
    expect(evidence).toMatchObject([
      { label: 'Change since HOLD of 2012-01-02', value: expect.closeTo(4, 9), unit: '%' },
    ])
    expect(verdicts[0]!.outcome).toBe('No trade was asked for; the close has since moved by +4.00 % [E801].')
  })

  it.each([
    [{}, [flat(99), flat(100)], 'has not met a bar yet'],
    [{ entry: 95 }, [flat(99), flat(100), flat(101)], 'would not have been filled'],
    [{ close_date: '2011-12-01' }, [flat(99), flat(100)], 'cannot be told'],
  ] as const)('%j without an outcome is said', (change, rows, words) => {
    const { verdicts, evidence } = remember(verdict(change), windowOf(...rows))
    expect(evidence).toEqual([])
    expect(verdicts[0]!.outcome).toContain(words)
  })

  it('does not change with the bars after as-of', async () => {
    const request = { ticker: 'AAPL', as_of: '2012-06-29' }
    const { decision } = await assess(createSampleAssessment(), request)
    const prior = readPrior({ run_id: 'r', decision })!
    const outcome = async (asOf: string) =>
      followTrade(prior, await sampleMarket.loadWindow('AAPL', asOf)) as FilledTrade
    expect((await outcome('2012-07-10')).exit.reason).toBe('open')
    const { exit } = await outcome('2012-10-31')
    expect(exit.reason).not.toBe('open')
    expect((await outcome('2012-12-31')).exit).toMatchObject({ reason: exit.reason, index: exit.index })
  })

  it('is recalled for the newest verdict of each day, as many as are remembered', async () => {
    const days = Array.from({ length: 12 }, (_, i) => verdict({ as_of: `2012-01-${10 + i}` })).reverse()
    const found = await recallVerdicts('2012-02-01', (before) =>
      Promise.resolve(days.find((one) => one.as_of < before) ?? null),
    )
    expect(found).toEqual(days.slice(0, REMEMBERED_VERDICTS))
  })
})

describe('the memory of a committee of models', () => {
  const gateway = createScriptedGateway((call) =>
    call.kind === 'gather'
      ? { calls: [] }
      : { value: answerRole(call.name as 'bull', (call.turns[0] as { text: string }).text) },
  )
  const models = {
    ...{ deep: 'made:deep', quick: 'made:quick', budgetUsd: null, budgetTokens: null, gateway },
    facts: { ...scriptedFacts, cutoffOf: (model: string) => (model === 'made:deep' ? '2024-06-30' : null) },
  }
  const REQUEST = { ticker: 'AAPL', as_of: '2012-06-29', analysts: ['market'] }

  it('is evidence and is shown to the deciding roles; rules are told nothing of it', async () => {
    const earlier = (await assess(createSampleAssessment(), { ticker: 'AAPL', as_of: '2012-03-30' })).decision
    const priorDecisions: FindPriorDecision = (_ticker, before) =>
      Promise.resolve(earlier.as_of < before ? { run_id: 'earlier', decision: earlier } : null)
    const { decision, record } = await assess(createSampleAssessment({ models, priorDecisions }), REQUEST)
    const remembered = decision.evidence.filter(({ tool }) => tool === 'settle_verdicts')
    expect(remembered.length).toBeGreaterThan(0)
    expect(remembered[0]!.id).toBe('E801')
    expect(contentOf(record, 'memory_report')).toContain(`${earlier.action} of 2012-03-30`)
    for (const role of ['research_manager', 'trader', 'portfolio_manager'])
      expect((gateway.callsOf(role).at(-1)!.turns[0] as { text: string }).text, role).toContain(
        `2012-03-30: ${earlier.action}.`,
      )
    const rules = await assess(createSampleAssessment({ priorDecisions }), REQUEST)
    expect(rules.decision.evidence.map(({ tool }) => tool)).not.toContain('settle_verdicts')
  })

  it('says who thinks and warns of what a model may know, in the state and on the page', async () => {
    const workflow = createSampleAssessment({ models })
    const { decision, record, input } = await assess(workflow, REQUEST)
    const state = record.events.reduce((held, event) => workflow.fold(held, event), workflow.initial(input))
    expect(state.thinking).toMatchObject({
      ...{ mode: 'llm', cutoffs: { 'made:deep': '2024-06-30', 'made:quick': null } },
      models: { trader: 'made:quick', portfolio_manager: 'made:deep' },
    })
    expect(state.thinking!.warning).toContain('made:deep has read up to 2024-06-30')
    expect(state.thinking!.warning).toContain('How far made:quick has read is not known')
    expect(decision.markdown).toContain(state.thinking!.warning!)
    expect(decision.markdown).toContain('language models (`made:quick`, `made:deep`)')
    expect(decision.usage).toMatchObject({ calls: expect.any(Number), cost_usd: expect.any(Number) })
    expect(decision.usage.calls).toBeGreaterThan(8)
    expect(decision.unverified).toEqual([])
  })

  it('shows how answers fell that were asked again', async () => {
    const workflow = createSampleAssessment({ models })
    const { decision, record, input } = await assess(workflow, { ...REQUEST, repeats: 3 })
    const state = record.events.reduce((held, event) => workflow.fold(held, event), workflow.initial(input))
    expect(state.spreads).toEqual({
      research_manager: [{ answer: 'BUY', count: 3 }],
      portfolio_manager: [{ answer: 'Buy', count: 3 }],
    })
    const answers = decision.evidence.filter(({ unit }) => unit === 'answers')
    expect(answers.map(({ label, value }) => [label, value])).toEqual([
      ['Research answers BUY', 3],
      ['Answers Buy', 3],
    ])
    expect(decision.confidence_basis).toContain('Buy three times')
  })
})

async function* listOf(decisions: readonly Decision[]) {
  for (const [index, decision] of decisions.entries())
    yield await Promise.resolve({ run_id: `run ${index}`, decision })
}

describe('calibration', () => {
  const RULES = { mode: 'rules' as const, model: null }
  const options = (
    decisions: readonly Decision[],
    change: Partial<CalibrationOptions> = {},
  ): CalibrationOptions => ({
    ...{ kind: RULES, past: listOf(decisions), signal: new AbortController().signal, warn: () => undefined },
    cutoffOf: () => null,
    loadWindow: (ticker) => sampleMarket.loadWindow(ticker, '2013-03-01'),
    ...change,
  })

  /** Trades of the sample, many: the same verdict on each of a row of days. */
  async function collectTrades(): Promise<Decision[]> {
    const workflow = createSampleAssessment()
    const made = await Promise.all(
      SAMPLE_TICKERS.flatMap((ticker) =>
        [...TWELVE_DATES, ...MORE_DATES].map(
          async (as_of) => (await assess(workflow, { ticker, as_of })).decision,
        ),
      ),
    )
    return made.filter(({ action }) => action === 'BUY' || action === 'SELL')
  }

  it('is the mean square of confidence less outcome over settled trades of the kind, once there are enough', async () => {
    const trades = (await collectTrades()).sort((a, b) => (a.as_of < b.as_of ? 1 : -1))
    const windows = new Map<string, Awaited<ReturnType<typeof sampleMarket.loadWindow>>>()
    for (const ticker of SAMPLE_TICKERS)
      windows.set(ticker, await sampleMarket.loadWindow(ticker, '2013-03-01'))
    const settled = trades.flatMap((decision) => {
      const followed = followTrade(readPrior({ run_id: 'r', decision })!, windows.get(decision.ticker)!)
      return followed?.state === 'filled' && followed.exit.reason !== 'open'
        ? [(decision.confidence - (followed.returnPct > 0 ? 1 : 0)) ** 2]
        : []
    })
    const enough = await calibrate(options(trades))
    if (settled.length < LEAST_SETTLED) throw new Error(`only ${settled.length} trades to test with`)
    expect(enough).toEqual({
      n: settled.length,
      brier: expect.closeTo(settled.reduce((sum, one) => sum + one, 0) / settled.length, 12),
    })
    // The same verdict again, from a run before or after, counts once.
    expect(await calibrate(options(trades.flatMap((one) => [one, one])))).toEqual(enough)
    expect(await calibrate(options(trades.slice(0, LEAST_SETTLED - 1)))).toBe('uncalibrated')
    const other = { kind: { mode: 'llm' as const, model: 'made:deep' } }
    expect(await calibrate(options(trades, other))).toBe('uncalibrated')
    // Nothing that had not ended by then is settled.
    const early = { loadWindow: (ticker: string) => sampleMarket.loadWindow(ticker, '2005-07-05') }
    expect(await calibrate(options(trades, early))).toBe('uncalibrated')

    const asked: unknown[] = []
    const workflow = createSampleAssessment({
      settledVerdicts: (query) => {
        asked.push(query)
        return listOf(trades)
      },
    })
    const { decision, record } = await assess(workflow, { ticker: 'AAPL', as_of: '2013-02-28' })
    expect(asked).toEqual([{ kind: RULES, beforeAsOf: '2013-02-28', excludeRunId: record.runId }])
    const { n, brier } = decision.calibration as { n: number; brier: number }
    expect(n).toBeGreaterThanOrEqual(LEAST_SETTLED)
    expect(decision.markdown).toContain(`calibrated on ${n} settled verdicts of its kind`)
    expect(brier).toBeGreaterThan(0)
    const plain = (await assess(createSampleAssessment(), { ticker: 'AAPL', as_of: '2013-02-28' })).decision
    expect({ ...decision, calibration: null, markdown: '', provenance: null }).toEqual({
      ...{ ...plain, calibration: null, markdown: '', provenance: null },
    })
  })

  describe('of models', () => {
    const CUTOFF = '2006-12-31'
    const answered = { ...{ id: 'E900', label: 'Answers Buy', value: 3, unit: 'answers' } }
    const asModels = (decision: Decision, isRepeated: boolean): Decision => ({
      ...decision,
      evidence: isRepeated
        ? [...decision.evidence, { ...decision.evidence[0]!, ...answered }]
        : decision.evidence,
      provenance: {
        ...decision.provenance,
        mode: 'llm',
        models: { portfolio_manager: 'made:deep', market: 'made:quick' },
      },
    })
    const kind = (asked: 'once' | 'repeatedly') => ({ mode: 'llm' as const, model: 'made:deep', asked })
    let trades: Decision[]
    const counted = async (
      decisions: readonly Decision[],
      asked: 'once' | 'repeatedly',
      cutoffs: Record<string, string> = { 'made:deep': '1990-01-01', 'made:quick': '1990-01-01' },
    ) => {
      const cutoffOf = (model: string) => cutoffs[model] ?? null
      const found = await calibrate(options(decisions, { kind: kind(asked), cutoffOf }))
      return found === 'uncalibrated' ? 0 : found.n
    }

    beforeAll(async () => {
      trades = await collectTrades()
    })

    it('tells an estimate from a share of answers', async () => {
      const once = trades.map((one) => asModels(one, false))
      const all = await counted(once, 'once')
      expect(all).toBeGreaterThanOrEqual(LEAST_SETTLED)
      expect(await counted(once, 'repeatedly')).toBe(0)
      const repeated = trades.map((one) => asModels(one, true))
      expect(await counted(repeated, 'repeatedly')).toBe(all)
      expect(await counted([...repeated, ...once], 'once')).toBe(all)
    })

    it('counts no verdict that any of its models may have known the end of', async () => {
      const verdicts = trades.map((one) => asModels(one, false))
      const known = { 'made:deep': '1990-01-01', 'made:quick': CUTOFF }
      const later = verdicts.filter(({ as_of }) => as_of > CUTOFF)
      expect(later.length).toBeLessThan(verdicts.length)
      expect(await counted(verdicts, 'once', known)).toBe(await counted(later, 'once'))
      expect(await counted(verdicts, 'once', { ...known, 'made:quick': '2013-03-01' })).toBe(0)
      expect(await counted(verdicts, 'once', { 'made:deep': '1990-01-01' })).toBe(0)
      // A day that a model has read up to is not ahead of it.
      const days = new Set(verdicts.map(({ as_of }) => as_of))
      const last = [...days].sort().at(-1)!
      expect(await counted(verdicts, 'once', { ...known, 'made:quick': last })).toBe(0)
    })

    it('is asked for by how the run asks, and says on the page what it rests on', async () => {
      const asked: PastVerdictsQuery[] = []
      const gateway = createScriptedGateway((call) =>
        call.kind === 'gather'
          ? { calls: [] }
          : { value: answerRole(call.name as 'bull', (call.turns[0] as { text: string }).text) },
      )
      const models = {
        ...{ deep: 'made:deep', quick: 'made:quick', budgetUsd: null, budgetTokens: null, gateway },
        facts: { ...scriptedFacts, cutoffOf: () => '1990-01-01' },
      }
      const verdicts = trades.flatMap((one) => [asModels(one, false), asModels(one, true)])
      const workflow = createSampleAssessment({
        models,
        settledVerdicts: (query) => {
          asked.push(query)
          return listOf(verdicts)
        },
      })
      for (const [repeats, words] of [
        [1, 'asked once'],
        [3, 'asked repeatedly'],
      ] as const) {
        const request = { ticker: 'AAPL', as_of: '2013-02-28', analysts: ['market'], repeats }
        const { decision } = await assess(workflow, request)
        expect(asked.at(-1)!.kind).toEqual(kind(repeats === 1 ? 'once' : 'repeatedly'))
        expect(decision.markdown).toContain(
          `settled verdicts of its kind (the same deciding model, ${words}, on days after all that its models have read)`,
        )
      }
    })
  })

  it('tells of a ticker that cannot be settled, and stops when the run does', async () => {
    const decision = (await assess(createSampleAssessment(), { ticker: 'AAPL', as_of: '2012-06-29' }))
      .decision
    const days = Array.from({ length: 40 }, (_, i): Decision => {
      return { ...decision, as_of: new Date(Date.UTC(2010, 0, 1 + i)).toISOString().slice(0, 10) }
    })
    const warnings: string[] = []
    const loadWindow = () => Promise.reject(new Error('the file is gone'))
    const told = { loadWindow, warn: (message: string) => void warnings.push(message) }
    expect(await calibrate(options(days, told))).toBe('uncalibrated')
    expect(warnings).toEqual(['verdicts on AAPL cannot be settled: the file is gone'])
    const signal = AbortSignal.abort(new Error('stopped'))
    await expect(calibrate(options(days, { signal }))).rejects.toThrow('stopped')
  })
})
