/** Company figures from filings: what was known on the day, and nothing that came later. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFactBook } from '../../src/committee/evidence/filed-facts.ts'
import { measureFundamentals } from '../../src/committee/evidence/fundamentals.ts'
import type { FiledFact } from '../../src/market/sources.ts'
import { fact } from '../support/scripted-sources.ts'

const AS_OF = '2012-06-29'
const CLOSE = { price: 50, date: AS_OF }
const Y2010 = ['2009-10-01', '2010-09-30'] as const
const Y2011 = ['2010-10-01', '2011-09-30'] as const
const HALF_2011 = ['2010-10-01', '2011-03-31'] as const
const HALF_2012 = ['2011-10-01', '2012-03-31'] as const
const Q_2011 = ['2011-01-01', '2011-03-31'] as const
const Q_2012 = ['2012-01-01', '2012-03-31'] as const
const END_2011 = [null, '2011-09-30'] as const
const END_Q = [null, '2012-03-31'] as const
const [K10, K11, Q11, Q12] = ['2010-10-27', '2011-10-26', '2011-04-20', '2012-04-25']

const FACTS: FiledFact[] = [
  fact('Revenue', 800, Y2010, K10!),
  fact('Net income', 80, Y2010, K10!),
  fact('Revenue', 450, HALF_2011, Q11!, { form: '10-Q' }),
  fact('Revenue', 200, Q_2011, Q11!, { form: '10-Q' }),
  fact('Net income', 50, HALF_2011, Q11!, { form: '10-Q' }),
  fact('Revenue', 1_000, Y2011, K11!),
  fact('Gross profit', 400, Y2011, K11!),
  fact('Operating income', 250, Y2011, K11!),
  fact('Net income', 120, Y2011, K11!),
  fact('Earnings per share, diluted', 1.2, Y2011, K11!, { unit: 'USD/shares' }),
  fact('Operating cash flow', 300, Y2011, K11!),
  fact('Capital expenditure', 90, Y2011, K11!),
  fact('Equity', 600, END_2011, K11!),
  fact('Revenue', 550, HALF_2012, Q12!, { form: '10-Q' }),
  fact('Revenue', 260, Q_2012, Q12!, { form: '10-Q' }),
  fact('Net income', 70, HALF_2012, Q12!, { form: '10-Q' }),
  fact('Equity', 640, END_Q, Q12!, { form: '10-Q' }),
  fact('Long-term debt', 160, END_Q, Q12!, { form: '10-Q' }),
  fact('Debt due within a year', 96, END_Q, Q12!, { form: '10-Q' }),
  fact('Shares outstanding', 100, [null, '2012-04-13'], Q12!, { unit: 'shares', form: '10-Q' }),
]

const measured = (facts: readonly FiledFact[], asOf = AS_OF, close = CLOSE) =>
  measureFundamentals(createFactBook(facts, asOf), 'SEC EDGAR', close)
const valuesOf = (facts: readonly FiledFact[], asOf = AS_OF) =>
  Object.fromEntries(measured(facts, asOf).map(({ label, value }) => [label, value]))

describe('the figures of a company', () => {
  it('are those of the latest year and quarter, with their growth and what follows from them', () => {
    expect(valuesOf(FACTS)).toEqual({
      'Annual revenue': 1_000,
      'Annual revenue growth': expect.closeTo(25, 9),
      'Annual gross profit': 400,
      'Annual operating income': 250,
      'Annual net income': 120,
      'Annual net income growth': expect.closeTo(50, 9),
      'Annual earnings per share, diluted': 1.2,
      'Annual operating cash flow': 300,
      'Annual capital expenditure': 90,
      'Quarterly revenue': 260,
      'Quarterly revenue growth': expect.closeTo(30, 9),
      'Long-term debt': 160,
      'Debt due within a year': 96,
      Equity: 640,
      'Shares outstanding': 100,
      'Gross margin': 40,
      'Operating margin': 25,
      'Net margin': 12,
      'Free cash flow': 210,
      'Free cash flow margin': 21,
      'Debt to equity': 0.4,
      'Return on equity': 20,
      'Market value': 5_000,
      // Of the twelve months to March: 120 + 70 − 50, and 1,000 + 550 − 450.
      'Price to earnings': expect.closeTo(5_000 / 140, 9),
      'Price to sales': expect.closeTo(5_000 / 1_100, 9),
    })
  })

  it('say form and day of the filing, which is the day they became known', () => {
    const byLabel = new Map(measured(FACTS).map((item) => [item.label, item]))
    expect(byLabel.get('Annual revenue')).toMatchObject({
      ...{ source: 'SEC EDGAR, 10-K filed 2011-10-26', asOf: '2011-10-26', unit: 'money' },
      meaning: 'to 2011-09-30',
    })
    expect(byLabel.get('Debt to equity')).toMatchObject({
      source: 'computed from SEC EDGAR, 10-Q filed 2012-04-25',
      asOf: '2012-04-25',
    })
    expect(byLabel.get('Price to earnings')).toMatchObject({ asOf: AS_OF, unit: 'ratio' })
  })

  it('are what had been filed on the day, a restatement only from its own filing on', () => {
    const restated = [...FACTS, fact('Revenue', 990, Y2011, '2012-02-01', { form: '10-K/A' })]
    expect(valuesOf(restated, '2012-01-31')['Annual revenue']).toBe(1_000)
    expect(valuesOf(restated, '2012-02-01')['Annual revenue']).toBe(990)
    expect(valuesOf(FACTS, '2011-10-25')['Annual revenue']).toBe(800)
  })

  it('leave out what cannot be said: growth on a loss, a multiple of one, what is in another currency', () => {
    const loss = FACTS.map((one) => (one.label === 'Net income' ? { ...one, value: -one.value } : one))
    expect(valuesOf(loss)).not.toHaveProperty('Annual net income growth')
    expect(valuesOf(loss)).not.toHaveProperty('Price to earnings')
    expect(valuesOf(loss)).toHaveProperty('Price to sales')
    const euros = FACTS.map((one) => (one.unit === 'USD' ? { ...one, unit: 'EUR' } : one))
    expect(valuesOf(euros)).toHaveProperty('Annual revenue')
    expect(valuesOf(euros)).not.toHaveProperty('Price to sales')
    expect(measured(euros).find(({ label }) => label === 'Annual revenue')!.meaning).toContain('in EUR')
    expect(valuesOf([])).toEqual({})
  })

  it('take capital spending off, whichever sign a source gives it', () => {
    const negative = FACTS.map((one) =>
      one.label === 'Capital expenditure' ? { ...one, value: -one.value } : one,
    )
    expect(valuesOf(negative)['Free cash flow']).toBe(210)
  })

  it('are the same whatever is filed after the day', () => {
    const day = fc.integer({ min: 1, max: 3_000 }).map((days) => {
      return new Date(Date.parse(AS_OF) + days * 86_400_000).toISOString().slice(0, 10)
    })
    const later = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: FACTS.length - 1 }), filed: day, value: fc.integer() }),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(later, (changes) => {
        const after = changes.map(({ at, filed, value }) => ({ ...FACTS[at]!, filed, value }))
        expect(measured([...FACTS, ...after])).toEqual(measured(FACTS))
      }),
      { numRuns: 50 },
    )
  })
})
