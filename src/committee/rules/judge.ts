/** Signals applied: to the evidence of today, and to every bar of the past. */
import type { Ledger } from '../evidence/ledger.ts'
import { computeHistory } from '../evidence/tools.ts'
import type { Bars } from '../../market/series.ts'
import { SIGNALS, type Reading, type Signal } from './signals.ts'

export interface Judgement {
  signal: Signal
  /** −1 (against owning) to +1 (for). */
  score: number
}

/** Where the balance must stand, either side of zero, for the rule to act. */
export const ACT_THRESHOLD = 0.25

/** All signals whose values were measured, in the order of `SIGNALS`. */
export function judgeEvidence(ledger: Ledger): Judgement[] {
  const read: Reading = (label) => ledger.get(label).value
  return SIGNALS.filter((signal) => ledger.has(...signal.reads)).map((signal) => ({
    signal,
    score: signal.score(read),
  }))
}

/** Weighted mean of the scores, −1..1; NaN where nothing was judged. */
export function computeBalance(judgements: readonly Judgement[]): number {
  let sum = 0
  let weight = 0
  for (const judgement of judgements) {
    sum += judgement.signal.weight * judgement.score
    weight += judgement.signal.weight
  }
  return weight === 0 ? Number.NaN : sum / weight
}

/** The balance at every bar, by the same signals; NaN until every one of them can be read. */
export async function computeBalanceHistory(bars: Bars): Promise<Float64Array> {
  const history = await computeHistory(bars)
  const balance = new Float64Array(bars.close.length).fill(Number.NaN)
  const columns = [...new Set(SIGNALS.flatMap((signal) => signal.reads))].map((label) => history.get(label)!)
  const totalWeight = SIGNALS.reduce((sum, signal) => sum + signal.weight, 0)
  let bar = 0
  const read: Reading = (label) => history.get(label)![bar]!
  for (; bar < balance.length; bar++) {
    let isComplete = true
    for (const column of columns) isComplete &&= Number.isFinite(column[bar]!)
    if (!isComplete) continue
    let sum = 0
    for (const signal of SIGNALS) sum += signal.weight * signal.score(read)
    balance[bar] = sum / totalWeight
  }
  return balance
}
