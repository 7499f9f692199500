/** Signals applied: to the evidence of today, and to every bar of the past. */
import type { Ledger } from '../evidence/ledger.ts'
import { computeHistory } from '../evidence/tools.ts'
import type { Bars } from '../../market/series.ts'
import { computeBalances } from '../../trading/plain-rule/plain-rule.ts'
import { SIGNALS, type Reading, type Signal } from './signals.ts'

export interface Judgement {
  signal: Signal
  /** −1 (against owning) to +1 (for). */
  score: number
}

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
  return computeBalances(await computeHistory(bars), bars.close.length)
}
