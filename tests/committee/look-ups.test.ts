/** What an analyst may look up: figures of the window, numbered in its block, and nothing after the day it stands on. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Evidence } from '../../src/committee/decision.ts'
import type { AnalystBrief, LookUp } from '../../src/committee/reasoner.ts'
import { rulesReasoners } from '../../src/committee/rules/index.ts'
import { InputError } from '../../src/core/errors.ts'
import type { Sources } from '../../src/market/sources.ts'
import { assess, createSampleAssessment } from '../support/assessments.ts'
import { createRunRecord, executeOver, StoppedError } from '../support/run-context.ts'
import {
  change,
  createScriptedFundamentals,
  createScriptedNews,
  createScriptedSentiment,
  fact,
  headline,
} from '../support/scripted-sources.ts'
import { readSampleRows } from '../support/sample-bars.ts'

const AS_OF = '2012-06-29'
const sources: Sources = {
  fundamentals: createScriptedFundamentals(
    [2009, 2010, 2011].map((year) =>
      fact('Revenue', year * 10, [`${year - 1}-10-01`, `${year}-09-30`], `${year}-10-26`, { form: '10-K' }),
    ),
  ),
  news: [
    createScriptedNews(
      Array.from({ length: 40 }, (_, i) =>
        headline(`${i % 2 ? 'Tablet' : 'Phone'} story ${'x'.repeat(i)}`, `2012-0${1 + (i % 6)}-15T12:00:00Z`),
      ),
    ),
  ],
  sentiment: createScriptedSentiment([
    change('analyst', '2012-06-01', 'upgrade', { who: 'Made Bank', from: 'Hold', to: 'Buy' }),
    change('insider', '2011-01-03', 'Sale', { shares: -500, value: 6_000 }),
  ]),
}

type Use = (lookUps: Record<string, LookUp>, brief: AnalystBrief) => Promise<unknown>

/** An assessment in which one analyst looks things up before it reports by the rules. */
function assessLooking(analyst: 'market' | 'fundamentals' | 'news' | 'sentiment', use: Use) {
  const reasonersFor = () => ({
    ...rulesReasoners,
    [analyst]: {
      reason: async (brief: AnalystBrief, aid: never) => {
        await use(Object.fromEntries(brief.lookUps.map((one) => [one.name, one])), brief)
        return rulesReasoners[analyst].reason(brief, aid)
      },
    },
  })
  return createSampleAssessment({ sources, reasonersFor })
}

async function look(
  analyst: Parameters<typeof assessLooking>[0],
  name: string,
  args: Record<string, unknown>,
): Promise<Evidence[]> {
  let found: Evidence[] = []
  const workflow = assessLooking(analyst, async (lookUps) => {
    found = await lookUps[name]!.run(args)
  })
  const { decision } = await assess(workflow, { ticker: 'AAPL', as_of: AS_OF })
  for (const item of found) expect(decision.evidence).toContainEqual(item)
  return found
}

async function refusalOf(
  analyst: Parameters<typeof assessLooking>[0],
  name: string,
  args: Record<string, unknown>,
): Promise<InputError> {
  let refusal: unknown = null
  const workflow = assessLooking(analyst, async (lookUps) => {
    refusal = await lookUps[name]!.run(args).catch((error: unknown) => error)
  })
  await assess(workflow, { ticker: 'AAPL', as_of: AS_OF })
  expect(refusal).toBeInstanceOf(InputError)
  return refusal as InputError
}

describe('a stretch of prices', () => {
  it('is told in figures that the file bears out', async () => {
    const found = await look('market', 'price_window', { from: '2012-05-01', to: '2012-05-31' })
    const rows = readSampleRows('AAPL').filter(({ date }) => date >= '2012-05-01' && date <= '2012-05-31')
    const value = (label: string) => found.find((item) => item.label.startsWith(label))!.value as number
    // The sample has no split or dividend of AAPL between then and as-of.
    expect(value('Close on 2012-05-01')).toBeCloseTo(rows[0]!.close, 2)
    expect(value('Change')).toBeCloseTo(100 * (rows.at(-1)!.close / rows[0]!.close - 1), 1)
    expect(value('High')).toBeCloseTo(Math.max(...rows.map(({ high }) => high)), 1)
    expect(value('Low')).toBeCloseTo(Math.min(...rows.map(({ low }) => low)), 1)
    expect(value('Volume ratio')).toBeGreaterThan(0)
    expect(found.map(({ as_of }) => as_of).every((day) => day <= '2012-05-31')).toBe(true)
  })

  it.each([
    [{ from: '2012-06-01', to: '2012-07-02' }, 'to', 'after 2012-06-29, the day you stand on'],
    [{ from: '2012-01-01', to: '2012-06-29' }, 'from', 'at most 60'],
    [{ from: '2012-06-20', to: '2012-06-01' }, 'from', 'is after to'],
    [{ from: '2012-02-31', to: '2012-06-01' }, 'from', 'not a date'],
    [{ from: 5, to: '2012-06-01' }, 'from', 'expected string'],
  ])('refuses %j, naming the field', async (args, field, words) => {
    const refusal = await refusalOf('market', 'price_window', args)
    expect(refusal).toMatchObject({ field, message: expect.stringContaining(words) })
  })

  it('is empty where nothing was traded', async () => {
    expect(await look('market', 'price_window', { from: '2012-06-23', to: '2012-06-24' })).toEqual([])
  })
})

