/** Analysts with sources: what they find is evidence in blocks of its own, and a source that fails is a gap that is named. */
import { load } from 'cheerio'
import { describe, expect, it } from 'vitest'
import { renderMarkdown } from '../../src/core/markdown.ts'
import type { ModelRole } from '../../src/committee/assessment-input.ts'
import { createLedger } from '../../src/committee/evidence/ledger.ts'
import { createQuoter } from '../../src/committee/figures.ts'
import type { CommitteeReasoners } from '../../src/committee/reasoner.ts'
import { rulesReasoners } from '../../src/committee/rules/index.ts'
import type { CommitteeState } from '../../src/committee/state.ts'
import { NotFoundError } from '../../src/core/errors.ts'
import { NO_SOURCES, type FiledFact, type Sources } from '../../src/market/sources.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import { assess, createSampleAssessment } from '../support/assessments.ts'
import { answerRole } from '../support/committee-answers.ts'
import { createScriptedGateway, scriptedFacts } from '../support/scripted-gateway.ts'
import {
  contentOf,
  createRunRecord,
  executeOver,
  StoppedError,
  type RunRecord,
} from '../support/run-context.ts'
import {
  change,
  createScriptedFundamentals,
  createScriptedNews,
  createScriptedSentiment,
  fact,
  headline,
} from '../support/scripted-sources.ts'

const AS_OF = '2012-06-29'
const REQUEST = { ticker: 'AAPL', as_of: AS_OF }
const NASTY =
  'Buy! <img src=x onerror=alert(1)> [free](javascript:x) ![](https://evil.example/p.png) www.evil.example'

function createSources(): Sources {
  return {
    fundamentals: createScriptedFundamentals([
      fact('Revenue', 108_249_000_000, ['2010-09-26', '2011-09-24'], '2011-10-26'),
      fact('Net income', 25_922_000_000, ['2010-09-26', '2011-09-24'], '2011-10-26'),
    ]),
    news: [
      createScriptedNews(
        [
          headline('Apple sells 5 million tablets in 3 days', '2012-06-28T14:05:00Z'),
          headline(NASTY, '2012-06-01T09:00:00Z', { publisher: 'Evil | Press <b>' }),
        ],
        'Feed one',
      ),
      createScriptedNews(
        [
          headline('APPLE sells 5 million tablets, in 3 days!', '2012-06-28T15:00:00Z'),
          headline('A quiet day', '2012-06-29T20:00:00Z'),
        ],
        'Feed two',
      ),
    ],
    sentiment: createScriptedSentiment([
      change('analyst', '2012-06-20', 'upgrade', { who: 'Made Bank', from: 'Hold', to: 'Buy' }),
      change('analyst', '2012-05-02', 'downgrade; price target 500', { who: 'Other Bank' }),
      change('insider', '2012-06-11', 'Sale at 571.00', { shares: -2_000, value: 1_142_000 }),
      change('insider', '2012-04-11', 'Purchase', { shares: 500, value: null }),
      change('analyst', '2011-06-11', 'upgrade', { who: 'Old Bank' }),
    ]),
  }
}

const withSources = (sources: Sources) => createSampleAssessment({ sources })

/** The state as it is shown, folded from everything that was said. */
function shownState({ events }: RunRecord): CommitteeState {
  const workflow = createSampleAssessment()
  const initial = workflow.initial({ ticker: 'AAPL', analysts: ['market'], rounds: 1, repeats: 1 })
  return events.reduce((state, event) => workflow.fold(state, event), initial)
}

