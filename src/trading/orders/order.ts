/** An order as the broker keeps it, and how one is made from what a strategy asks for. */
import { InputError, quote } from '../../core/errors.ts'
import type { Side } from '../costs.ts'
import type { OrderRequest } from '../strategies/bar-desk.ts'

/** How many shares an order is for. */
export type OrderSize =
  /** By the rules' sizing, once what is held the other way is closed. */
  | { by: 'rules' }
  /** This part of what can be bought, once what is held the other way is closed. */
  | { by: 'part'; part: number }
  /** Set off against what is held the other way; the rest opens, if it can be paid for. */
  | { by: 'shares'; shares: number }
  /** This part of what is held; opens nothing. */
  | { by: 'close'; part: number }
  /** What it takes to come to this part of equity, negative for short. */
  | { by: 'target'; fraction: number }

/** Prices and distances are NaN where there are none. */
export interface Order {
  readonly id: number
  /** By its place in the series. */
  readonly ticker: number
  /** Of what is bought or sold; a closing or a target order's is told when it fills. */
  readonly side: Side
  readonly size: OrderSize
  readonly limit: number
  readonly stop: number
  /** A stop-limit whose stop has been touched: from then on a limit. */
  isTriggered: boolean
  readonly bracket: Bracket
  /** Own bars on which it may still fill. */
  barsLeft: number
  /** Annual, on the close it was decided on; read where sizing is by volatility. */
  readonly volatility: number
  readonly reason: 'signal' | 'margin'
  readonly tag: string | null
}

/** What is to protect the position that an order opens; NaN for what the rules say, or nothing. */
export interface Bracket {
  stopLoss: number
  takeProfit: number
  /** In price, from where the order filled. */
  stopDistance: number
  targetDistance: number
  /** In price, from the best close. */
  trail: number
  maxBars: number
}

const NO_BRACKET: Bracket = Object.freeze({
  stopLoss: Number.NaN,
  takeProfit: Number.NaN,
  stopDistance: Number.NaN,
  targetDistance: Number.NaN,
  trail: Number.NaN,
  maxBars: Number.POSITIVE_INFINITY,
})

export interface OrderContext {
  id: number
  ticker: number
  side: Side
  volatility: number
}

/**
 * The order that a strategy asks for. Throws `InputError` naming the field of a price, distance or size that is not above
 * 0, of a number of bars that is no whole number from 1, and of a stop-loss or take-profit that lies on the wrong side of
 * the price at which the order waits.
 */
export function createOrder(request: OrderRequest, context: OrderContext): Order {
  for (const name of PRICES) checkPositive(name, request[name])
  checkPositive('size', request.size)
  checkBars('goodForBars', request.goodForBars)
  checkBars('maxBars', request.maxBars)
  checkBracketSides(request, context.side)
  const { NaN: none } = Number
  return {
    ...context,
    size: readSize(request.size),
    limit: request.limit ?? none,
    stop: request.stop ?? none,
    isTriggered: false,
    bracket: {
      stopLoss: request.stopLoss ?? none,
      takeProfit: request.takeProfit ?? none,
      stopDistance: request.stopDistance ?? none,
      targetDistance: request.targetDistance ?? none,
      trail: request.trail ?? none,
      maxBars: request.maxBars ?? Number.POSITIVE_INFINITY,
    },
    barsLeft: request.goodForBars ?? Number.POSITIVE_INFINITY,
    reason: 'signal',
    tag: request.tag ?? null,
  }
}

/** A market order that closes a part of what is held, or brings it to a part of equity. */
export function createClosingOrder(
  context: Pick<OrderContext, 'id' | 'ticker' | 'volatility'>,
  size: Extract<OrderSize, { by: 'close' | 'target' }>,
  reason: Order['reason'] = 'signal',
): Order {
  if (size.by === 'close' && !(size.part > 0 && size.part <= 1))
    throw new InputError('part', `part is ${size.part}; allowed: above 0, up to 1`)
  if (size.by === 'target' && !Number.isFinite(size.fraction))
    throw new InputError('fraction', `fraction is ${size.fraction}; allowed: a number`)
  return {
    ...context,
    side: 1,
    size,
    limit: Number.NaN,
    stop: Number.NaN,
    isTriggered: false,
    bracket: NO_BRACKET,
    barsLeft: Number.POSITIVE_INFINITY,
    reason,
    tag: null,
  }
}

/** Takes the market's price at once: neither a limit nor a stop. */
export function isMarketOrder({ limit, stop }: Order): boolean {
  return Number.isNaN(limit) && Number.isNaN(stop)
}

const PRICES = ['limit', 'stop', 'stopLoss', 'takeProfit', 'stopDistance', 'targetDistance', 'trail'] as const

function readSize(size: number | undefined): OrderSize {
  if (size === undefined) return { by: 'rules' }
  return size < 1 ? { by: 'part', part: size } : { by: 'shares', shares: size }
}

function checkPositive(field: string, value: number | undefined): void {
  if (value !== undefined && !(value > 0 && Number.isFinite(value)))
    throw new InputError(field, `${field} of an order is ${quote(String(value))}; allowed: above 0`)
}

function checkBars(field: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 1))
    throw new InputError(field, `${field} of an order is ${value}; allowed: a whole number from 1`)
}

/** Of an order that waits for a price, which side of it is which is known; a market order's fill may have gapped. */
function checkBracketSides({ limit, stop, stopLoss, takeProfit }: OrderRequest, side: Side): void {
  const entry = limit ?? stop
  if (entry === undefined) return
  const [below, above] = side === 1 ? ['below', 'above'] : ['above', 'below']
  const deal = side === 1 ? 'buy' : 'sale'
  if (stopLoss !== undefined && side * (entry - stopLoss) <= 0)
    throw new InputError(
      'stopLoss',
      `stopLoss is ${stopLoss} for a ${deal} at ${entry}; allowed: ${below} it`,
    )
  if (takeProfit !== undefined && side * (takeProfit - entry) <= 0)
    throw new InputError(
      'takeProfit',
      `takeProfit is ${takeProfit} for a ${deal} at ${entry}; allowed: ${above} it`,
    )
}
