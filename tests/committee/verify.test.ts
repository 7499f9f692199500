import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../src/committee/decision.ts'
import { findFigures, unmatchedFigures } from '../support/figures-of.ts'

function evidence(id: string, label: string, value: number, unit: string): Evidence {
  return { id, label, value, unit, as_of: '2012-06-29', source: 'made', tool: 'made' }
}

const HELD = [
  evidence('E1', 'Last close', 584.004, 'price'),
  evidence('E2', 'SMA 50', 571.966, 'price'),
  evidence('E3', 'Distance to SMA 200', -4.236, '%'),
  evidence('E4', 'Average volume 20', 13_097_925.4, 'shares'),
  evidence('E5', 'Balance', 0.384, 'ratio'),
]
const unmatched = (text: string, known: (number | null)[] = []) =>
  unmatchedFigures(text, HELD, known).map((figure) => figure.number)

describe('finding figures', () => {
  it('reads sign, separators, decimals, percent and the citation behind', () => {
    expect(findFigures('fell −4.24 % [E3], volume 13,097,925 and +0.38')).toMatchObject([
      { number: '−4.24', value: -4.24, decimals: 2, hasSign: true, isPercent: true, cited: 'E3' },
      { number: '13,097,925', value: 13_097_925, decimals: 0, hasSign: false, isPercent: false, cited: null },
      { number: '+0.38', value: 0.38, decimals: 2, hasSign: true, isPercent: false, cited: null },
    ])
  })

  it.each([
    'SMA 50 and RSI 14',
    'a 20-day low of the 52-week range',
    'on 2012-06-29 at 10:00',
    'the run AAPL--2026-11-20_10.00.00--0a1b2c',
    '1. first point\n2. second point',
    'see [E12] and [E13]',
    'E4 to E17, v2, T1',
  ])('takes none from “%s”', (text) => {
    expect(findFigures(text, ['SMA 50', 'RSI 14'])).toEqual([])
  })

  it('takes the end of a sentence for an end, not for a decimal point', () => {
    expect(findFigures('It closed at 584. Then rose to 590.5.').map((figure) => figure.number)).toEqual([
      '584',
      '590.5',
    ])
  })
})

describe('checking figures', () => {
  it.each([
    '584',
    '584.0',
    '584.00',
    '584.00 [E1]',
    '571.97',
    '−4.2 %',
    '4.24 %',
    '-4.236 %',
    '0.38 [E5]',
    '13,097,925',
  ])('lets %s pass, which is evidence as shown', (text) => {
    expect(unmatched(`it is ${text} now`)).toEqual([])
  })

  it.each([
    ['another figure', '585.00', '585.00'],
    ['a wrong rounding', '584.01', '584.01'],
    ['the wrong sign', '+4.24 %', '+4.24'],
    ['the wrong unit', '4.24 times', '4.24'],
    ['percent of a price', '584.00 %', '584.00'],
    ['the right figure with the wrong citation', '584.00 [E2]', '584.00'],
    ['a citation of what there is not', '584.00 [E99]', '584.00'],
  ])('marks %s', (_what, text, number) => {
    expect(unmatched(`it is ${text} now`)).toEqual([number])
  })

  it('knows a ratio in percent and values given besides the evidence', () => {
    expect(unmatched('a balance of 38.4 %')).toEqual([])
    expect(unmatched('the cap of 0.25 of equity')).toEqual(['0.25'])
    expect(unmatched('the cap of 0.25 of equity, or 25 %', [0.25, null])).toEqual([])
    expect(unmatched('a cap of 0.15 % of equity', [0.15])).toEqual(['0.15'])
    expect(unmatched('a cap of 128.9 %', [1.2891])).toEqual([])
  })

  it('keeps the words around what it marks', () => {
    expect(unmatchedFigures('the bull says it is up 31 % since May', HELD)[0]!.text).toContain(
      'up 31 % since',
    )
  })
})