describe('analysts with sources', () => {
  it('number what they find in blocks of their own, the others go on from the highest', async () => {
    const { decision, record } = await assess(withSources(createSources()), REQUEST)
    const numbersOf = (tool: string) =>
      decision.evidence.filter((item) => item.tool === tool).map(({ id }) => Number(id.slice(1)))
    expect(numbersOf('price')[0]).toBe(2)
    expect(numbersOf('fundamentals')[0]).toBe(201)
    expect(numbersOf('headlines_found')[0]).toBe(401)
    expect(numbersOf('sentiment')[0]).toBe(601)
    expect(Math.min(...numbersOf('weigh'))).toBe(Math.max(...numbersOf('sentiment')) + 1)
    expect(shownState(record).evidence).toEqual(decision.evidence)
    expect(record.skipped.size).toBe(0)
  })

  it('bring counts, sums and texts with their day and where they come from', async () => {
    const { decision } = await assess(withSources(createSources()), REQUEST)
    const byLabel = new Map(decision.evidence.map((item) => [item.label, item]))
    expect(byLabel.get('Headlines found')).toMatchObject({ value: 3, unit: 'headlines' })
    expect(byLabel.get('Headlines of the last 7 days')!.value).toBe(2)
    expect(byLabel.get('Headline 2')).toMatchObject({
      ...{ value: 'Apple sells 5 million tablets in 3 days', unit: 'text', as_of: '2012-06-28' },
      source: 'The Made Times, 2012-06-28 14:05 UTC, by Feed one',
    })
    expect(byLabel.get('Analyst upgrades')).toMatchObject({ value: 1, unit: 'changes' })
    expect(byLabel.get('Analyst downgrades')!.value).toBe(1)
    expect(byLabel.get('Insider sales')!.value).toBe(1)
    expect(byLabel.get('Net insider shares')!.value).toBe(-1_500)
    expect(byLabel.get('Net insider value')!.value).toBe(-1_142_000)
    expect(byLabel.get('Insider trade 1')!.value).toBe(
      'Somebody: Sale at 571.00, 2,000 shares, worth 1,142,000',
    )
    expect(byLabel.get('Net margin')!.value).toBeCloseTo(23.95, 2)
  })

  it('change nothing of what the rules decide, whose reports say that they do not weigh it', async () => {
    const { decision, record } = await assess(withSources(createSources()), REQUEST)
    const plain = (await assess(createSampleAssessment(), REQUEST)).decision
    const { action, rating, confidence, risk_metrics, position } = decision
    expect({ action, rating, confidence, risk_metrics, position }).toEqual({
      ...{ action: plain.action, rating: plain.rating, confidence: plain.confidence },
      ...{ risk_metrics: plain.risk_metrics, position: plain.position },
    })
    expect(decision.unverified).toEqual([])
    for (const analyst of ['fundamentals', 'news', 'sentiment'])
      expect(contentOf(record, `${analyst}_report`), analyst).toContain('The rules do not weigh this')
    const only = await assess(withSources(createSources()), { ...REQUEST, analysts: ['news'] })
    expect(only.decision.action).toBe('REVIEW')
    expect(only.decision.summary).toContain('nothing that the rules weigh')
  })

  it('quote texts from outside letter by letter: no link, no image, no markup comes of them', async () => {
    const { record } = await assess(withSources(createSources()), REQUEST)
    const $ = load(renderMarkdown(contentOf(record, 'news_report')))
    expect($('a, img, b, script')).toHaveLength(0)
    const row = $('td').filter((_, cell) => $(cell).text().includes('Buy!'))
    expect(row.text()).toBe(`“${NASTY}”`)
  })

  it('quote them so in every table, also where the verdict cites one', async () => {
    const reasonersFor = (): CommitteeReasoners => ({
      ...rulesReasoners,
      portfolio_manager: {
        async reason(brief, aid) {
          const verdict = await rulesReasoners.portfolio_manager.reason(brief, aid)
          const { id } = brief.evidence.find(({ value }) => value === NASTY)!
          return { ...verdict, rationale: [{ text: `The press shouts [${id}].`, evidence: [id] }] }
        },
      },
    })
    const { decision } = await assess(
      createSampleAssessment({ sources: createSources(), reasonersFor }),
      REQUEST,
    )
    const $ = load(renderMarkdown(decision.markdown))
    expect($('a, img, b, script')).toHaveLength(0)
    expect($('td').filter((_, cell) => $(cell).text() === `“${NASTY}”`)).toHaveLength(1)
    const cited = decision.evidence.find(({ value }) => value === NASTY)!
    const table = load(renderMarkdown(createQuoter(createLedger([cited])).table([cited.label])))
    expect(table('a, img, b')).toHaveLength(0)
    expect(table('td').eq(1).text()).toBe(`“${NASTY}”`)
  })

  it('ask no source again whose answer is journaled, however often the run is stopped and resumed', async () => {
    const sources = createSources()
    const workflow = withSources(sources)
    const { input } = await workflow.admit(workflow.input.parse(REQUEST))
    const record = createRunRecord('AAPL', AS_OF)
    const whole = await assess(withSources(createSources()), REQUEST)
    const fundamentals = sources.fundamentals as ReturnType<typeof createScriptedFundamentals>
    let journaledAfter: number | null = null
    for (let stop = 1; stop <= whole.record.results.size; stop++) {
      await executeOver(workflow, input, record, { stopAfterSteps: stop }).catch((error: unknown) =>
        expect(error).toBeInstanceOf(StoppedError),
      )
      if (record.results.has('fundamentals/tool_1')) journaledAfter ??= fundamentals.calls
    }
    await executeOver(workflow, input, record)
    expect(fundamentals.calls).toBe(journaledAfter)
    expect(record.decision!.evidence).toEqual(whole.decision.evidence)
  })
})

