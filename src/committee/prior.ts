/** The verdict before this one: what is kept of it, and what has changed since, in words for a person. */
import { formatNumber } from '../core/format.ts'
import { decisionSchema, isMeasured, VERDICT_TURNED, type Decision, type Evidence } from './decision.ts'
import type { Ledger } from './evidence/ledger.ts'

/** What a later verdict needs of an earlier one; small, for it is journaled with the later run. */
export interface PriorVerdict {
  run_id: string
  action: Decision['action']
  as_of: string
  rating: Decision['rating']
  confidence: number
  /** Of the position it proposed; 0 for none. */
  shares: number
  entry: number | null
  stop_loss: number | null
  take_profit: number | null
  /** The close it was written at, in prices of that day, and the day of that bar; null where it recorded none. */
  close: number | null
  close_date: string | null
  /** Values whose change of sign is worth telling, by label. */
  marks: Record<string, number>
}

/** Finds the newest decision on a ticker that is dated before `beforeAsOf`; null where there is none. */
export type FindPriorDecision = (
  ticker: string,
  beforeAsOf: string,
  excludeRunId: string,
) => Promise<{ run_id: string; decision: unknown } | null>

/** Verdicts to look back over, at most, for a position that none of the later ones touched. */
const LOOK_BACK_VERDICTS = 20
/** A change of the price's scale that is a split or a dividend, and no rounding of the vendor's factors. */
const RESTATED_FROM = 0.002
const RESTATED = ' (earlier prices restated for splits and dividends since)'

const TURNS: readonly { label: string; up: string; down: string }[] = [
  {
    label: 'Distance to SMA 200',
    up: 'The close is back above SMA 200.',
    down: 'The close has fallen below SMA 200.',
  },
  {
    label: 'Distance to SMA 50',
    up: 'The close is back above SMA 50.',
    down: 'The close has fallen below SMA 50.',
  },
  {
    label: 'MACD histogram',
    up: 'MACD has crossed above its signal.',
    down: 'MACD has crossed below its signal.',
  },
  {
    label: 'Balance',
    up: 'The balance of the debate has turned to the bull.',
    down: 'The balance of the debate has turned to the bear.',
  },
]

const CLOSE_LABEL = 'Last close'
const READ_LABELS: ReadonlySet<string> = new Set([CLOSE_LABEL, ...TURNS.map(({ label }) => label)])

/** Of the evidence of an earlier verdict, what `readPrior` looks at. */
export function isReadOfPrior({ label }: Pick<Evidence, 'label'>): boolean {
  return READ_LABELS.has(label)
}

/** Null where the decision cannot be read: it is then as if there were none. */
export function readPrior(found: { run_id: string; decision: unknown }): PriorVerdict | null {
  const parsed = decisionSchema.safeParse(found.decision)
  if (!parsed.success) return null
  const decision = parsed.data
  const close = decision.evidence.find((one) => one.label === CLOSE_LABEL)
  const marks: Record<string, number> = {}
  for (const { label } of TURNS) {
    const item = decision.evidence.find((one) => one.label === label)
    if (item && isMeasured(item)) marks[label] = item.value
  }
  return {
    run_id: found.run_id,
    action: decision.action,
    as_of: decision.as_of,
    rating: decision.rating,
    confidence: decision.confidence,
    shares: decision.position.shares,
    entry: decision.risk_metrics.entry,
    stop_loss: decision.risk_metrics.stop_loss,
    take_profit: decision.risk_metrics.take_profit,
    close: close && isMeasured(close) ? close.value : null,
    close_date: close?.as_of ?? null,
    marks,
  }
}

export type PresentVerdict = Pick<Decision, 'action' | 'rating' | 'confidence' | 'risk_metrics'>

/** What has turned since, in words without figures; empty when nothing that matters has. */
export function listTurns(prior: PriorVerdict, present: PresentVerdict, ledger: Ledger): string[] {
  const turns: string[] = []
  if (prior.action !== present.action) turns.push(`${VERDICT_TURNED}${prior.action} to ${present.action}.`)
  else if (prior.rating !== present.rating) {
    turns.push(`The rating went from ${prior.rating} to ${present.rating}.`)
  }
  for (const { label, up, down } of TURNS) {
    const before = prior.marks[label]
    const now = ledger.value(label)
    if (before !== undefined && now !== undefined && before * now < 0) turns.push(now > 0 ? up : down)
  }
  return turns
}

/**
 * Which figures moved, from the earlier verdict's to the present ones. Levels are compared where both verdicts take the
 * same side, the earlier ones times `scale`, which restates them in prices of today; null leaves them out.
 */
export function listMoves(prior: PriorVerdict, present: PresentVerdict, scale: number | null): string[] {
  const { stop_loss, take_profit } = present.risk_metrics
  const isSameSide = prior.action === present.action && scale !== null
  const restate = (price: number | null) => (isSameSide && price !== null ? price * scale : null)
  const restated = isSameSide && Math.abs(scale - 1) > RESTATED_FROM ? RESTATED : ''
  const pairs: [string, number | null, number | null, string][] = [
    ['stop', restate(prior.stop_loss), stop_loss, restated],
    ['target', restate(prior.take_profit), take_profit, restated],
    ['confidence', prior.confidence, present.confidence, ''],
  ]
  return pairs
    .filter(([, from, to]) => from !== null && to !== null && formatNumber(from) !== formatNumber(to))
    .map(
      ([name, from, to, note]) =>
        `The ${name} moved from ${formatNumber(from)} to ${formatNumber(to)}${note}.`,
    )
}

/**
 * The verdict whose position may still be open: the earlier one, or where it opened nothing one before it that is not
 * older than `since` (YYYY-MM-DD), for positions have an end. Null where none proposed anything.
 */
export async function findProposal(
  prior: PriorVerdict,
  since: string,
  find: (beforeAsOf: string) => Promise<PriorVerdict | null>,
): Promise<PriorVerdict | null> {
  let candidate: PriorVerdict | null = prior
  for (let looked = 0; candidate && looked < LOOK_BACK_VERDICTS; looked++) {
    if (candidate.action === 'BUY' || candidate.action === 'SELL') return candidate
    const before: string = candidate.as_of
    candidate = before > since ? await find(before) : null
  }
  return null
}
