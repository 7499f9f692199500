import { describe, expect, it } from 'vitest'
import { describeHonesty } from '../../../src/lab/overfitting/describe-honesty.ts'
import { sayChance } from '../../../src/lab/overfitting/say-chance.ts'
import { makeHonestyReport } from '../../support/honesty-reports.ts'

describe('a chance in words', () => {
  it.each([
    [0, 'fewer than 1 time in 1,000'],
    [0.001, 'about 1 time in 1,000'],
    [0.016, 'about 1 time in 60'],
    [0.053, 'about 1 time in 19'],
    [0.085, 'about 1 time in 10'],
    [0.1, 'about 1 time in 10'],
    [0.26, 'about 1 time in 4'],
    [0.5, 'about 1 time in 2'],
    [0.56, 'about 3 times in 5'],
    [0.74, 'about 3 times in 4'],
    [0.984, 'about 59 times in 60'],
    [1, 'every time'],
  ])('is said of %d as %j', (probability, words) => {
    expect(sayChance(probability, 1_000)).toBe(words)
  })

  it('is never far from what it says, and in its least terms', () => {
    for (let p = 0.001; p < 0.9995; p += 0.0007) {
      const [, part, whole] = sayChance(p, 1_000).match(/([\d,]+) times? in ([\d,]+)/)!
      for (const divisor of [2, 3, 5])
        expect([part, whole].every((one) => Number(one!.replace(',', '')) % divisor === 0)).toBe(false)
      const said = Number(part!.replace(',', '')) / Number(whole!.replace(',', ''))
      expect(Math.abs(said - p)).toBeLessThanOrEqual(0.26 * Math.min(p, 1 - p) + 1e-12)
    }
  })
})

describe('what a report comes to', () => {
  const search = {
    isWalkForward: false,
    distinct: 10_000,
    refused: 0,
    isAboveZero: true,
    isAboveHeld: true,
    isBestByMean: true,
  }

  it('begins with how much the best owes to luck, and has a sentence for each figure that is there', () => {
    const sentences = describeHonesty(makeHonestyReport(), search)
    expect(sentences[0]).toBe('Of 10,000 tries, the best would look this good by luck about 3 times in 4.')
    expect(sentences).toHaveLength(6)
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z0-9].*\.$/)
  })

  it('says whether any try was better at all from what was observed, not from how often luck is', () => {
    const every = { reality_check: 1, spa_consistent: 1, spa_lower: 1, spa_upper: 1 }
    const report = makeHonestyReport({ against_zero: every, against_buy_and_hold: every })
    expect(describeHonesty(report, search).slice(0, 2)).toEqual([
      'Of 10,000 tries, the best would look this good by luck every time.',
      'If none had an edge over buying and holding, one would look this far ahead of it by luck every time.',
    ])
    expect(
      describeHonesty(report, { ...search, isAboveZero: false, isAboveHeld: false }).slice(0, 2),
    ).toEqual([
      'None of 10,000 tries made more than doing nothing.',
      'By mean return no try is ahead of buying and holding.',
    ])
  })

  it('names the try that luck is judged by where that is not the one chosen', () => {
    expect(describeHonesty(makeHonestyReport(), { ...search, isBestByMean: false })[0]).toBe(
      'Of 10,000 tries, the best by mean return, which is not the one chosen, would look this good by luck about 3 times in 4.',
    )
  })

  it('advises nothing', () => {
    expect(describeHonesty(makeHonestyReport(), search).join(' ')).not.toMatch(
      /\b(should|must|avoid|recommend|consider)\b/i,
    )
  })

  it('says that tries were selected, with both numbers', () => {
    const report = makeHonestyReport({ trials: 90_000, sampled: 20_000 })
    expect(describeHonesty(report, { ...search, distinct: 90_000 }).join(' ')).toContain(
      '20,000 evenly chosen ones stand for all 90,000',
    )
  })

  it('speaks of a walk-forward as of one track', () => {
    const report = makeHonestyReport({ trials: 120_000 })
    const sentences = describeHonesty(
      { ...report, best: { ...report.best, trial: null } },
      { ...search, isWalkForward: true },
    )
    expect(sentences[0]).toBe(
      'Out of sample, a track without skill would look this good by luck about 3 times in 4.',
    )
    expect(sentences.join(' ')).not.toContain('evenly chosen')
    expect(sentences.join(' ')).toContain('the most that could be asked of it')
  })
})