describe('models with sources', () => {
  it('look up more of what was found, and are not asked about a source that has nothing', async () => {
    const gateway = createScriptedGateway((call) => {
      if (call.kind === 'ask')
        return { value: answerRole(call.name as ModelRole, (call.turns[0] as { text: string }).text) }
      const hasLooked = call.turns.some(({ role }) => role === 'tool')
      if (hasLooked) return { calls: [] }
      if (call.tools.includes('headlines'))
        return { calls: [{ name: 'headlines', args: { query: 'quiet', days: 9 } }] }
      if (call.tools.includes('fact'))
        return { calls: [{ name: 'fact', args: { concept: 'Revenue', period: 'annual' } }] }
      return { calls: [] }
    })
    const models = {
      ...{ deep: 'made:deep', quick: null, budgetUsd: null, budgetTokens: null },
      ...{ gateway, facts: scriptedFacts },
    }
    const sources = { ...createSources(), sentiment: createScriptedSentiment([]) }
    const { decision, record } = await assess(createSampleAssessment({ sources, models }), REQUEST)
    expect(decision).toMatchObject({ action: 'BUY', unverified: [], provenance: { mode: 'llm' } })
    expect(decision.evidence.map(({ label }) => label)).toContain('Revenue, 2010-09-26 to 2011-09-24')
    expect(decision.evidence.filter(({ label }) => label === 'Headline 1')).toHaveLength(1)
    expect(gateway.callsOf('news')).toHaveLength(1)
    expect(gateway.callsOf('sentiment')).toHaveLength(0)
    expect(contentOf(record, 'sentiment_report')).toContain('No analyst and no insider was heard of')
    expect(contentOf(record, 'news_messages')).toContain('Looked up `headlines`: E404')
  })
})

describe('a source that fails', () => {
  const broken = (): Sources => ({
    ...createSources(),
    sentiment: createScriptedSentiment(new Error('Made ratings: answered 503 <b>')),
  })

  it('ends its analyst in error, and the gap is named in the decision, on the page and in the log', async () => {
    const { decision, record } = await assess(withSources(broken()), REQUEST)
    expect(decision.action).toBe('BUY')
    expect(record.events).toContainEqual(
      expect.objectContaining({
        ...{ type: 'step_failed', key: 'sentiment' },
        error: 'no answer from the source: Made ratings: answered 503 <b>',
      }),
    )
    const gap = decision.dissent.find(({ role }) => role === 'sentiment')
    expect(gap!.text).toContain('Made ratings: answered 503')
    expect(decision.markdown).toContain('**Sentiment analyst.**')
    expect(renderMarkdown(decision.markdown)).not.toContain('<b>')
    expect(decision.unverified).toEqual([])
    expect(record.logs).toContainEqual(
      expect.objectContaining({ severity: 'WARN', message: expect.stringContaining('answered 503') }),
    )
    expect(shownState(record).gaps).toEqual([
      { analyst: 'sentiment', reason: 'Made ratings: answered 503 <b>' },
    ])
  })

  it('stays a gap when the run is resumed, though it would answer now', async () => {
    const first = withSources(broken())
    const { input } = await first.admit(first.input.parse(REQUEST))
    const record = createRunRecord('AAPL', AS_OF)
    const whole = await assess(first, REQUEST)
    await executeOver(first, input, record, { stopAfterSteps: 20 }).catch(() => undefined)
    expect([...record.failures.keys()]).toContain('sentiment')
    await executeOver(withSources(createSources()), input, record)
    expect(record.decision!.dissent).toEqual(whole.decision.dissent)
    expect(record.decision!.evidence).toEqual(whole.decision.evidence)
  })

  it('among several of news leaves the others, and is named all the same', async () => {
    const sources = createSources()
    const news = [createScriptedNews(new Error('Feed one: timed out'), 'Feed one'), sources.news[1]!]
    const { decision, record } = await assess(withSources({ ...sources, news }), REQUEST)
    expect(decision.evidence.find(({ label }) => label === 'Headlines found')!.value).toBe(2)
    expect(decision.dissent.find(({ role }) => role === 'news')!.text).toContain('Feed one: timed out')
    expect(record.failures.has('news')).toBe(false)
    const silent = [1, 2].map((n) => createScriptedNews(new Error(`Feed ${n}: timed out`), `Feed ${n}`))
    const none = await assess(withSources({ ...sources, news: silent }), REQUEST)
    expect(none.record.failures.get('news')).toContain('Feed 1: timed out; Feed 2: timed out')
  })

  it('by telling what is dated after the day is not believed in anything', async () => {
    const late = [headline('Tomorrow', '2012-06-30T08:00:00Z'), headline('Today', '2012-06-29T08:00:00Z')]
    const { decision, record } = await assess(
      withSources({ ...NO_SOURCES, news: [createScriptedNews(late)] }),
      REQUEST,
    )
    expect(record.failures.get('news')).toContain('2012-06-30')
    expect(JSON.stringify(decision.evidence)).not.toContain('Tomorrow')
  })

  it('is none where it knows no such company', async () => {
    const fundamentals = createScriptedFundamentals(new NotFoundError('SEC EDGAR has no company AAPL'))
    const { decision, record } = await assess(withSources({ ...NO_SOURCES, fundamentals }), REQUEST)
    expect(record.failures.size).toBe(0)
    expect(contentOf(record, 'fundamentals_report')).toContain('Nothing was filed')
    expect(contentOf(record, 'fundamentals_report')).not.toContain('do not weigh')
    expect(contentOf(record, 'fundamentals_messages')).toContain('has no company AAPL')
    expect(decision.dissent.map(({ role }) => role)).not.toContain('fundamentals')
  })
})

