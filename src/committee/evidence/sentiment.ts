/** What analysts and insiders did in the last half year, as evidence: counts, sums, and the newest ones quoted. */
import { formatNumber } from '../../core/format.ts'
import type { SentimentChange } from '../../market/sources.ts'
import { addDays } from '../../market/sources/days.ts'
import { clipText } from '../quoted-text.ts'
import { keepFinite, type Measurement } from './measurement.ts'

const SENTIMENT_DAYS = 180
/** Of each kind, shown to every sentiment analyst; older ones can be looked up. */
const CHANGES_SHOWN = 10

export type SentimentKind = SentimentChange['kind']

const NAMES: Readonly<Record<SentimentKind, string>> = {
  analyst: 'Analyst change',
  insider: 'Insider trade',
}

/** No company has issued as many shares, and none has been worth as much. */
const MOST_SHARES = 1e12
const MOST_VALUE = 1e13

/** Those known by the as-of date, newest first; `dropped` counts trades of more than there can be. */
export function admitChanges(
  found: readonly SentimentChange[],
  asOf: string,
): { changes: SentimentChange[]; dropped: number } {
  const known = found.filter((change) => change.date <= asOf)
  const changes = known
    .filter(({ shares, value }) => isWithin(shares, MOST_SHARES) && isWithin(value, MOST_VALUE))
    .sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0))
  return { changes, dropped: known.length - changes.length }
}

function isWithin(figure: number | null, most: number): boolean {
  return figure === null || Math.abs(figure) <= most
}

export function measureSentiment(changes: readonly SentimentChange[], asOf: string): Measurement[] {
  const recent = changes.filter((change) => change.date > addDays(asOf, -SENTIMENT_DAYS))
  const ratings = recent.filter((change) => change.kind === 'analyst')
  const trades = recent.filter((change) => change.kind === 'insider')
  const saying = (word: RegExp) => ratings.filter((change) => word.test(change.what)).length
  const bought = trades.filter((change) => (change.shares ?? 0) > 0)
  const sold = trades.filter((change) => (change.shares ?? 0) < 0)
  const within = `within ${SENTIMENT_DAYS} days`
  const count = (label: string, value: number, meaning = within) => ({
    ...{ label, value, unit: 'changes' as const, meaning },
  })
  return keepFinite([
    count('Analyst changes', ratings.length),
    count('Analyst upgrades', saying(/^upgrade/i)),
    count('Analyst downgrades', saying(/^downgrade/i)),
    count('Analyst initiations', saying(/^initiat/i)),
    count('Insider purchases', bought.length),
    count('Insider sales', sold.length),
    {
      ...{ label: 'Net insider shares', unit: 'shares' as const },
      value: bought.length + sold.length > 0 ? sum([...bought, ...sold].map(({ shares }) => shares!)) : null,
      meaning: `bought less sold by insiders, ${within}`,
    },
    {
      ...{ label: 'Net insider value', unit: 'money' as const },
      value: sumOfValues([...bought, ...sold]),
      meaning: `bought less sold by insiders, of the trades whose value is known, ${within}`,
    },
    ...quoteChanges(changes, 'analyst', (_change, index) => index < CHANGES_SHOWN),
    ...quoteChanges(changes, 'insider', (_change, index) => index < CHANGES_SHOWN),
  ])
}

/** Those of a kind that are chosen, each under the label that its place among its kind gives it. */
export function quoteChanges(
  changes: readonly SentimentChange[],
  kind: SentimentKind,
  isChosen: (change: SentimentChange, index: number) => boolean,
): Measurement[] {
  return changes
    .filter((change) => change.kind === kind)
    .flatMap((change, index) =>
      isChosen(change, index)
        ? [
            {
              label: `${NAMES[kind]} ${index + 1}`,
              value: clipText(describeChange(change)),
              unit: 'text' as const,
              asOf: change.date,
            },
          ]
        : [],
    )
}

function describeChange({ who, what, from, to, shares, value }: SentimentChange): string {
  const rating = from !== null && to !== null ? `, from ${from} to ${to}` : to !== null ? `, to ${to}` : ''
  const traded = shares === null ? '' : `, ${formatNumber(Math.abs(shares), 0)} shares`
  const worth = shares === null || value === null ? '' : `, worth ${formatNumber(Math.abs(value), 0)}`
  return `${who}: ${what}${rating}${traded}${worth}`
}

function sumOfValues(trades: readonly SentimentChange[]): number | null {
  const known = trades.filter(({ value }) => value !== null)
  return known.length === 0
    ? null
    : sum(known.map(({ shares, value }) => Math.sign(shares!) * Math.abs(value!)))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
