/**
 * A company's filings as a book to look things up in: which figure of a year, a quarter or a day was the latest that was
 * public on the as-of date. Knows nothing that was filed later; of two filings of the same figure the later one counts,
 * for it is what was known on the day.
 */
import type { FiledFact } from '../../market/sources.ts'
import { daysBetween } from '../../market/sources/days.ts'

export type Span = 'year' | 'quarter' | 'day'

/** A line of the statements, by the name that every source gives it. */
export interface LineItem {
  label: string
  kind: 'money' | 'per share' | 'shares'
}

export interface FactBook {
  /** What was public on the day, oldest filing first. */
  readonly facts: readonly FiledFact[]
  /** One figure for each period, oldest period first. */
  series(item: LineItem, span: Span): FiledFact[]
  latest(item: LineItem, span: Span): FiledFact | undefined
  /** The figure of the same length a year before `fact`. */
  yearBefore(item: LineItem, fact: FiledFact): FiledFact | undefined
  /** The figure for exactly the period of `fact`. */
  alongside(item: LineItem, fact: FiledFact): FiledFact | undefined
  /**
   * The last twelve months: the latest year, and where later quarters were filed, plus what the new year brought so far
   * less what the same part of the year before brought. Null where one of the three is missing.
   */
  twelveMonths(item: LineItem): TwelveMonths | null
}

export interface TwelveMonths {
  value: number
  /** What it was made of, the latest period last. */
  parts: FiledFact[]
}

const UNITS: Readonly<Record<LineItem['kind'], RegExp>> = {
  money: /^[A-Z]{3}$/,
  'per share': /^[A-Z]{3}\/shares$/,
  shares: /^shares$/,
}

/** Days by which the ends of two fiscal periods may drift from a calendar year. */
const DRIFT_DAYS = 10

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

  /** One figure for each period. */
  function factsOf({ label, kind }: LineItem): FiledFact[] {
    const latest = new Map<string, FiledFact>()
    for (const fact of facts) {
      if (fact.label !== label || !UNITS[kind].test(fact.unit)) continue
      // Oldest filing first: a later one takes its place.
      latest.set(`${fact.period_start ?? ''}/${fact.period_end}`, fact)
    }
    return [...latest.values()].sort(byPeriod)
  }

  const book: FactBook = {
    facts,
    series: (item, span) => factsOf(item).filter((fact) => spanOf(fact) === span),
    latest: (item, span) => book.series(item, span).at(-1),
    yearBefore: (item, fact) => factsOf(item).find((other) => isYearBefore(other, fact)),
    alongside: (item, fact) =>
      factsOf(item).find(
        (other) => other.period_end === fact.period_end && other.period_start === fact.period_start,
      ),
    twelveMonths(item) {
      const year = book.latest(item, 'year')
      if (!year) return null
      const soFar = factsOf(item)
        .filter((fact) => continues(fact, year))
        .at(-1)
      if (!soFar) return { value: year.value, parts: [year] }
      const before = book.yearBefore(item, soFar)
      if (!before) return null
      return { value: year.value + soFar.value - before.value, parts: [before, year, soFar] }
    },
  }
  return book
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

/** Begins where the year ended, and is itself less than one. */
function continues(fact: FiledFact, year: FiledFact): boolean {
  if (fact.period_start === null || fact.period_end <= year.period_end) return false
  return Math.abs(daysBetween(year.period_end, fact.period_start) - 1) <= 3 && lengthOf(fact) < 350
}