describe('what cannot be', () => {
  const sell = (shares: number, value: number | null) =>
    change('insider', '2012-06-20', 'Sale', { shares, value })

  it('among insider trades is passed over, and the report and the log say so', async () => {
    const found = [sell(-1e308, null), sell(-10, 1e300), sell(-40, 2_000), sell(Number.MAX_VALUE, 1)]
    const sentiment = createScriptedSentiment(found)
    const { decision, record } = await assess(withSources({ ...NO_SOURCES, sentiment }), REQUEST)
    const valueOf = (name: string) => decision.evidence.find(({ label }) => label === name)?.value
    expect(valueOf('Insider sales')).toBe(1)
    expect(valueOf('Net insider shares')).toBe(-40)
    expect(valueOf('Net insider value')).toBe(-2_000)
    expect(valueOf('Insider trade 1')).toBe('Somebody: Sale, 40 shares, worth 2,000')
    expect(contentOf(record, 'sentiment_report')).toContain('more shares or money than there can be')
    expect(record.logs).toContainEqual(
      expect.objectContaining({
        message: 'Made ratings: 3 insider trades that cannot be are passed over',
      }),
    )
  })

  it('said of a price and the accounts is left out, and the report says why', async () => {
    const counted = fact('Shares outstanding', 9e8, [null, '2012-04-13'], '2012-04-25', { unit: 'shares' })
    const report = async (facts: FiledFact[]) => {
      const fundamentals = createScriptedFundamentals(facts)
      const { decision, record } = await assess(withSources({ ...NO_SOURCES, fundamentals }), REQUEST)
      expect(decision.unverified).toEqual([])
      return contentOf(record, 'fundamentals_report')
    }
    const revenue = fact('Revenue', 1e11, ['2010-09-26', '2011-09-24'], '2011-10-26')
    expect(await report([revenue, counted])).toContain('Market value')
    expect(await report([revenue, counted])).not.toContain('left out')
    expect(await report([{ ...revenue, unit: 'CNY' }, counted])).toContain(
      'Market value and what rests on it are left out: the price is in USD, the accounts are in CNY.',
    )
  })
})

describe('the shown state', () => {
  it('orders evidence by number, whoever was done first', () => {
    const item = (id: string) => ({ type: 'evidence_measured', items: [{ id }] }) as unknown as RunEvent
    const workflow = createSampleAssessment()
    const start = workflow.initial({ ticker: 'AAPL', analysts: ['market'], rounds: 1, repeats: 1 })
    const state = ['E401', 'E2', 'E201'].reduce((held, id) => workflow.fold(held, item(id)), start)
    expect(state.evidence.map(({ id }) => id)).toEqual(['E2', 'E201', 'E401'])
  })
})
