/**
 * Company figures from Yahoo Finance. Yahoo has the end of each period and not the day of filing, and shows what a
 * company restated later in place of what it first said. A figure therefore counts as known only when its filing was due
 * for the slowest, an extension included: a quarter 90 days after its end; a year, and with it its last quarter, 135 days
 * after, for foreign companies have four months (Form 20-F) and a notice of late filing 15 days more (Rule 12b-25). Weaker
 * than filings themselves, and `form` says so.
 *
 * Asked without yahoo-finance2, whose reader of this answer drops the currency and the day.
 */
import { z } from 'zod'
import { systemClock } from '../../core/clock.ts'
import { dateOf } from '../series.ts'
import type { FiledFact, FundamentalsSource } from '../sources.ts'
import { addDays, DAY_MS, endOfDayMs, isDay } from './days.ts'
import { nameSource } from './source-failure.ts'
import type { YahooSourceOptions } from './yahoo-sentiment.ts'

const NAME = 'Yahoo Finance statements'
const HOST = 'https://query1.finance.yahoo.com/ws/fundamentals-timeseries/v1/finance/timeseries'
const USER_AGENT = 'Mozilla/5.0 (compatible; Rundesk)'
const QUARTER_KNOWN_AFTER_DAYS = 90
const YEAR_KNOWN_AFTER_DAYS = 135
const MAX_AGE_MS = 6 * 3_600_000
/** Yahoo has nothing older than some years; 2000-01-01. */
const BEGINNING_S = 946_684_800

interface Figure {
  label: string
  /** Yahoo's name, without `annual` or `quarterly`. */
  name: string
  unit: 'money' | 'money/shares' | 'shares'
  isBalance: boolean
}

const flow = (label: string, name: string, unit: Figure['unit'] = 'money') => ({
  ...{ label, name, unit, isBalance: false },
})
const balance = (label: string, name: string, unit: Figure['unit'] = 'money') => ({
  ...{ label, name, unit, isBalance: true },
})
const FIGURES: readonly Figure[] = [
  flow('Revenue', 'TotalRevenue'),
  flow('Gross profit', 'GrossProfit'),
  flow('Operating income', 'OperatingIncome'),
  flow('Net income', 'NetIncome'),
  flow('Earnings per share, diluted', 'DilutedEPS', 'money/shares'),
  flow('Operating cash flow', 'OperatingCashFlow'),
  flow('Capital expenditure', 'CapitalExpenditure'),
  balance('Total assets', 'TotalAssets'),
  balance('Total liabilities', 'TotalLiabilitiesNetMinorityInterest'),
  balance('Equity', 'StockholdersEquity'),
  balance('Cash', 'CashAndCashEquivalents'),
  balance('Debt', 'TotalDebt'),
  balance('Shares outstanding', 'OrdinarySharesNumber', 'shares'),
]
const TYPES = FIGURES.flatMap(({ name }) => [`annual${name}`, `quarterly${name}`])

const valueShape = z
  .object({
    asOfDate: z.string(),
    currencyCode: z.string().nullish(),
    reportedValue: z.object({ raw: z.number().nullish() }).nullish(),
  })
  .nullable()
const answerShape = z.object({
  timeseries: z.object({
    result: z.array(z.looseObject({ meta: z.object({ type: z.array(z.string()).min(1) }) })),
  }),
})

/** Empty also for a symbol that Yahoo does not know: it answers both alike. */
export function createYahooFundamentals({
  net,
  clock = systemClock,
}: YahooSourceOptions): FundamentalsSource {
  return {
    name: NAME,
    facts(ticker, asOf, signal) {
      return nameSource(NAME, signal, async () => {
        endOfDayMs(asOf)
        // To the end of the day, so that all who ask on it share one answer.
        const until = (Math.floor(clock.now() / DAY_MS) + 1) * (DAY_MS / 1_000)
        const query = new URLSearchParams({
          ...{ symbol: ticker, type: TYPES.join(','), period1: `${BEGINNING_S}`, period2: `${until}` },
        })
        const answer = await net.get(`${HOST}/${encodeURIComponent(ticker)}?${query}`, {
          signal,
          headers: { 'user-agent': USER_AGENT, accept: 'application/json' },
          maxAgeMs: MAX_AGE_MS,
        })
        if (answer.status !== 200) throw new Error(`answered ${answer.status} about ${ticker}`)
        const facts = readFacts(JSON.parse(answer.text), ticker)
        return facts.filter(({ filed }) => filed <= asOf).sort(byFiling)
      })
    },
  }
}

