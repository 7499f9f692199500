/**
 * The company's figures as measurements: the latest year and quarter as filed, how they grew, and what follows from them
 * together with the last close. Everything rests on filings that were public on the as-of date, and says which.
 *
 * Formulas, in the usual meaning of the words (Graham and Dodd 1934, "Security Analysis"): margins are over the revenue
 * of the same year; growth is 100 × (now / a year before − 1), left out where the base is not above 0; free cash flow is
 * operating cash flow less capital expenditure; debt to equity is all debt, or where only its parts are filed long-term
 * debt and that due within a year, over equity; return on equity is the year's net income over equity at its end; market
 * value is the last close × shares outstanding as last filed × the shares that splits since made of each; price to
 * earnings and to sales are market value over net income and revenue of the last twelve months.
 *
 * Nothing is computed from periods that ended more than a year and a half ago. What holds price against accounts is left
 * out, and a sentence says why, where one share of the price may not be one share of the filing in the same currency.
 */
import type { FiledFact } from '../../market/sources.ts'
import type { Split } from '../../market/splits.ts'
import type { FactBook, LineItem, Span } from './filed-facts.ts'
import { keepFinite, type Measurement, type Unit } from './measurement.ts'

function item(label: string, kind: LineItem['kind'] = 'money'): LineItem {
  return { label, kind }
}

const REVENUE = item('Revenue')
const OPERATING_INCOME = item('Operating income')
const NET_INCOME = item('Net income')
const GROSS_PROFIT = item('Gross profit')
const DILUTED_EARNINGS = item('Earnings per share, diluted', 'per share')
const OPERATING_CASH = item('Operating cash flow')
const CAPITAL_SPENDING = item('Capital expenditure')
const EQUITY = item('Equity')
const TOTAL_DEBT = item('Debt')
const LONG_TERM_DEBT = item('Long-term debt')
const CURRENT_DEBT = item('Debt due within a year')
/** Includes what is due within a year: never added to anything. */
const WHOLE_LONG_TERM_DEBT = item('Long-term debt with its current part')
const SHARES = item('Shares outstanding', 'shares')

const FLOWS = [
  ...[REVENUE, GROSS_PROFIT, OPERATING_INCOME, NET_INCOME, DILUTED_EARNINGS],
  ...[OPERATING_CASH, CAPITAL_SPENDING, item('Dividends per share', 'per share')],
]
const GROWING = [REVENUE, OPERATING_INCOME, NET_INCOME, DILUTED_EARNINGS]
const BALANCES = [
  ...[item('Cash'), item('Current assets'), item('Total assets')],
  ...[item('Current liabilities'), item('Total liabilities')],
  ...[TOTAL_DEBT, LONG_TERM_DEBT, CURRENT_DEBT, WHOLE_LONG_TERM_DEBT, EQUITY, SHARES],
]

export interface LastClose {
  price: number
  /** YYYY-MM-DD. */
  date: string
  /** Of the price, as in `USD`; null where nobody knows. */
  currency: string | null
  /** Of the shares the price is of, up to `date`; null where nobody knows. */
  splits: readonly Split[] | null
}

export interface Fundamentals {
  measurements: Measurement[]
  /** What is left out though the filings are there, and why: sentences without figures but dates. */
  remarks: string[]
}

type Draft = Omit<Measurement, 'value'> & { value: number | null | undefined }

/** The currency that a vendor's prices of `ticker` are in; null where its name does not say: `AZN.L`, `^GSPC`, `EURUSD=X`. */
export function currencyOfPrices(ticker: string): string | null {
  // After a point stands the exchange, of which only those outside the United States are named, or a class of shares.
  return /^[A-Z]+(?:-[A-Z]|\.[AB])?$/.test(ticker) ? 'USD' : null
}

/** `source` names where the filings come from. */
export function measureFundamentals(book: FactBook, source: string, close: LastClose): Fundamentals {
  const from = createCiter(source)
  const multiples = measureMultiples(book, from, close)
  const measurements = keepFinite([
    ...measurePeriods('Annual', 'year', book, from),
    ...measurePeriods('Quarterly', 'quarter', book, from),
    ...BALANCES.flatMap((item) => asFiled(item.label, item, book.latest(item, 'day'), from)),
    ...measureMargins(book, from),
    ...measureBalance(book, from),
    ...multiples.drafts,
  ])
  return { measurements, remarks: multiples.remarks }
}

