/** The latest verdict of each ticker as a row: what it says, how old it is, what has changed since the one before. */
import { isVerdictTurn } from '../../committee/decision.ts'
import { countOf } from '../../core/format.ts'
import type { RunSortKey } from '../../runs/run-order.ts'
import type { Summary } from '../../runs/summary.ts'
import { viewVerdict, type VerdictView } from './decision-view.ts'
import { viewListedRun, type ListedRun } from './runs-list-view.ts'

/** What a stored decision says of the one before it. */
export interface Since {
  /** Null for the first verdict on a ticker. */
  prior: { run_id: string; action: string; as_of: string; changed: readonly string[] } | null
}

export interface LatestVerdict extends ListedRun {
  /** From the day it stands on to today. */
  age: string
  ageTitle: string
  since: SinceView | null
}

export interface SinceView {
  /** Null for the first verdict on a ticker. */
  prior: { verdict: VerdictView; asOf: string; isOther: boolean } | null
  changed: string[]
  /** How many more changes the run's own page tells. */
  more: number
  /** Both side by side; empty where the one before is not listed any more. */
  compareHref: string
}

export const VERDICT_SORTS = [
  'ticker',
  'verdict',
  'confidence',
  'as_of',
  'risk_reward',
] as const satisfies readonly RunSortKey[]
export type VerdictSort = (typeof VERDICT_SORTS)[number]

const MOST_CHANGES = 3
const DAY_MS = 86_400_000
const DAYS_OF_MONTH = 30.44
const DAYS_OF_YEAR = 365.25

/** `since` is null where the decision cannot be read any more. `now` is in milliseconds since the epoch. */
export function viewLatestVerdict(
  summary: Summary,
  since: Since | null,
  compareHref: string,
  now: number,
): LatestVerdict {
  const row = viewListedRun(summary, now)
  const days =
    summary.as_of === null ? null : Math.max(0, Math.floor((now - Date.parse(summary.as_of)) / DAY_MS))
  return {
    ...row,
    domId: `verdict-of-${row.domId}`,
    age: days === null ? '' : formatAge(days),
    ageTitle: days === null ? '' : countOf(days, 'day'),
    since: since && viewSince(since, summary, compareHref),
  }
}

function viewSince({ prior }: Since, { decision }: Summary, compareHref: string): SinceView {
  if (prior === null) return { prior: null, changed: [], more: 0, compareHref: '' }
  const isOther = prior.action !== decision?.action
  // That the verdict is another stands in front of the list already.
  const changed = prior.changed.filter((text) => !(isOther && isVerdictTurn(text)))
  return {
    prior: { verdict: viewVerdict(prior.action), asOf: prior.as_of, isOther },
    changed: changed.slice(0, MOST_CHANGES),
    more: Math.max(0, changed.length - MOST_CHANGES),
    compareHref,
  }
}

/** `today`, `12 days`, `5 months`, `14 years`: as exact as an age is worth. */
export function formatAge(days: number): string {
  if (days === 0) return 'today'
  if (days < 60) return countOf(days, 'day')
  if (days < 2 * DAYS_OF_YEAR) return countOf(Math.floor(days / DAYS_OF_MONTH), 'month')
  return countOf(Math.floor(days / DAYS_OF_YEAR), 'year')
}