function byFiling(a: FiledFact, b: FiledFact): number {
  return a.filed < b.filed ? -1 : a.filed > b.filed ? 1 : 0
}

type Value = NonNullable<z.infer<typeof valueShape>>

interface Statement {
  figure: Figure
  isAnnual: boolean
  value: Value
}

function readFacts(answer: unknown, ticker: string): FiledFact[] {
  const statements = readStatements(answer, ticker)
  const yearEnds = new Set(
    statements.filter(({ isAnnual }) => isAnnual).map(({ value }) => monthOf(value.asOfDate)),
  )
  const facts = new Map<string, FiledFact>()
  for (const statement of statements) {
    // Without any year nobody knows which quarter is its last.
    const isOfYear = yearEnds.size === 0 || yearEnds.has(monthOf(statement.value.asOfDate))
    const fact = describeFact(statement, isOfYear ? YEAR_KNOWN_AFTER_DAYS : QUARTER_KNOWN_AFTER_DAYS)
    if (fact === null) continue
    // A balance at the end of a year is listed under the year and under the quarter.
    const key = `${statement.figure.name} ${fact.period_start ?? ''} ${fact.period_end}`
    if (!facts.has(key)) facts.set(key, fact)
  }
  return [...facts.values()]
}

function readStatements(answer: unknown, ticker: string): Statement[] {
  const parsed = answerShape.safeParse(answer)
  if (!parsed.success) throw new Error(`the answer about ${ticker} has an unknown shape`)
  return parsed.data.timeseries.result.flatMap(({ meta, ...series }) => {
    const type = meta.type[0]!
    const [, span, name] = /^(annual|quarterly)(.+)$/.exec(type) ?? []
    const figure = FIGURES.find((known) => known.name === name)
    const values = series[type]
    if (figure === undefined || values === undefined) return []
    const read = z.array(valueShape).safeParse(values)
    if (!read.success) throw new Error(`the answer about ${ticker} has an unknown shape at ${type}`)
    return read.data
      .filter((value) => value !== null)
      .map((value) => ({ figure, isAnnual: span === 'annual', value }))
  })
}

/** Years end in the same month, be it of 52 weeks or of 53. */
function monthOf(day: string): string {
  return day.slice(5, 7)
}

/** Null for what carries no figure or no day. */
function describeFact({ figure, isAnnual, value }: Statement, knownAfterDays: number): FiledFact | null {
  const { label, name, unit, isBalance } = figure
  const { asOfDate: end, currencyCode, reportedValue } = value
  const amount = reportedValue?.raw
  if (!isDay(end) || typeof amount !== 'number' || !Number.isFinite(amount)) return null
  const money = currencyCode ?? 'unsaid currency'
  return {
    label,
    concept: `yahoo:${name}`,
    unit: unit === 'shares' ? 'shares' : unit.replace('money', money),
    value: amount,
    period_start: isBalance ? null : dayAfterMonthsBefore(end, isAnnual ? 12 : 3),
    period_end: end,
    period: isBalance ? `at ${end}` : `${isAnnual ? 'year' : 'quarter'} to ${end}`,
    form: `period + ${knownAfterDays} days`,
    filed: addDays(end, knownAfterDays),
  }
}

/** The first day of so many months that end on `end`: exact for calendar months, near for years of 52 weeks. */
function dayAfterMonthsBefore(end: string, months: number): string {
  const date = new Date(`${addDays(end, 1)}T00:00:00Z`)
  const day = date.getUTCDate()
  date.setUTCMonth(date.getUTCMonth() - months, 1)
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, length))
  return dateOf(date.getTime())
}