/** A fact as evidence of its own, under a name that no other figure has. */
export function describeFact(fact: FiledFact, source: string): Measurement {
  const kind: LineItem['kind'] =
    fact.unit === 'shares' ? 'shares' : fact.unit.endsWith('/shares') ? 'per share' : 'money'
  const period = fact.period_start === null ? fact.period_end : `${fact.period_start} to ${fact.period_end}`
  return {
    label: `${fact.label}, ${period}`,
    value: fact.value,
    unit: unitOf(kind),
    ...createCiter(source)([fact], describePeriod(fact)),
  }
}

type Citer = (facts: readonly FiledFact[], meaning: string, computed?: boolean) => Origin
type Origin = Pick<Measurement, 'source' | 'asOf' | 'meaning'>

/** Names form and day of the latest filing a figure rests on, which is the day it became known. */
function createCiter(source: string): Citer {
  return (facts, meaning, computed = false) => {
    const last = facts.reduce((latest, fact) => (fact.filed > latest.filed ? fact : latest))
    const filing = `${source}, ${last.form === '' ? '' : `${last.form} `}filed ${last.filed}`
    return { source: computed ? `computed from ${filing}` : filing, asOf: last.filed, meaning }
  }
}

function measurePeriods(prefix: string, span: Span, book: FactBook, from: Citer): Draft[] {
  return FLOWS.flatMap((item) => {
    const fact = book.latest(item, span)
    if (!fact) return []
    const name = `${prefix} ${lowerFirst(item.label)}`
    const isGrowing = GROWING.includes(item) && book.isRecent(fact)
    const before = isGrowing ? book.yearBefore(item, fact) : undefined
    const growth = before && before.value > 0 ? 100 * (fact.value / before.value - 1) : null
    return [
      ...asFiled(name, item, fact, from),
      ...(before
        ? [
            {
              ...{ label: `${name} growth`, value: growth, unit: '%' as const },
              ...from([before, fact], `${describePeriod(fact)} against ${describePeriod(before)}`, true),
            },
          ]
        : []),
    ]
  })
}

function measureMargins(book: FactBook, from: Citer): Draft[] {
  const revenue = book.latest(REVENUE, 'year')
  if (!revenue || !book.isRecent(revenue)) return []
  const over = (label: string, item: LineItem): Draft[] => {
    const part = book.alongside(item, revenue)
    if (!part || revenue.value <= 0) return []
    const meaning = `${lowerFirst(item.label)} over revenue, ${describePeriod(revenue)}`
    return [
      {
        label,
        value: (100 * part.value) / revenue.value,
        unit: '%',
        ...from([part, revenue], meaning, true),
      },
    ]
  }
  return [
    ...over('Gross margin', GROSS_PROFIT),
    ...over('Operating margin', OPERATING_INCOME),
    ...over('Net margin', NET_INCOME),
    ...measureFreeCash(book, from, revenue),
  ]
}

function measureFreeCash(book: FactBook, from: Citer, revenue: FiledFact): Draft[] {
  const cash = book.alongside(OPERATING_CASH, revenue)
  const spent = book.alongside(CAPITAL_SPENDING, revenue)
  if (!cash || !spent) return []
  // Some sources write what was spent as a negative figure.
  const value = cash.value - Math.abs(spent.value)
  const meaning = `operating cash flow less capital expenditure, ${describePeriod(revenue)}`
  return [
    { label: 'Free cash flow', value, unit: 'money', ...from([cash, spent], meaning, true) },
    {
      ...{ label: 'Free cash flow margin', unit: '%' },
      value: revenue.value > 0 ? (100 * value) / revenue.value : null,
      ...from([cash, spent, revenue], `free cash flow over revenue, ${describePeriod(revenue)}`, true),
    },
  ]
}

function measureBalance(book: FactBook, from: Citer): Draft[] {
  const drafts: Draft[] = []
  const equity = book.latest(EQUITY, 'day')
  if (equity && book.isRecent(equity) && equity.value > 0) {
    const debts = findDebts(book, equity)
    const owed = debts.reduce((sum, fact) => sum + fact.value, 0)
    const names = debts.map((fact) => lowerFirst(fact.label)).join(' and ')
    if (debts.length > 0)
      drafts.push({
        ...{ label: 'Debt to equity', value: owed / equity.value, unit: 'ratio' },
        ...from([...debts, equity], `${names} over equity, ${describePeriod(equity)}`, true),
      })
  }
  const income = book.latest(NET_INCOME, 'year')
  const held =
    income &&
    book.isRecent(income) &&
    book.series(EQUITY, 'day').find((fact) => fact.period_end === income.period_end)
  if (income && held && held.value > 0)
    drafts.push({
      ...{ label: 'Return on equity', value: (100 * income.value) / held.value, unit: '%' },
      ...from(
        [income, held],
        `net income over equity at the end of the year, ${describePeriod(income)}`,
        true,
      ),
    })
  return drafts
}

