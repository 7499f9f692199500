/** Company figures from filings: what was known on the day, and nothing that came later. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFactBook } from '../../src/committee/evidence/filed-facts.ts'
import {
  currencyOfPrices,
  measureFundamentals,
  type LastClose,
} from '../../src/committee/evidence/fundamentals.ts'
import type { FiledFact } from '../../src/market/sources.ts'
import { fact } from '../support/scripted-sources.ts'

const AS_OF = '2012-06-29'
const CLOSE: LastClose = { price: 50, date: AS_OF, currency: 'USD', splits: [] }
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

const tell = (facts: readonly FiledFact[], asOf: string, close: Partial<LastClose> = {}) =>
  measureFundamentals(createFactBook(facts, asOf), 'SEC EDGAR', { ...CLOSE, date: asOf, ...close })
const measured = (facts: readonly FiledFact[], asOf = AS_OF, close: Partial<LastClose> = {}) =>
  tell(facts, asOf, close).measurements
const valuesOf = (facts: readonly FiledFact[], asOf = AS_OF, close: Partial<LastClose> = {}) =>
  Object.fromEntries(measured(facts, asOf, close).map(({ label, value }) => [label, value]))

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

const q10 = { form: '10-Q' }
/** Two years and what is filed of a third, in quarters only. */
const QUARTERS: FiledFact[] = [
  fact('Net income', 1_000, ['2011-01-01', '2011-12-31'], '2012-02-20'),
  fact('Net income', 200, ['2011-01-01', '2011-03-31'], '2011-05-01', q10),
  fact('Net income', 250, ['2011-04-01', '2011-06-30'], '2011-08-01', q10),
  fact('Net income', 260, ['2011-07-01', '2011-09-30'], '2011-11-01', q10),
  fact('Net income', 300, ['2012-01-01', '2012-03-31'], '2012-05-01', q10),
  fact('Net income', -900, ['2012-04-01', '2012-06-30'], '2012-08-01', q10),
  fact('Net income', 310, ['2012-07-01', '2012-09-30'], '2012-11-01', q10),
]
const twelveMonths = (facts: readonly FiledFact[], asOf: string) => {
  const found = createFactBook(facts, asOf).twelveMonths({ label: 'Net income', kind: 'money' })
  return found && [found.value, found.parts.at(-1)!.period_end]
}

describe('the last twelve months', () => {
  it.each([
    ['2012-03-01', 1_000, '2011-12-31'],
    ['2012-05-02', 1_000 + 300 - 200, '2012-03-31'],
    ['2012-08-02', 1_000 + 300 - 900 - 200 - 250, '2012-06-30'],
    ['2012-11-02', 1_000 + 300 - 900 + 310 - 200 - 250 - 260, '2012-09-30'],
  ])('on %s end with the latest quarter that was filed', (asOf, value, end) => {
    expect(twelveMonths(QUARTERS, asOf)).toEqual([value, end])
  })

  it('are four quarters in a row where a source has no year', () => {
    const fourth = fact('Net income', 290, ['2011-10-01', '2011-12-31'], '2012-02-20', q10)
    const quarters = [...QUARTERS.slice(1), fourth]
    expect(twelveMonths(quarters, '2012-08-02')).toEqual([260 + 290 + 300 - 900, '2012-06-30'])
    expect(twelveMonths(quarters, '2011-12-30')).toBeNull()
  })

  it('are not said where a quarter is missing, and the report says so', () => {
    for (const missing of ['2011-04-01', '2012-01-01']) {
      const gap = QUARTERS.filter(({ period_start, period_end }) =>
        period_start === missing ? false : period_end !== '2012-09-30',
      )
      expect(twelveMonths(gap, '2012-08-02'), missing).toBeNull()
      const shares = fact('Shares outstanding', 10, [null, '2012-07-15'], '2012-08-01', { unit: 'shares' })
      const { measurements, remarks } = tell([...gap, shares], '2012-08-02')
      expect(measurements.map(({ label }) => label)).not.toContain('Price to earnings')
      expect(remarks).toEqual([
        'Price to earnings is left out: what was filed does not make the latest twelve months.',
      ])
    }
  })

  it('of a company of 52 and 53 weeks are found over its seams', () => {
    const weeks = [
      fact('Net income', 100, ['2010-09-26', '2011-09-24'], '2011-10-26'),
      fact('Net income', 24, ['2010-09-26', '2010-12-25'], '2011-01-20', q10),
      fact('Net income', 40, ['2011-09-25', '2011-12-31'], '2012-01-25', q10),
    ]
    expect(twelveMonths(weeks, '2012-02-01')).toEqual([116, '2011-12-31'])
  })
})

