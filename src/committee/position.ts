/** The position block of a decision: what to hold now, and what that changes of what the verdict before asked for. */
import type { PositionSize } from '../trading/sizing.ts'
import { REFERENCE_EQUITY } from './carry.ts'
import type { Decision, Position } from './decision.ts'
import type { PriorVerdict } from './prior.ts'

/** `size` is what a BUY or SELL came to; `price` values what HOLD and REVIEW leave as it is. */
export function settlePosition(
  action: Decision['action'],
  size: PositionSize | null,
  prior: PriorVerdict | null,
  price: number | undefined,
): Position {
  const from = prior?.fraction_of_equity ?? 0
  if (size && (action === 'BUY' || action === 'SELL')) {
    const to = size.fraction_of_equity
    return { ...size, delta: { from, to, reason: explainTrade(action, from, to, prior) } }
  }
  const shares = price ? Math.floor((from * REFERENCE_EQUITY) / price) : 0
  return {
    method: 'unchanged',
    fraction_of_equity: from,
    shares,
    notional: price ? shares * price : 0,
    risk_amount: 0,
    caps: [],
    delta: { from, to: from, reason: explainIdle(action, from, prior) },
  }
}

function explainTrade(action: 'BUY' | 'SELL', from: number, to: number, prior: PriorVerdict | null): string {
  const side = action === 'BUY' ? 'long' : 'short'
  if (!prior) return `No earlier verdict: ${to > 0 ? `a new ${side} position` : 'what is held is left'}.`
  const before = describeBefore(prior)
  if (prior.action !== action) {
    return to > 0
      ? `${action} after ${before}: a ${side} position.`
      : `${action} after ${before}: leave what is held, and open nothing.`
  }
  if (to === from) return to > 0 ? `As large as after ${before}.` : `Nothing to hold, as after ${before}.`
  return `${to > from ? 'Larger' : 'Smaller'} than after ${before}: levels, volatility or the record of the rule have moved.`
}

function explainIdle(action: Decision['action'], from: number, prior: PriorVerdict | null): string {
  const what =
    action === 'REVIEW' ? 'REVIEW changes nothing until a person has looked' : 'HOLD changes nothing'
  if (!prior) return `No earlier verdict, and ${what}.`
  return from > 0
    ? `${what}: the position of ${describeBefore(prior)} stands.`
    : `${what}, and ${describeBefore(prior)} asked for no position.`
}

function describeBefore({ action, as_of }: PriorVerdict): string {
  return `the ${action} of ${as_of}`
}
