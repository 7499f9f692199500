/**
 * A company's filings as a book to look things up in: which figure of a year, a quarter or a day was the latest that was
 * public on the as-of date. Knows nothing that was filed later; of two filings of the same figure the later one counts,
 * for it is what was known on the day. A book is kept in one currency: what a company gives in a second one, for the
 * convenience of readers abroad, is not mixed in.
 */
import type { FiledFact } from '../../market/sources.ts'
import { addDays, daysBetween } from '../../market/sources/days.ts'

export type Span = 'year' | 'quarter' | 'day'

/** A line of the statements, by the name that every source gives it. */
export interface LineItem {
  label: string
  kind: 'money' | 'per share' | 'shares'
}

export interface FactBook {
  /** What was public on the day, oldest filing first; in every currency. */
  readonly facts: readonly FiledFact[]
  /** The currency of the accounts, as in `USD`: the one that most periods are given in. Null without any money. */
  readonly currency: string | null
  /** Whether a figure's period ended late enough to say something of the company on the as-of date. */
  isRecent(fact: FiledFact): boolean
  /** One figure for each period, oldest period first. */
  series(item: LineItem, span: Span): FiledFact[]
  latest(item: LineItem, span: Span): FiledFact | undefined
  /** The figure of the same length a year before `fact`. */
  yearBefore(item: LineItem, fact: FiledFact): FiledFact | undefined
  /** The figure for exactly the period of `fact`. */
  alongside(item: LineItem, fact: FiledFact): FiledFact | undefined
  /**
   * The twelve months to the latest end of any period: a year, periods without a gap that make one (four quarters), or
   * the latest year plus what the new one brought so far less what the same part of the year before brought, each of
   * the two put together of periods without a gap. Null where one is missing: an older twelve months are no substitute.
   */
  twelveMonths(item: LineItem): TwelveMonths | null
}

export interface TwelveMonths {
  value: number
  /** What it was made of, the latest period last. */
  parts: FiledFact[]
}

const CURRENCY = /^[A-Z]{3}$/

/** Days by which the ends of two fiscal periods may drift from a calendar year. */
const DRIFT_DAYS = 10
/** By which the start of a period may miss the end of the one before: weeks and months are both kept. */
const SEAM_DAYS = 3
/** No statement is of less than a quarter. */
const SHORTEST_DAYS = 80
/** A year and a half: between a year's end and the filing of the next lie at most as many. */
const RECENT_DAYS = 550

export function spanOf({ period_start, period_end }: FiledFact): Span | null {
  if (period_start === null) return 'day'
  const days = daysBetween(period_start, period_end)
  if (days >= 350 && days <= 380) return 'year'
  return days >= 80 && days <= 100 ? 'quarter' : null
}

export function createFactBook(filed: readonly FiledFact[], asOf: string): FactBook {
  const facts = filed
    .filter((fact) => fact.filed <= asOf && fact.period_end <= asOf && Number.isFinite(fact.value))
    .sort((a, b) => (a.filed < b.filed ? -1 : a.filed > b.filed ? 1 : 0))

  const currency = findCurrency(facts)
  const units: Readonly<Record<LineItem['kind'], string>> = {
    ...{ money: `${currency}`, 'per share': `${currency}/shares`, shares: 'shares' },
  }

  /** One figure for each period. */
  function factsOf({ label, kind }: LineItem): FiledFact[] {
    const latest = new Map<string, FiledFact>()
    for (const fact of facts) {
      if (fact.label !== label || fact.unit !== units[kind]) continue
      // Oldest filing first: a later one takes its place.
      latest.set(`${fact.period_start ?? ''}/${fact.period_end}`, fact)
    }
    return [...latest.values()].sort(byPeriod)
  }

  const book: FactBook = {
    ...{ facts, currency },
    isRecent: (fact) => daysBetween(fact.period_end, asOf) <= RECENT_DAYS,
    series: (item, span) => factsOf(item).filter((fact) => spanOf(fact) === span),
    latest: (item, span) => book.series(item, span).at(-1),
    yearBefore: (item, fact) => factsOf(item).find((other) => isYearBefore(other, fact)),
    alongside: (item, fact) =>
      factsOf(item).find(
        (other) => other.period_end === fact.period_end && other.period_start === fact.period_start,
      ),
    twelveMonths: (item) => findTwelveMonths(factsOf(item).filter((fact) => fact.period_start !== null)),
  }
  return book
}

