/**
 * The position block of a decision: what to open now. HOLD and REVIEW open nothing. The desk knows no account, so what
 * an earlier verdict proposed and what would have become of it stands in `delta` alone, with the change to it.
 */
import type { PositionSize } from '../trading/sizing.ts'
import type { Decision, Position } from './decision.ts'
import type { Standing } from './standing.ts'

const NOTHING: Omit<Position, 'delta'> = {
  method: 'none',
  fraction_of_equity: 0,
  shares: 0,
  notional: 0,
  risk_amount: 0,
  caps: [],
}

/**
 * `size` is what a BUY or SELL came to, null where a SELL is an exit only. Fractions in `delta` are signed, negative for
 * a short; `delta.from` is what is still open of the position proposed before, worth today's price.
 */
export function settlePosition(
  action: Decision['action'],
  size: PositionSize | null,
  standing: Standing | null,
): Position {
  const from = standing?.fraction ?? 0
  const isTrade = action === 'BUY' || action === 'SELL'
  const block = isTrade && size ? size : NOTHING
  // 0 − x rather than −x: a fraction of nothing has no sign.
  const proposed = action === 'SELL' ? 0 - block.fraction_of_equity : block.fraction_of_equity
  const to = isTrade ? proposed : from
  const change = isTrade ? explainChange(from, to) : explainIdle(action, from)
  const past = standing ? ` ${standing.words}` : ''
  return { ...block, delta: { from, to, reason: `${change}${past}` } }
}

function explainChange(from: number, to: number): string {
  if (to === 0) return from === 0 ? 'Nothing is opened.' : `Closes the ${sideWord(from)}.`
  if (from === 0) return `A new ${sideWord(to)}.`
  if (from * to < 0) return `Turns the ${sideWord(from)} into a ${sideWord(to)}.`
  const change = Math.abs(to) - Math.abs(from)
  return change === 0
    ? `The ${sideWord(to)} stays as large.`
    : `A ${change > 0 ? 'larger' : 'smaller'} ${sideWord(to)}.`
}

function explainIdle(action: Decision['action'], from: number): string {
  if (action === 'REVIEW') return 'Nothing changes until a person has looked.'
  return from === 0 ? 'Nothing is opened.' : `The ${sideWord(from)} stays as it is.`
}

function sideWord(fraction: number): string {
  return fraction > 0 ? 'long position' : 'short position'
}
