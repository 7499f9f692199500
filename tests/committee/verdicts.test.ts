/** Forty-eight verdicts: four tickers on twelve days. What must hold of each, and that they are not all the same. */
import { beforeAll, describe, expect, it } from 'vitest'
import { citedIds } from '../../src/committee/figures.ts'
import { findFigures, unmatchedFigures } from '../support/figures-of.ts'
import { assess, createSampleAssessment, TWELVE_DATES, type Assessed } from '../support/assessments.ts'
import { contentOf } from '../support/run-context.ts'
import { SAMPLE_TICKERS } from '../support/sample-bars.ts'

/** A day on which the trader waits for a pullback. */
const PULLBACK = '2008-07-31'

const cases = new Map<string, Assessed>()

beforeAll(async () => {
  const workflow = createSampleAssessment()
  for (const ticker of SAMPLE_TICKERS) {
    for (const as_of of TWELVE_DATES) {
      cases.set(`${ticker} ${as_of}`, await assess(workflow, { ticker, as_of }))
    }
  }
})

const each = () => [...cases.entries()].map(([name, assessed]) => ({ name, ...assessed }))
const reportsOf = ({ record }: Assessed) =>
  [...record.content.keys()].filter((node) => node.endsWith('_report')).map((node) => contentOf(record, node))