/** All debt on the day of `equity`, as far as it was filed: nothing that holds another of its parts. */
function findDebts(book: FactBook, equity: FiledFact): FiledFact[] {
  const find = (item: LineItem) => book.alongside(item, equity) ?? []
  const parts = [find(LONG_TERM_DEBT), find(CURRENT_DEBT)].flat()
  const whole = [find(TOTAL_DEBT), parts.length === 2 ? [] : find(WHOLE_LONG_TERM_DEBT)].flat()
  return whole.length > 0 ? whole.slice(0, 1) : parts
}

/** What holds the last close against the accounts. */
function measureMultiples(
  book: FactBook,
  from: Citer,
  close: LastClose,
): { drafts: Draft[]; remarks: string[] } {
  const shares = book.latest(SHARES, 'day')
  if (!shares || shares.value <= 0) return { drafts: [], remarks: [] }
  const made = countSharesSince(book, shares, close)
  if (typeof made === 'string')
    return { drafts: [], remarks: [`Market value and what rests on it are left out: ${made}.`] }
  const value = close.price * shares.value * made
  const cite = (facts: readonly FiledFact[], meaning: string): Origin => ({
    ...from([shares, ...facts], meaning, true),
    asOf: close.date,
  })
  const remarks: string[] = []
  const over = (label: string, item: LineItem): Draft[] => {
    const year = book.twelveMonths(item)
    const last = year?.parts.at(-1)
    if (!year || !last || !book.isRecent(last)) {
      if (book.latest(item, 'year'))
        remarks.push(`${label} is left out: what was filed does not make the latest twelve months.`)
      return []
    }
    if (year.value <= 0) return []
    const meaning = `market value over ${lowerFirst(item.label)} of the twelve months to ${last.period_end}`
    return [{ label, value: value / year.value, unit: 'ratio', ...cite(year.parts, meaning) }]
  }
  const split = made === 1 ? '' : ', with the splits since'
  const drafts: Draft[] = [
    {
      ...{ label: 'Market value', value, unit: 'money' },
      ...cite([], `last close times shares outstanding, ${describePeriod(shares)}${split}`),
    },
    ...over('Price to earnings', NET_INCOME),
    ...over('Price to sales', REVENUE),
  ]
  return { drafts, remarks }
}

/** Shares that each share of the filing has become by the last close; why it cannot be told, where it cannot. */
function countSharesSince(book: FactBook, shares: FiledFact, close: LastClose): number | string {
  const { period_end, filed, form } = shares
  if (!book.isRecent(shares)) return `the shares outstanding were last counted on ${period_end}`
  if (close.currency === null) return 'the currency of the price is not known'
  if (close.currency !== book.currency)
    return `the price is in ${close.currency}, the accounts are in ${book.currency ?? 'no currency that is known'}`
  if (/^(20-F|6-K)/.test(form))
    return 'the company is a foreign one, and a share traded may stand for another number of those it counts'
  const splits = close.splits?.filter(({ date }) => date > period_end && date <= close.date)
  if (!splits) return 'the prices do not tell whether the shares were split since they were counted'
  const unclear = splits.find(({ date, shares: each }) => each === null || date <= filed)
  if (unclear) return `it is not certain how the shares were split on ${unclear.date}`
  return splits.reduce((product, { shares: each }) => product * each!, 1)
}

function asFiled(label: string, item: LineItem, fact: FiledFact | undefined, from: Citer): Draft[] {
  if (!fact) return []
  const value = fact.value
  return [{ label, value, unit: unitOf(item.kind), ...from([fact], describePeriod(fact)) }]
}

function unitOf(kind: LineItem['kind']): Unit {
  return kind === 'shares' ? 'shares' : kind === 'per share' ? 'price' : 'money'
}

/** `FY2011, to 2011-09-24`; a balance stands on its day. */
function describePeriod({ period, period_start, period_end, unit }: FiledFact): string {
  const currency = unit.startsWith('USD') || unit === 'shares' ? '' : `, in ${unit.slice(0, 3)}`
  if (period_start === null) return `on ${period_end}${currency}`
  return `${period}${period.includes(period_end) ? '' : `, to ${period_end}`}${currency}`
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text
}