describe('the currency of the accounts', () => {
  const cny = { unit: 'CNY', form: '20-F' }
  const usd = { unit: 'USD', form: '20-F' }
  const filed = '2012-04-20'
  const both = [
    fact('Revenue', 600, ['2010-01-01', '2010-12-31'], filed, cny),
    fact('Revenue', 700, ['2011-01-01', '2011-12-31'], filed, cny),
    fact('Revenue', 111, ['2011-01-01', '2011-12-31'], filed, usd),
    fact('Net income', 70, ['2011-01-01', '2011-12-31'], filed, usd),
    fact('Net income', 441, ['2011-01-01', '2011-12-31'], filed, cny),
  ]

  it('is one: a second column of another is not mixed in, whatever its order', () => {
    for (const facts of [both, [...both].reverse()])
      expect(valuesOf(facts)).toEqual({
        'Annual revenue': 700,
        'Annual revenue growth': expect.closeTo(100 / 6, 9),
        'Annual net income': 441,
        'Net margin': 63,
      })
  })

  it('is the present one of a company that has changed it', () => {
    const old = [2006, 2007, 2008].map((year) =>
      fact('Revenue', 5, [`${year}-01-01`, `${year}-12-31`], `${year + 1}-04-20`, { unit: 'GBP' }),
    )
    expect(valuesOf([...old, ...both])).toMatchObject({ 'Annual revenue': 700 })
  })
})

describe('what holds the price against the accounts', () => {
  const shares = (filed: string, change: Partial<FiledFact> = {}) =>
    fact('Shares outstanding', 861, [null, '2014-04-11'], filed, { unit: 'shares', ...change })
  const income = fact('Net income', 37_037, ['2013-01-01', '2013-12-31'], '2014-01-28')
  const facts = [income, shares('2014-04-24')]
  const asOf = '2014-06-30'
  const split = { date: '2014-06-09', shares: 7 }

  it('counts the splits since the shares were counted', () => {
    expect(valuesOf(facts, asOf, { price: 92.93, splits: [split] })).toMatchObject({
      'Market value': expect.closeTo(92.93 * 861 * 7, 6),
      'Price to earnings': expect.closeTo((92.93 * 861 * 7) / 37_037, 9),
    })
    expect(valuesOf(facts, asOf, { splits: [{ date: '2014-04-11', shares: 7 }] })['Market value']).toBe(
      50 * 861,
    )
  })

  it.each([
    ['nobody knows the splits', facts, { splits: null }, 'do not tell whether the shares were split'],
    ['a split is uncertain', facts, { splits: [{ ...split, shares: null }] }, 'split on 2014-06-09'],
    ['a split lies before the filing', [income, shares('2014-06-20')], { splits: [split] }, '2014-06-09'],
    ['the currency of the price is unknown', facts, { currency: null }, 'currency of the price'],
    ['the price is in another currency', facts, { currency: 'EUR' }, 'the accounts are in USD'],
    ['a foreign company files', [income, shares('2014-04-24', { form: '20-F' })], {}, 'a foreign one'],
  ])('is left out where %s, and the report says why', (_name, filed, close, words) => {
    const { measurements, remarks } = tell(filed, asOf, close)
    const labels = measurements.map(({ label }) => label)
    expect(labels).toContain('Shares outstanding')
    for (const label of ['Market value', 'Price to earnings', 'Price to sales'])
      expect(labels).not.toContain(label)
    expect(remarks).toEqual([expect.stringContaining(words)])
  })

  it('and every other ratio is left out of figures that are too old', () => {
    const years = '2016-06-30'
    expect(Object.keys(valuesOf(FACTS, years)).sort()).toEqual(
      FACTS.flatMap(({ label, period_start, period_end }) => {
        if (period_start === null) return [label]
        const name = label.slice(0, 1).toLowerCase() + label.slice(1)
        if (period_end === Y2011[1]) return [`Annual ${name}`]
        return period_start === Q_2012[0] ? [`Quarterly ${name}`] : []
      })
        .filter((label, index, all) => all.indexOf(label) === index)
        .sort(),
    )
    expect(tell(FACTS, years).remarks).toEqual([
      'Market value and what rests on it are left out: the shares outstanding were last counted on 2012-04-13.',
    ])
  })

  it.each([
    ['AAPL', 'USD'],
    ['BRK-B', 'USD'],
    ['BRK.B', 'USD'],
    ['AZN.L', null],
    ['7203.T', null],
    ['^GSPC', null],
    ['EURUSD=X', null],
  ])('takes a price of %s to be in %s', (ticker, currency) => {
    expect(currencyOfPrices(ticker)).toBe(currency)
  })
})

describe('debt', () => {
  const on = [null, '2011-12-31'] as const
  const equity = fact('Equity', 100, on, '2012-02-20')
  const debt = (label: string, value: number) => fact(label, value, on, '2012-02-20')

  it.each([
    [[debt('Long-term debt', 80), debt('Debt due within a year', 20)], 1],
    [[debt('Long-term debt with its current part', 100), debt('Debt due within a year', 20)], 1],
    [[debt('Long-term debt with its current part', 100), debt('Long-term debt', 80)], 1],
    [[debt('Long-term debt', 80)], 0.8],
    [[debt('Debt', 120), debt('Long-term debt', 80), debt('Debt due within a year', 20)], 1.2],
  ])('of %j is counted once', (debts, ratio) => {
    expect(valuesOf([equity, ...debts])['Debt to equity']).toBe(ratio)
  })
})
