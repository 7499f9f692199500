/** Is there enough to judge by? Where not, the committee says so and asks for a person instead of guessing. */
import type { Ledger } from '../evidence/ledger.ts'
import { createQuoter } from '../figures.ts'
import { judgeEvidence } from './judge.ts'

/** Fewer bars than this leave the long averages unmeasured: no verdict is given on them. */
export const LEAST_BARS = 200

/** Null where there is enough, else why there is not. */
/** `hasReports` where an analyst spoke, though of nothing that the rules weigh. */
export function findShortage(ledger: Ledger, ticker: string, hasReports = false): string | null {
  const bars = ledger.value('Bars in window')
  if (bars === undefined || bars < LEAST_BARS) {
    const held =
      bars === undefined ? 'no bars' : `a history of only ${createQuoter(ledger).count('Bars in window')}`
    return `${ticker} has ${held}: too short for the long averages, and so for a verdict.`
  }
  if (judgeEvidence(ledger).length === 0) {
    if (hasReports)
      return `What the analysts found on ${ticker} is nothing that the rules weigh: they judge by the price, and the market analyst was not asked.`
    return `No analyst brought evidence on ${ticker}: those who were asked have no source, and the market analyst was not asked.`
  }
  return null
}
