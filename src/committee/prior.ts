/** The verdict before this one: what is kept of it, and what has changed since, in words for a person. */
import { formatNumber } from '../core/format.ts'
import { decisionSchema, type Decision } from './decision.ts'
import type { Ledger } from './evidence/ledger.ts'

/** What a later verdict needs of an earlier one; small, for it is journaled with the later run. */
export interface PriorVerdict {
  run_id: string
  action: Decision['action']
  as_of: string
  rating: Decision['rating']
  confidence: number
  fraction_of_equity: number
  stop_loss: number | null
  take_profit: number | null
  /** Values whose change of sign is worth telling, by label. */
  marks: Record<string, number>
}

/** Finds the newest decision on a ticker that is dated before `beforeAsOf`; null where there is none. */
export type FindPriorDecision = (
  ticker: string,
  beforeAsOf: string,
  excludeRunId: string,
) => Promise<{ run_id: string; decision: unknown } | null>

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

/** Null where the decision cannot be read: it is then as if there were none. */
export function readPrior(found: { run_id: string; decision: unknown }): PriorVerdict | null {
  const parsed = decisionSchema.safeParse(found.decision)
  if (!parsed.success) return null
  const decision = parsed.data
  const marks: Record<string, number> = {}
  for (const { label } of TURNS) {
    const item = decision.evidence.find((one) => one.label === label)
    if (item) marks[label] = item.value
  }
  return {
    run_id: found.run_id,
    action: decision.action,
    as_of: decision.as_of,
    rating: decision.rating,
    confidence: decision.confidence,
    fraction_of_equity: decision.position.fraction_of_equity,
    stop_loss: decision.risk_metrics.stop_loss,
    take_profit: decision.risk_metrics.take_profit,
    marks,
  }
}

export type PresentVerdict = Pick<Decision, 'action' | 'rating' | 'confidence' | 'risk_metrics'>

/** What has turned since, in words without figures; empty when nothing that matters has. */
export function listTurns(prior: PriorVerdict, present: PresentVerdict, ledger: Ledger): string[] {
  const turns: string[] = []
  if (prior.action !== present.action)
    turns.push(`The verdict went from ${prior.action} to ${present.action}.`)
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

/** Which figures moved, from the earlier verdict's to the present ones. */
export function listMoves(prior: PriorVerdict, present: PresentVerdict): string[] {
  const pairs: [string, number | null, number | null][] = [
    ['stop', prior.stop_loss, present.risk_metrics.stop_loss],
    ['target', prior.take_profit, present.risk_metrics.take_profit],
    ['confidence', prior.confidence, present.confidence],
  ]
  return pairs
    .filter(([, from, to]) => from !== null && to !== null && formatNumber(from) !== formatNumber(to))
    .map(([name, from, to]) => `The ${name} moved from ${formatNumber(from)} to ${formatNumber(to)}.`)
}
