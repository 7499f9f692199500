/**
 * Company figures from Yahoo Finance. Yahoo has the end of each period and not the day of filing, and shows what a
 * company restated later in place of what it first said. A figure therefore counts as known only 90 days after its
 * period, by when the slowest filers must have filed a year: weaker than filings themselves, and `form` says so.
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
export const KNOWN_AFTER_DAYS = 90
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

function readFacts(answer: unknown, ticker: string): FiledFact[] {
  const parsed = answerShape.safeParse(answer)
  if (!parsed.success) throw new Error(`the answer about ${ticker} has an unknown shape`)
  const facts = new Map<string, FiledFact>()
  for (const { meta, ...series } of parsed.data.timeseries.result) {
    const type = meta.type[0]!
    const [, span, name] = /^(annual|quarterly)(.+)$/.exec(type) ?? []
    const figure = FIGURES.find((known) => known.name === name)
    const values = series[type]
    if (figure === undefined || values === undefined) continue
    const read = z.array(valueShape).safeParse(values)
    if (!read.success) throw new Error(`the answer about ${ticker} has an unknown shape at ${type}`)
    for (const value of read.data) {
      const fact = value === null ? null : describeValue(figure, span === 'annual', value)
      if (fact === null) continue
      // A balance at the end of a year is listed under the year and under the quarter.
      const key = `${figure.name} ${fact.period_start ?? ''} ${fact.period_end}`
      if (!facts.has(key)) facts.set(key, fact)
    }
  }
  return [...facts.values()]
}

/** Null for what carries no figure or no day. */
function describeValue(
  { label, name, unit, isBalance }: Figure,
  isAnnual: boolean,
  value: NonNullable<z.infer<typeof valueShape>>,
): FiledFact | null {
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
    form: `period + ${KNOWN_AFTER_DAYS} days`,
    filed: addDays(end, KNOWN_AFTER_DAYS),
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
