/**
 * From all facts a company has ever filed to those that were public on a day, as they stood on it. Pure.
 *
 * Filings repeat and restate earlier periods. Of each concept, unit and period the last value filed by the day counts,
 * and it is dated by the filing that first gave that value. Filings label every fact with their own fiscal period,
 * comparatives of last year included; the label given here is the filing's, moved back by as many quarters as the fact
 * ended before the period the filing is about.
 */
import { z } from 'zod'
import type { FiledFact } from '../sources.ts'
import { daysBetween, isDay } from './days.ts'
import { CONCEPTS, type Concept } from './edgar-concepts.ts'

/** Newest periods of each label and unit: six years of three quarters and a year. */
const MAX_PERIODS = 24
const DAYS_OF_QUARTER = 365.25 / 4

/** One fact of one filing. */
interface Entry {
  start: string | null
  end: string
  value: number
  filing: string
  /** Quarters since year 0 in which the filing's own fiscal period ends; null where it does not say. */
  fiscal: number | null
  form: string
  filed: string
}

const factsShape = z.object({
  facts: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ units: z.record(z.string(), z.array(z.unknown())) })),
  ),
})

/**
 * The facts filed on or before `asOf`, oldest filing first. Entries without a day, a number or a filing are passed over.
 * Throws where `answer` is not what the service is known to give.
 */
export function selectFacts(answer: unknown, asOf: string): FiledFact[] {
  const parsed = shapeOf(answer)
  const series = CONCEPTS.flatMap((concept) => readConcept(parsed, concept, asOf))
  const periodEnds = findPeriodEnds(series)
  const facts = CONCEPTS.flatMap((concept) => {
    const chosen = new Map<string, FiledFact>()
    for (const one of series.filter((candidate) => candidate.concept === concept)) {
      for (const [period, entries] of groupByPeriod(one.entries)) {
        const key = `${one.unit} ${period}`
        const fact = chosen.has(key) ? null : describeFact(one, entries, periodEnds)
        if (fact !== null) chosen.set(key, fact)
      }
    }
    return keepNewest([...chosen.values()])
  })
  // Stable: within a filing the facts stay in the order of the concepts.
  return facts.sort((a, b) => compare(a.filed, b.filed))
}

type Facts = Record<string, Record<string, { units: Record<string, unknown[]> }>>

interface Series {
  concept: Concept
  tag: string
  unit: string
  entries: Entry[]
}

/** Only what is read is looked at: a whole answer has tens of thousands of facts. */
function shapeOf(answer: unknown): Facts {
  const all = (answer as { facts?: Record<string, Record<string, unknown>> } | null)?.facts
  if (typeof all !== 'object' || all === null) throw new Error('the company facts have an unknown shape')
  const wanted: Record<string, Record<string, unknown>> = {}
  for (const tag of CONCEPTS.flatMap(({ tags }) => tags)) {
    const [taxonomy, name] = tag.split(':') as [string, string]
    const found = all[taxonomy]?.[name]
    if (found !== undefined) (wanted[taxonomy] ??= {})[name] = found
  }
  const parsed = factsShape.safeParse({ facts: wanted })
  if (!parsed.success) {
    throw new Error(`the company facts have an unknown shape at ${parsed.error.issues[0]!.path.join('.')}`)
  }
  return parsed.data.facts
}

function readConcept(facts: Facts, concept: Concept, asOf: string): Series[] {
  return concept.tags.flatMap((tag) => {
    const [taxonomy, name] = tag.split(':') as [string, string]
    return Object.entries(facts[taxonomy]?.[name]?.units ?? {}).map(([unit, raw]) => ({
      ...{ concept, tag, unit },
      entries: raw.map(readEntry).filter((entry) => entry !== null && entry.filed <= asOf) as Entry[],
    }))
  })
}

function readEntry(raw: unknown): Entry | null {
  if (typeof raw !== 'object' || raw === null) return null
  const { start, end, val, accn, fy, fp, form, filed } = raw as Record<string, unknown>
  if (!isDay(end) || !isDay(filed) || typeof val !== 'number' || !Number.isFinite(val)) return null
  // What lies ahead of its filing was not filed as a fact.
  if ((start !== undefined && !isDay(start)) || end > filed || typeof accn !== 'string') return null
  return {
    start: start ?? null,
    ...{ end, value: val, filing: accn, filed },
    fiscal: readFiscal(fy, fp),
    form: typeof form === 'string' ? form.slice(0, 20) : 'unsaid',
  }
}

function readFiscal(year: unknown, period: unknown): number | null {
  const quarter = period === 'FY' ? 4 : Number(/^Q([1-4])$/.exec(String(period))?.[1] ?? 0)
  return Number.isInteger(year) && quarter > 0 ? (year as number) * 4 + quarter : null
}

/** Of each filing the day on which the period it is about ended: the last day that any of its flows reaches. */
function findPeriodEnds(series: Series[]): Map<string, string> {
  const ends = new Map<string, string>()
  for (const { start, end, filing } of series.flatMap(({ entries }) => entries)) {
    const known = ends.get(filing)
    if (start !== null && (known === undefined || end > known)) ends.set(filing, end)
  }
  return ends
}

function groupByPeriod(entries: Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    const period = `${entry.start ?? ''} ${entry.end}`
    groups.set(period, [...(groups.get(period) ?? []), entry])
  }
  return groups
}

/** Null for spans that no statement is read for: two years, a month. */
function describeFact(
  { concept, tag, unit }: Series,
  entries: Entry[],
  periodEnds: Map<string, string>,
): FiledFact | null {
  const inOrder = entries.toSorted((a, b) => compare(a.filed, b.filed) || compare(a.filing, b.filing))
  const first = inOrder[0]!
  const months = first.start === null ? 0 : countMonths(first.start, first.end)
  if (months === null || ((months === 6 || months === 9) && !concept.isCumulative)) return null
  let current = first
  for (const entry of inOrder) if (entry.value !== current.value) current = entry
  return {
    label: concept.label,
    concept: tag,
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

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
