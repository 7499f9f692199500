/**
 * From all facts a company has ever filed to those that were public on a day, as they stood on it. Pure.
 *
 * Filings repeat and restate earlier periods, under another tag at times. Of each concept, unit and period the last value
 * filed by the day counts, under whichever of the tags that mean the same, and it is dated by the filing that first gave
 * that value. Filings label every fact with their own fiscal period, comparatives of last year included; the label given
 * here is the filing's, moved back by as many quarters as the fact ended before the period the filing is about.
 */
import type { FiledFact } from '../sources.ts'
import { daysBetween } from './days.ts'
import { CONCEPTS } from './edgar-concepts.ts'
import { compare, type Entry, type Filings, type Series } from './edgar-filings.ts'

/** Newest periods of each label and unit: six years of three quarters and a year. */
const MAX_PERIODS = 24
const DAYS_OF_QUARTER = 365.25 / 4

/** The facts filed on or before `asOf`, oldest filing first. */
export function selectFacts({ series, periodEnds }: Filings, asOf: string): FiledFact[] {
  const facts = CONCEPTS.flatMap((concept) => {
    const chosen = new Map<string, FiledFact>()
    for (const one of series.filter((candidate) => candidate.concept === concept)) {
      for (const [period, entries] of one.periods) {
        const key = `${one.unit} ${period}`
        const filed = entries.filter((entry) => entry.filed <= asOf)
        if (filed.length === 0 || chosen.has(key)) continue
        const fact = describeFact(one, filed, periodEnds)
        if (fact !== null) chosen.set(key, fact)
      }
    }
    return keepNewest([...chosen.values()])
  })
  // Stable: within a filing the facts stay in the order of the concepts.
  return facts.sort((a, b) => compare(a.filed, b.filed))
}

/** Null for spans that no statement is read for: two years, a month. */
function describeFact(
  { concept, unit }: Series,
  entries: readonly Entry[],
  periodEnds: ReadonlyMap<string, string>,
): FiledFact | null {
  const first = entries[0]!
  const months = first.start === null ? 0 : countMonths(first.start, first.end)
  if (months === null || ((months === 6 || months === 9) && !concept.isCumulative)) return null
  let current = first
  for (const entry of entries) if (entry.value !== current.value) current = entry
  return {
    label: concept.label,
    concept: current.tag,
    unit,
    value: current.value,
    period_start: current.start,
    period_end: current.end,
    period: describePeriod(first, months, periodEnds.get(first.filing)),
    form: current.form,
    filed: current.filed,
  }
}

/** 3, 6, 9 or 12 for spans near enough to so many months: quarters of 12 to 14 weeks, years of 52 or 53. */
function countMonths(start: string, end: string): number | null {
  const days = daysBetween(start, end) + 1
  const months = Math.round(days / (DAYS_OF_QUARTER / 3) / 3) * 3
  return months >= 3 && months <= 12 && Math.abs(days - (months / 3) * DAYS_OF_QUARTER) <= 16 ? months : null
}

function describePeriod({ end, fiscal }: Entry, months: number, periodEnd: string | undefined): string {
  if (fiscal === null) return months === 0 ? `at ${end}` : `${SPANS[months]} to ${end}`
  // The count of shares on a cover is of a day after the period.
  const shift =
    periodEnd === undefined ? 0 : Math.max(0, Math.round(daysBetween(end, periodEnd) / DAYS_OF_QUARTER))
  const quarter = ((fiscal - shift - 1) % 4) + 1
  const year = (fiscal - shift - quarter) / 4
  const name = `Q${quarter} ${year}`
  if (months === 0) return quarter === 4 ? `FY${year}` : name
  if (months === 3) return name
  return months === 12 && quarter === 4 ? `FY${year}` : `${SPANS[months]} to ${name}`
}

const SPANS: Record<number, string> = { 3: '3 months', 6: '6 months', 9: '9 months', 12: '12 months' }

function keepNewest(facts: FiledFact[]): FiledFact[] {
  const left = new Map<string, number>()
  for (const { unit } of facts) left.set(unit, (left.get(unit) ?? 0) + 1)
  return facts
    .toSorted((a, b) => compare(a.period_end, b.period_end))
    .filter(({ unit }) => {
      const newer = left.get(unit)! - 1
      left.set(unit, newer)
      return newer < MAX_PERIODS
    })
}
