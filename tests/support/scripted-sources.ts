/** Sources in memory: what they were told they know, or the failure they are told to give. */
import type {
  FiledFact,
  FundamentalsSource,
  Headline,
  NewsSource,
  SentimentChange,
  SentimentSource,
} from '../../src/market/sources.ts'

/** Counts the calls, so that a test can say that nothing is asked twice. */
export interface Counted {
  calls: number
}

type Answer<T> = T[] | Error

function answer<T>(counted: Counted, given: Answer<T>): Promise<T[]> {
  counted.calls++
  return given instanceof Error ? Promise.reject(given) : Promise.resolve(structuredClone(given))
}

export function createScriptedFundamentals(
  given: Answer<FiledFact>,
  name = 'Made filings',
): FundamentalsSource & Counted {
  const source = { name, calls: 0, facts: () => answer(source, given) }
  return source
}

export function createScriptedNews(given: Answer<Headline>, name = 'Made news'): NewsSource & Counted {
  const source = { name, calls: 0, headlines: () => answer(source, given) }
  return source
}

export function createScriptedSentiment(
  given: Answer<SentimentChange>,
  name = 'Made ratings',
): SentimentSource & Counted {
  const source = { name, calls: 0, changes: () => answer(source, given) }
  return source
}

/** A year from October to September, or a part of it, as a company files it. */
export function fact(
  label: string,
  value: number,
  [period_start, period_end]: readonly [string | null, string],
  filed: string,
  change: Partial<FiledFact> = {},
): FiledFact {
  return {
    ...{ label, value, period_start, period_end, filed, unit: 'USD' },
    concept: `made:${label.replace(/\W/g, '')}`,
    period: period_start === null ? `at ${period_end}` : `to ${period_end}`,
    form: '10-K',
    ...change,
  }
}

export function headline(title: string, published_at: string, change: Partial<Headline> = {}): Headline {
  return { title, published_at, publisher: 'The Made Times', url: null, summary: null, ...change }
}

export function change(
  kind: SentimentChange['kind'],
  date: string,
  what: string,
  rest: Partial<SentimentChange> = {},
): SentimentChange {
  return { kind, date, what, who: 'Somebody', from: null, to: null, shares: null, value: null, ...rest }
}
