/**
 * What is left of the position that an earlier verdict proposed, in prices of today. Nobody knows whether it was ever
 * opened; this is what would be left of it.
 */
import { formatNumber } from '../core/format.ts'
import { dateOf } from '../market/series.ts'
import { nearestSplit } from '../market/splits.ts'
import type { AsOfWindow } from '../market/window.ts'
import { REFERENCE_EQUITY } from './carry.ts'
import type { PriorVerdict } from './prior.ts'
import { EXIT_WORDS, followTrade } from './settle.ts'

export interface Standing {
  /** Of the reference equity at the last close, negative for a short; 0 where nothing is open. */
  fraction: number
  /** What became of it, a sentence without figures but dates. */
  words: string
  /** The same position in figures, where it is open. */
  figures: string | null
}

/** Null where the earlier verdict proposed no position, or one that cannot be followed here. */
export function followProposal(proposal: PriorVerdict, window: AsOfWindow): Standing | null {
  const { action, shares } = proposal
  if (shares === 0) return null
  const followed = followTrade(proposal, window)
  if (followed === null) return null
  const name = `The ${action} of ${proposal.as_of}`
  if (followed.state === 'unmet')
    return { fraction: 0, words: `${name} has not met a bar yet.`, figures: null }
  if (followed.state === 'unfilled')
    return { fraction: 0, words: `${name} would not have been filled.`, figures: null }
  const { side, scale, exit, stop } = followed
  const { bars } = window
  if (exit.reason !== 'open') {
    const date = dateOf(bars.time[exit.index]!)
    return {
      fraction: 0,
      words: `${name} would have been ${EXIT_WORDS[exit.reason]} on ${date}.`,
      figures: null,
    }
  }
  const held = Math.round(shares * nearestSplit(scale))
  const close = bars.close.at(-1)!
  const risk = Math.max(0, side * (close - stop)) * held
  return {
    fraction: side * Number(((held * close) / REFERENCE_EQUITY).toFixed(6)),
    words: `${name} would still be open.`,
    figures:
      `Of the ${action} of ${proposal.as_of} ${formatNumber(held, 0)} shares would still be open, worth ${formatNumber(held * close)}, ` +
      `with the stop at ${formatNumber(stop)} and ${formatNumber(risk)} between it and the last close.`,
  }
}