/** Of the filings of the latest year and a half, for a company may change it; the one of most periods. */
function findCurrency(facts: readonly FiledFact[]): string | null {
  const last = facts.at(-1)?.filed ?? ''
  const periods = new Map<string, Set<string>>()
  const current = new Set<string>()
  for (const { unit, label, period_start, period_end, filed } of facts) {
    if (!CURRENCY.test(unit)) continue
    if (daysBetween(filed, last) <= RECENT_DAYS) current.add(unit)
    const held = periods.get(unit) ?? new Set()
    periods.set(unit, held.add(`${label} ${period_start} ${period_end}`))
  }
  const sizeOf = (unit: string) => periods.get(unit)!.size
  // Stable: of two as long the one that was filed first.
  return [...current].sort((a, b) => sizeOf(b) - sizeOf(a))[0] ?? null
}

/** `flows` are the periods of one line, oldest first. */
function findTwelveMonths(flows: readonly FiledFact[]): TwelveMonths | null {
  const end = flows.at(-1)?.period_end
  if (end === undefined) return null
  const whole = findChain(flows, end, (fact) => {
    const days = daysBetween(fact.period_start!, end)
    return days >= 350 && days <= 380 ? 'done' : days < 350 ? 'more' : 'no'
  })
  if (whole) return { value: sum(whole), parts: whole }
  const year = flows.filter((fact) => spanOf(fact) === 'year').at(-1)
  if (!year) return null
  const soFar = findChain(flows, end, startingAfter(year.period_end))
  if (!soFar) return null
  const dayBefore = addDays(year.period_start!, -1)
  for (const { period_end } of flows) {
    if (Math.abs(daysBetween(period_end, end) - 365) > DRIFT_DAYS) continue
    const before = findChain(flows, period_end, startingAfter(dayBefore))
    if (before) return { value: sum([year, ...soFar]) - sum(before), parts: [...before, year, ...soFar] }
  }
  return null
}

/** What a period that would be the first of a chain means: it begins where it should, later, or earlier. */
type Reach = (fact: FiledFact) => 'done' | 'more' | 'no'

function startingAfter(day: string): Reach {
  return (fact) => {
    const gap = daysBetween(day, fact.period_start!) - 1
    return Math.abs(gap) <= SEAM_DAYS ? 'done' : gap > 0 ? 'more' : 'no'
  }
}

/** Periods without a gap or overlap, the last ending on `end`, the first beginning where `reach` is done; longest first. */
function findChain(flows: readonly FiledFact[], end: string, reach: Reach): FiledFact[] | null {
  for (const fact of flows) {
    const seam = daysBetween(fact.period_end, end)
    if (Math.abs(seam) > SEAM_DAYS || lengthOf(fact) < SHORTEST_DAYS) continue
    const reached = reach(fact)
    if (reached === 'done') return [fact]
    const earlier = reached === 'more' ? findChain(flows, addDays(fact.period_start!, -1), reach) : null
    if (earlier) return [...earlier, fact]
  }
  return null
}

function sum(facts: readonly FiledFact[]): number {
  return facts.reduce((total, { value }) => total + value, 0)
}

function byPeriod(a: FiledFact, b: FiledFact): number {
  if (a.period_end !== b.period_end) return a.period_end < b.period_end ? -1 : 1
  return (a.period_start ?? '') < (b.period_start ?? '') ? -1 : 1
}

function lengthOf({ period_start, period_end }: FiledFact): number {
  return period_start === null ? 0 : daysBetween(period_start, period_end)
}

function isYearBefore(other: FiledFact, fact: FiledFact): boolean {
  if ((other.period_start === null) !== (fact.period_start === null)) return false
  const apart = daysBetween(other.period_end, fact.period_end)
  return Math.abs(apart - 365) <= DRIFT_DAYS && Math.abs(lengthOf(other) - lengthOf(fact)) <= DRIFT_DAYS
}