describe('the verdicts of twelve days on four tickers', () => {
  it('are not one verdict: every action occurs, and BUY on more than one ticker', () => {
    const actions = each().map(({ decision }) => decision.action)
    expect(new Set(actions)).toEqual(new Set(['BUY', 'HOLD', 'SELL']))
    const bought = each().filter(({ decision }) => decision.action === 'BUY')
    expect(new Set(bought.map(({ decision }) => decision.ticker)).size).toBeGreaterThan(1)
  })

  it('give different reasons', () => {
    const reasons = each().map(({ decision }) => JSON.stringify(decision.rationale))
    expect(new Set(reasons).size).toBe(cases.size)
    const wordings = each().map(({ decision }) =>
      decision.rationale.map(({ text }) => text.replace(/[\d.,+−%[\]E]/g, '')).join(),
    )
    expect(new Set(wordings).size).toBeGreaterThan(cases.size / 2)
  })

  it('compute reward and risk from their own levels, on the right sides of the entry', () => {
    for (const { name, decision } of each()) {
      const { entry, stop_loss, take_profit, risk_reward, risk_per_share, reward_per_share } =
        decision.risk_metrics
      if (decision.action === 'HOLD') {
        expect([entry, stop_loss, take_profit, risk_reward, risk_per_share, reward_per_share], name).toEqual(
          Array(6).fill(null),
        )
        continue
      }
      expect(risk_reward, name).toBe(Math.abs(take_profit! - entry!) / Math.abs(entry! - stop_loss!))
      const side = decision.action === 'BUY' ? 1 : -1
      expect(side * (entry! - stop_loss!), name).toBeGreaterThan(0)
      expect(side * (take_profit! - entry!), name).toBeGreaterThan(0)
      expect(decision.risk_metrics.stop_loss_pct).toBeCloseTo(100 * (stop_loss! / entry! - 1), 10)
    }
  })

  it('are carried by a voice that agrees, or are no more than an exit', () => {
    for (const { name, decision, record, input } of each()) {
      if (decision.action === 'HOLD') {
        expect(decision.position, name).toMatchObject({ method: 'none', shares: 0, caps: [] })
        continue
      }
      const refusing = decision.dissent.map(({ role }) => role)
      const voice = /as the (\w+) voice would carry it/i.exec(decision.summary)?.[1]
      if (voice === undefined) {
        expect(decision.summary, name).toContain('Exit what is held; open no short')
        expect(decision.position, name).toMatchObject({ method: 'none', shares: 0, risk_amount: 0 })
      } else {
        expect(refusing, name).not.toContain(voice)
        expect(decision.position.fraction_of_equity, name).toBeGreaterThan(0)
      }
      expect(reportsOf({ decision, record, input }).join(), name).not.toMatch(/Leave what is held/)
    }
  })

  it('keep the stop of the trader, and quote no target of the trader as the one that counts', () => {
    for (const { name, decision } of each()) {
      if (decision.action === 'HOLD') continue
      const valueOf = (label: string) => decision.evidence.find((item) => item.label === label)!.value
      expect(decision.risk_metrics.stop_loss, name).toBe(valueOf('Stop'))
      const reason = decision.rationale.at(-1)!
      if (decision.position.shares > 0 && decision.risk_metrics.take_profit !== valueOf('Target'))
        expect(reason.text, name).toMatch(/(takes its profit before|lets it run beyond) that, at/)
    }
  })

  it('do not list a record that lost money as support, nor say twice over that something lost a minus', () => {
    for (const { name, decision, record, input } of each()) {
      const id = decision.evidence.find((item) => item.label === 'Rule expectancy')?.id
      const lost = Number(decision.evidence.find((item) => item.id === id)?.value ?? 0) <= 0
      if (lost && decision.action !== 'HOLD') {
        expect(
          decision.rationale.some(({ evidence }) => evidence.includes(id!)),
          name,
        ).toBe(false)
        expect(
          decision.dissent.some(({ evidence }) => evidence.includes(id!)),
          name,
        ).toBe(true)
      }
      if (decision.dissent.length > 0) expect(decision.summary, name).not.toContain('nothing of weight')
      const all = [decision.markdown, ...reportsOf({ decision, record, input })].join('\n')
      expect(all, name).not.toMatch(/(lost|fall of|fell by) [−-]/)
      expect(decision.confidence_basis, name).not.toMatch(/\bno of\b/)
    }
  })

  it('say in the summary of a HOLD nothing that its reasons say again', () => {
    for (const { name, decision } of each()) {
      if (decision.action !== 'HOLD') continue
      const texts = [...decision.rationale, ...decision.dissent].map(({ text }) => text)
      expect(new Set(texts).size, name).toBe(texts.length)
      for (const text of texts) expect(decision.summary, name).not.toContain(text)
    }
  })

  it('cite an oscillator as agreeing only where it does, and quote sizes in percent of a stated equity', () => {
    for (const { name, decision, record, input } of each()) {
      const valueOf = (label: string) => decision.evidence.find((item) => item.label === label)?.value ?? 50
      const all = [decision.markdown, ...reportsOf({ decision, record, input })].join('\n')
      if (/is oversold, and/.test(all)) expect(valueOf('Stochastic %K'), name).toBeLessThan(20)
      if (/is overbought, and/.test(all)) expect(valueOf('Stochastic %K'), name).toBeGreaterThan(80)
      expect(all, name).not.toMatch(/(?<!%) \[E\d+\] of equity/)
      if (decision.position.shares > 0) expect(decision.summary, name).toContain('reference equity')
    }
  })

  it('say in the summary when the entry waits for a price to come back', async () => {
    const { decision } = await assess(createSampleAssessment(), { ticker: 'GOOG', as_of: PULLBACK })
    const close = decision.evidence.find((item) => item.label === 'Last close')!.value
    expect(decision.risk_metrics.entry).not.toBe(close)
    expect(decision.summary).toContain(`on a return to ${decision.risk_metrics.entry!.toFixed(2)}`)
  })

  it('put the stop of a SELL above its entry', () => {
    const sales = each().filter(({ decision }) => decision.action === 'SELL')
    expect(sales.length).toBeGreaterThan(0)
    for (const { decision } of sales)
      expect(decision.risk_metrics.stop_loss).toBeGreaterThan(decision.risk_metrics.entry!)
  })

  it('state the risk of the instrument whatever the action', () => {
    for (const { name, decision } of each()) {
      const { atr, volatility_ann_pct, max_drawdown_pct, var_95_pct } = decision.risk_metrics
      for (const value of [atr, volatility_ann_pct, var_95_pct]) expect(value, name).toBeGreaterThan(0)
      expect(max_drawdown_pct, name).toBeLessThan(0)
    }
  })

  it('size no more than the caps allow, each cap leading to the next', () => {
    for (const { name, decision } of each()) {
      const { fraction_of_equity, caps, delta, shares, notional } = decision.position
      const side = decision.action === 'SELL' ? -1 : 1
      expect(fraction_of_equity, name).toBeGreaterThanOrEqual(0)
      expect(fraction_of_equity, name).toBeLessThanOrEqual(0.35)
      expect(Number.isInteger(shares), name).toBe(true)
      expect(delta.from, name).toBe(0)
      expect(delta.to, name).toBeCloseTo(side * fraction_of_equity, 12)
      caps.slice(1).forEach((cap, i) => expect(cap.from, name).toBe(caps[i]!.to))
      if (caps.length > 0) expect(caps.at(-1)!.to, name).toBe(fraction_of_equity)
      if (decision.action === 'BUY') expect(notional, name).toBeGreaterThan(0)
    }
  })

  it('carry at least fifteen figures in the verdict and in the reports, all of them evidence', () => {
    for (const { name, decision, record, input } of each()) {
      const labels = decision.evidence.map((item) => item.label)
      const said = [
        decision.summary,
        ...decision.rationale.map(({ text }) => text),
        ...decision.dissent.map(({ text }) => text),
      ]
      const verdict = [...said, decision.markdown]
      const reports = reportsOf({ decision, record, input })
      expect(findFigures(verdict.join('\n'), labels).length, name).toBeGreaterThanOrEqual(15)
      expect(findFigures(reports.join('\n'), labels).length, name).toBeGreaterThanOrEqual(15)
      const { caps } = decision.position
      const known = caps.flatMap(({ from, to }) => [from, to])
      for (const text of [...verdict, ...reports])
        expect(unmatchedFigures(text, decision.evidence, known), name).toEqual([])
      for (const text of said) {
        const uncited = findFigures(text, labels).filter((figure) => figure.cited === null)
        expect(uncited, name).toEqual([])
      }
      expect(decision.unverified, name).toEqual([])
    }
  })

  it('cite only evidence there is, and list for each point what its text cites', () => {
    for (const { name, decision } of each()) {
      const ids = new Set(decision.evidence.map((item) => item.id))
      for (const id of citedIds(`${decision.markdown} ${decision.raw_text}`))
        expect(ids.has(id), `${name} ${id}`).toBe(true)
      for (const { text, evidence } of [...decision.rationale, ...decision.dissent])
        expect(evidence, name).toEqual(citedIds(text))
    }
  })

  it('read as text: nothing undefined, no NaN, no empty heading', () => {
    for (const { name, decision, record, input } of each()) {
      for (const text of [decision.markdown, decision.summary, ...reportsOf({ decision, record, input })]) {
        expect(text, name).not.toMatch(/undefined|NaN|Infinity|\[object|null/)
        expect(text, name).not.toMatch(/##[^\n]*\n+(?=##|$)/)
      }
    }
  })

  it('rest on agreement: the confidence lies within its bounds and says its basis', () => {
    for (const { name, decision } of each()) {
      expect(decision.confidence, name).toBeGreaterThan(0.04)
      expect(decision.confidence, name).toBeLessThan(0.96)
      expect(decision.confidence_basis, name).toMatch(/balance|scales|research/i)
      expect(decision.calibration).toBe('uncalibrated')
    }
  })
})