describe('an indicator', () => {
  it('goes on in the numbers of the market analyst', async () => {
    const [item] = await look('market', 'indicator', { name: 'sma', period: 30 })
    const rows = readSampleRows('AAPL').filter(({ date }) => date <= AS_OF)
    const closes = rows.slice(-30).map(({ close }) => close)
    expect(item).toMatchObject({ label: 'SMA 30', unit: 'price', as_of: AS_OF, tool: 'indicator' })
    expect(item!.value).toBeCloseTo(closes.reduce((sum, close) => sum + close, 0) / 30, 1)
    expect(Number(item!.id.slice(1))).toBeGreaterThan(50)
    expect(Number(item!.id.slice(1))).toBeLessThanOrEqual(200)
  })

  it('that was measured for everyone is that very evidence', async () => {
    const workflow = assessLooking('market', async (lookUps, brief) => {
      const known = brief.evidence.find(({ label }) => label === 'RSI 14')!
      expect(await lookUps.indicator!.run({ name: 'rsi', period: 14 })).toEqual([known])
    })
    const { decision } = await assess(workflow, { ticker: 'AAPL', as_of: AS_OF })
    expect(decision.evidence.filter(({ label }) => label === 'RSI 14')).toHaveLength(1)
  })

  it.each([
    [{ name: 'sma', period: 1 }, 'period'],
    [{ name: 'sma', period: 2.5 }, 'period'],
    [{ name: 'astrology', period: 5 }, 'name'],
  ])('refuses %j', async (args, field) => {
    expect(await refusalOf('market', 'indicator', args)).toMatchObject({ field })
  })
})

describe('the other look-ups', () => {
  it('give the history of a figure as it was filed', async () => {
    const found = await look('fundamentals', 'fact', { concept: 'revenue', period: 'annual' })
    expect(found.map(({ label, value }) => [label, value])).toEqual([
      ['Revenue, 2008-10-01 to 2009-09-30', 20_090],
      ['Revenue, 2009-10-01 to 2010-09-30', 20_100],
      ['Revenue, 2010-10-01 to 2011-09-30', 20_110],
    ])
    expect(found[0]).toMatchObject({
      as_of: '2009-10-26',
      source: expect.stringContaining('filed 2009-10-26'),
    })
    expect(await look('fundamentals', 'fact', { concept: 'Revenue', period: 'balance' })).toEqual([])
    const refusal = await refusalOf('fundamentals', 'fact', { concept: 'Revenu', period: 'any' })
    expect(refusal.message).toContain('did you mean "Revenue"?')
  })

  it('find headlines by word and age', async () => {
    const found = await look('news', 'headlines', { query: 'TABLET', days: 60 })
    expect(found.length).toBeGreaterThan(0)
    for (const item of found) {
      expect(item.value).toContain('Tablet')
      expect(item.as_of > '2012-04-30').toBe(true)
      expect(Number(item.id.slice(1))).toBeGreaterThanOrEqual(401)
    }
  })

  it('go further back in what insiders did', async () => {
    const found = await look('sentiment', 'changes', { kind: 'insider', days: 1_000 })
    expect(found).toEqual([
      expect.objectContaining({ label: 'Insider trade 1', as_of: '2011-01-03', unit: 'text' }),
    ])
    expect(await look('sentiment', 'changes', { kind: 'insider', days: 30 })).toEqual([])
  })
})

describe('looking things up', () => {
  it('gives the same numbers to what was found when the run is stopped and resumed anywhere', async () => {
    const workflow = assessLooking('market', (lookUps) =>
      Promise.all([
        lookUps.indicator!.run({ name: 'sma', period: 30 }),
        lookUps.price_window!.run({ from: '2012-05-01', to: '2012-05-31' }),
        lookUps.price_window!.run({ from: '2012-07-01', to: '2012-07-31' }).catch(() => undefined),
        lookUps.indicator!.run({ name: 'sma', period: 30 }),
        lookUps.indicator!.run({ name: 'ema', period: 30 }),
      ]),
    )
    const whole = await assess(workflow, { ticker: 'AAPL', as_of: AS_OF })
    for (let stop = 1; stop < 16; stop++) {
      const record = createRunRecord('AAPL', AS_OF)
      await executeOver(workflow, whole.input, record, { stopAfterSteps: stop }).catch((error: unknown) =>
        expect(error).toBeInstanceOf(StoppedError),
      )
      await executeOver(workflow, whole.input, record)
      expect(record.decision!.evidence, `stopped after ${stop}`).toEqual(whole.decision.evidence)
    }
  })

  it('ends when the analyst’s numbers do, and says so', async () => {
    let refused = ''
    const workflow = assessLooking('market', async (lookUps) => {
      for (let period = 2; period <= 250; period++) {
        if (refused !== '') break
        await lookUps
          .indicator!.run({ name: 'ema', period })
          .catch((error: Error) => (refused = error.message))
      }
    })
    const { decision } = await assess(workflow, { ticker: 'AAPL', as_of: AS_OF })
    expect(refused).toContain('no room for more evidence')
    expect(decision.action).toBe('BUY')
  })

  it('asks for shapes that every provider can be sent', async () => {
    for (const analyst of ['market', 'fundamentals', 'news', 'sentiment'] as const) {
      const workflow = assessLooking(analyst, (lookUps) => {
        for (const lookUp of Object.values(lookUps)) {
          const json = z.toJSONSchema(lookUp.input) as {
            type: string
            properties: object
            required: string[]
          }
          expect(json.type).toBe('object')
          expect(json.required).toEqual(Object.keys(json.properties))
        }
        return Promise.resolve()
      })
      await assess(workflow, { ticker: 'AAPL', as_of: AS_OF })
    }
  })
})
