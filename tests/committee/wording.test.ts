/** What the rules say of made-up values: words that the values bear out. */
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../src/committee/decision.ts'
import { createLedger, type Ledger } from '../../src/committee/evidence/ledger.ts'
import { countInWords, createQuoter } from '../../src/committee/figures.ts'
import { findShortage } from '../../src/committee/rules/sufficiency.ts'
import { findSignal } from '../../src/committee/rules/signals.ts'
import { describeStake } from '../../src/committee/rules/risk-voice.ts'
import { traderByRules } from '../../src/committee/rules/trader.ts'
import { createMemoryAid } from '../support/memory-aid.ts'

function ledgerOf(values: Record<string, number>, units: Record<string, string> = {}): Ledger {
  const items = Object.entries(values).map(([label, value], i): Evidence => {
    const unit = units[label] ?? 'ratio'
    return { id: `E${i + 1}`, label, value, unit, as_of: '2012-06-29', source: 'made', tool: 'made' }
  })
  return createLedger(items)
}

function judge(id: string, values: Record<string, number>): { score: number; text: string } {
  const ledger = ledgerOf(values)
  const signal = findSignal(id)
  const read = (label: string) => ledger.get(label).value
  const score = signal.score(read)
  return { score, text: signal.say(createQuoter(ledger), read, score) }
}

describe('a calm market', () => {
  const calm = (distance: number) =>
    judge('volatility_regime', {
      ...{ 'Volatility rank': 5, 'Realised volatility 20': 12, 'Distance to SMA 200': distance },
    })

  it('speaks for the trend there is, whichever way it goes', () => {
    expect(calm(10).score).toBeGreaterThan(0.5)
    expect(calm(10).text).toContain('quiet advances')
    expect(calm(-10).score).toBeLessThan(-0.5)
    expect(calm(-10).text).toContain('decline')
    expect(calm(0).score).toBeCloseTo(0, 12)
  })
})

describe('oversold', () => {
  it('is witnessed by the stochastic only where that is low as well', () => {
    const at = (oscillator: number) => judge('overbought', { 'RSI 14': 25, 'Stochastic %K': oscillator }).text
    expect(at(12)).toContain('Stochastic %K')
    expect(at(35)).not.toContain('Stochastic %K')
  })
})

describe('MACD', () => {
  it('turns, for its line may be on either side of zero', () => {
    const values = { 'MACD line': -3, 'MACD signal': -4, 'MACD histogram': 1, 'ATR 14': 5 }
    expect(judge('macd', values).text).toContain('Momentum is turning up')
  })
})

describe('the trader who stands aside', () => {
  const research = { stance: 'HOLD' as const, reason: 'Level.', evidence_ids: [], report: '' }
  async function triggers(levels: Record<string, number>): Promise<string> {
    const evidence = ledgerOf({ 'Last close': 100, 'ATR 14': 2, ...levels }).items
    const brief = {
      ticker: 'MADE',
      as_of: '2012-06-29',
      evidence,
      research,
      repeats: 1,
      memory: [],
      reports: {},
    }
    return (await traderByRules.reason(brief, createMemoryAid())).reason
  }

  it('waits for levels that are neither at hand nor out of reach', async () => {
    expect(await triggers({ Resistance: 104, Support: 97 })).toMatch(/above 104.00 .* below 97.00/)
    expect(await triggers({ Resistance: 100.1, 'Second resistance': 105, Support: 85 })).toBe(
      'A close above 105.00 [E4] would bring the bull’s case to life.',
    )
    expect(await triggers({ Resistance: 100.1, Support: 85 })).toContain('No level of the chart')
  })
})

describe('a stake', () => {
  const carried = (shares: number) =>
    describeStake(
      ledgerOf({
        ...{ 'Neutral size': shares, 'Neutral size before shares': 0.6, 'Neutral shares': shares },
        ...{ 'Neutral amount at risk': 40, 'Reference equity': 100_000 },
      }),
      'Neutral',
    )

  it('names the equity it is worked out for', () => {
    expect(carried(3)).toContain('at a reference equity of 100,000.00 [E5]')
  })

  it('that is less than one share says so, and not that there is no edge', () => {
    expect(carried(0)).toBe(
      '0.60 [E2] of equity, which at a reference equity of 100,000.00 [E5] is less than one share',
    )
  })
})

describe('counts', () => {
  it.each([
    [0, 3, 'none of the three'],
    [1, 3, 'one of the three'],
    [3, 3, 'all three'],
  ])('of %d in %d read as %s', (count, all, words) => {
    expect(countInWords(count, all)).toBe(words)
  })

  it('of one are in the singular', () => {
    const short = (bars: number) =>
      findShortage(ledgerOf({ 'Bars in window': bars }, { 'Bars in window': 'bars' }), 'MADE')
    expect(short(1)).toContain('only 1 [E1] bar:')
    expect(short(2)).toContain('only 2 [E1] bars:')
  })
})
