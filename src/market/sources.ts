/**
 * The contracts of what is known of a company besides its prices. A source is asked for what was public on a day and
 * returns nothing later; empty means there is none, failure throws. Which sources there are, the settings say: none
 * steps in for another.
 */

/** One figure of a filing, as it was filed. */
export interface FiledFact {
  /** What it is, in words: `Revenue`, `Net income`. */
  label: string
  /** The source's own name of it: `us-gaap:NetIncomeLoss`. */
  concept: string
  /** `USD`, `shares`, `USD/shares`. */
  unit: string
  value: number
  /** YYYY-MM-DD; null for a balance at a moment. */
  period_start: string | null
  period_end: string
  /** `FY2011`, `Q3 2011`. */
  period: string
  /** `10-K`, `10-Q`. */
  form: string
  /** YYYY-MM-DD on which it became public. */
  filed: string
}

export interface FundamentalsSource {
  readonly name: string
  /** Facts filed on or before `asOf`, oldest filing first. `NotFoundError` where the source knows no such company. */
  facts(ticker: string, asOf: string, signal: AbortSignal): Promise<FiledFact[]>
}

export interface Headline {
  title: string
  publisher: string
  /** ISO 8601 UTC. */
  published_at: string
  url: string | null
  /** Plain text, a few sentences; null where there is none. */
  summary: string | null
}

export interface NewsSource {
  readonly name: string
  /** Headlines published up to the end of `asOf` (UTC), newest first. */
  headlines(ticker: string, asOf: string, signal: AbortSignal): Promise<Headline[]>
}

/** What someone who should know did: an analyst's rating or an insider's trade. */
export interface SentimentChange {
  kind: 'analyst' | 'insider'
  /** YYYY-MM-DD on which it became public. */
  date: string
  /** The firm, or the person and their position. */
  who: string
  /** Plain text: `upgrade`, `initiated`, `Purchase at price 12.30 per share`. */
  what: string
  /** Rating before and after; null for insiders or where not said. */
  from: string | null
  to: string | null
  /** Of an insider's trade: positive bought, negative sold. */
  shares: number | null
  /** In USD. */
  value: number | null
}

export interface SentimentSource {
  readonly name: string
  /** Changes dated on or before `asOf`, newest first. */
  changes(ticker: string, asOf: string, signal: AbortSignal): Promise<SentimentChange[]>
}

export interface Sources {
  fundamentals: FundamentalsSource | null
  /** Asked all of them, in this order; headlines of all are merged. */
  news: readonly NewsSource[]
  sentiment: SentimentSource | null
}

export const NO_SOURCES: Sources = Object.freeze({ fundamentals: null, news: [], sentiment: null })
