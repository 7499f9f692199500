/**
 * What is read of all that a company has ever filed: a small part, in order, so that choosing from it is cheap. Pure. What
 * was public on a day is for `edgar-facts.ts` to choose.
 */
import { z } from 'zod'
import { isDay } from './days.ts'
import { CONCEPTS, type Concept } from './edgar-concepts.ts'

/** One fact of one filing. */
export interface Entry {
  tag: string
  start: string | null
  end: string
  value: number
  filing: string
  /** Quarters since year 0 in which the filing's own fiscal period ends; null where it does not say. */
  fiscal: number | null
  form: string
  filed: string
}

/** What is read of a company's filings, in order once and for all days. */
export interface Filings {
  series: readonly Series[]
  /** Of each filing the day on which the period it is about ended. */
  periodEnds: ReadonlyMap<string, string>
}

/** What the tags of one meaning say in one unit. */
export interface Series {
  concept: Concept
  unit: string
  /** By `start end`; the oldest filing first, each under one tag. */
  periods: ReadonlyMap<string, readonly Entry[]>
}

const factsShape = z.object({
  facts: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ units: z.record(z.string(), z.array(z.unknown())) })),
  ),
})

/**
 * Keeps the concepts that are read, a small part of what companies file. Entries without a day, a number or a filing are
 * passed over. Throws where `answer` is not what the service is known to give.
 */
export function readFilings(answer: unknown): Filings {
  const facts = shapeOf(answer)
  const series = CONCEPTS.flatMap((concept) =>
    concept.tags.flatMap((tags) => readSeries(facts, concept, tags)),
  )
  return { series, periodEnds: findPeriodEnds(series) }
}

type Facts = Record<string, Record<string, { units: Record<string, unknown[]> }>>

/** Only what is read is looked at: a whole answer has tens of thousands of facts. */
function shapeOf(answer: unknown): Facts {
  const all = (answer as { facts?: Record<string, Record<string, unknown>> } | null)?.facts
  if (typeof all !== 'object' || all === null) throw new Error('the company facts have an unknown shape')
  const wanted: Record<string, Record<string, unknown>> = {}
  for (const tag of CONCEPTS.flatMap(({ tags }) => tags.flat())) {
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

function readSeries(facts: Facts, concept: Concept, tags: readonly string[]): Series[] {
  const byUnit = new Map<string, Entry[]>()
  for (const tag of tags) {
    const [taxonomy, name] = tag.split(':') as [string, string]
    for (const [unit, raw] of Object.entries(facts[taxonomy]?.[name]?.units ?? {})) {
      const entries = raw.map((one) => readEntry(tag, one)).filter((entry) => entry !== null)
      byUnit.set(unit, [...(byUnit.get(unit) ?? []), ...entries])
    }
  }
  return [...byUnit].map(([unit, entries]) => ({ concept, unit, periods: groupByPeriod(entries) }))
}

function readEntry(tag: string, raw: unknown): Entry | null {
  if (typeof raw !== 'object' || raw === null) return null
  const { start, end, val, accn, fy, fp, form, filed } = raw as Record<string, unknown>
  if (!isDay(end) || !isDay(filed) || typeof val !== 'number' || !Number.isFinite(val)) return null
  // What lies ahead of its filing was not filed as a fact.
  if ((start !== undefined && !isDay(start)) || end > filed || typeof accn !== 'string') return null
  return {
    tag,
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

/** The last day that any of its flows reaches. */
function findPeriodEnds(series: readonly Series[]): Map<string, string> {
  const ends = new Map<string, string>()
  for (const { start, end, filing } of series.flatMap(({ periods }) => [...periods.values()].flat())) {
    const known = ends.get(filing)
    if (start !== null && (known === undefined || end > known)) ends.set(filing, end)
  }
  return ends
}

/** `entries` come by preference of their tags: of a filing that has a period under several the first is kept. */
function groupByPeriod(entries: Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries.toSorted((a, b) => compare(a.filed, b.filed) || compare(a.filing, b.filing))) {
    const period = `${entry.start ?? ''} ${entry.end}`
    const group = groups.get(period)
    const last = group?.at(-1)
    if (!group) groups.set(period, [entry])
    else if (last?.filing !== entry.filing || last.tag === entry.tag) group.push(entry)
  }
  return groups
}

/** Orders texts by their characters, days among them. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
