import { describe, expect, it } from 'vitest'
import { createLedger, numberMeasurements } from '../../src/committee/evidence/ledger.ts'
import { keepFinite } from '../../src/committee/evidence/measurement.ts'
import { cite, citedIds, createQuoter } from '../../src/committee/figures.ts'
import { formatFigure } from '../../src/core/format.ts'

const ORIGIN = { asOf: '2012-06-29', source: 'made bars', tool: 'made' }
const measured = numberMeasurements(
  [
    { label: 'Last close', value: 584, unit: 'price' },
    { label: 'Change on the day', value: -2.626, unit: '%', source: 'elsewhere' },
  ],
  4,
  ORIGIN,
)

describe('the ledger', () => {
  it('numbers what was measured and keeps where it came from', () => {
    expect(measured).toEqual([
      {
        id: 'E4',
        label: 'Last close',
        value: 584,
        unit: 'price',
        as_of: '2012-06-29',
        source: 'made bars',
        tool: 'made',
      },
      {
        id: 'E5',
        label: 'Change on the day',
        value: -2.626,
        unit: '%',
        as_of: '2012-06-29',
        source: 'elsewhere',
        tool: 'made',
      },
    ])
    expect(createLedger(measured).next).toBe(6)
    expect(createLedger().next).toBe(1)
  })

  it('refuses a label or a number that is taken', () => {
    const ledger = createLedger(measured)
    expect(() => ledger.with([{ ...measured[0]!, id: 'E9' }])).toThrow('"Last close" is measured twice')
    expect(() => ledger.with([{ ...measured[0]!, label: 'Other' }])).toThrow('E4 is numbered twice')
  })

  it('does not let anyone cite what was not measured', () => {
    const ledger = createLedger(measured)
    expect(() => ledger.get('RSI 14')).toThrow('no figure is called "RSI 14"')
    expect(() => createQuoter(ledger).of('RSI 14')).toThrow('RSI 14')
    expect(ledger.find('RSI 14')).toBeUndefined()
  })

  it('keeps out what is no finite number', () => {
    const values = [1, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, 0]
    const kept = keepFinite(values.map((value, i) => ({ label: String(i), value, unit: 'ratio' as const })))
    expect(kept.map(({ value }) => value)).toEqual([1, 0])
  })
})

describe('figures', () => {
  it.each([
    [584, 'price', '584.00'],
    [0.66257, 'price', '0.6626'],
    [-4.236, '%', '−4.24 %'],
    [19.99, '%', '20.0 %'],
    [55.64, 'points', '55.6'],
    [13_097_925.4, 'shares', '13,097,925'],
    [0.384, 'ratio', '0.38'],
    [0.0763, 'ratio', '0.076'],
    [0.00106, 'ratio', '0.0011'],
    [0, 'ratio', '0.00'],
    [7592, 'money', '7,592.00'],
  ])('%d in %s reads %s', (value, unit, text) => {
    expect(formatFigure(value, unit)).toBe(text)
  })

  it('carry their citation, and their sign where it tells the direction', () => {
    expect(cite({ ...measured[0]!, value: 584 })).toBe('584.00 [E4]')
    expect(cite({ ...measured[1]!, value: 2.626 }, { signed: true })).toBe('+2.63 % [E5]')
    expect(citedIds('a [E4] b [E12], again [E4]')).toEqual(['E4', 'E12'])
  })

  it('stand in tables, those that were measured', () => {
    const table = createQuoter(createLedger(measured)).table(['RSI 14', 'Last close'])
    expect(table.split('\n')).toEqual([
      '| Measure | Value | Evidence |',
      '| --- | ---: | --- |',
      '| Last close | 584.00 | [E4] |',
    ])
    expect(createQuoter(createLedger(measured)).table(['RSI 14'])).toBe('')
  })
})
