import { describe, expect, it } from 'vitest'
import { fillBracket, fillLimit, fillStop } from '../../src/trading/fills.ts'

const LONG = 1
const SHORT = -1
const bar = (open: number, high: number, low: number) => ({ open, high, low })

describe('a stop', () => {
  it.each([
    ['long, touched inside the bar: at the stop', bar(100, 101, 94), LONG, 95, 95],
    ['long, touched exactly: at the stop', bar(100, 101, 95), LONG, 95, 95],
    ['long, gapped through: at the open, which is worse', bar(90, 92, 88), LONG, 95, 90],
    ['long, opened on it: at the open', bar(95, 99, 95), LONG, 95, 95],
    ['long, not touched: no fill', bar(100, 101, 96), LONG, 95, Number.NaN],
    ['short, touched inside the bar: at the stop', bar(100, 106, 99), SHORT, 105, 105],
    ['short, gapped through: at the open, which is worse', bar(110, 112, 108), SHORT, 105, 110],
    ['short, not touched: no fill', bar(100, 104, 99), SHORT, 105, Number.NaN],
  ] as const)('%s', (_name, prices, side, stop, fill) => {
    expect(fillStop(prices, side, stop)).toBe(fill)
  })
})

describe('a limit', () => {
  it.each([
    ['long, reached inside the bar: at the limit', bar(100, 111, 99), LONG, 110, 110],
    ['long, gapped through: at the open, which is better', bar(115, 116, 112), LONG, 110, 115],
    ['long, not reached: no fill', bar(100, 109, 99), LONG, 110, Number.NaN],
    ['short, reached inside the bar: at the limit', bar(100, 101, 89), SHORT, 90, 90],
    ['short, gapped through: at the open, which is better', bar(85, 88, 84), SHORT, 90, 85],
    ['short, not reached: no fill', bar(100, 101, 91), SHORT, 90, Number.NaN],
  ] as const)('%s', (_name, prices, side, limit, fill) => {
    expect(fillLimit(prices, side, limit)).toBe(fill)
  })
})

describe('a stop and a target, one cancelling the other', () => {
  it.each([
    ['long, both inside the bar: the stop', bar(100, 111, 94), LONG, 95, 110, { price: 95, reason: 'stop' }],
    [
      'short, both inside the bar: the stop',
      bar(100, 106, 89),
      SHORT,
      105,
      90,
      { price: 105, reason: 'stop' },
    ],
    [
      'long, opened at the target, then fell: the target',
      bar(112, 113, 94),
      LONG,
      95,
      110,
      { price: 112, reason: 'target' },
    ],
    [
      'short, opened at the target, then rose: the target',
      bar(88, 106, 87),
      SHORT,
      105,
      90,
      { price: 88, reason: 'target' },
    ],
    [
      'long, opened at the stop, then rose: the stop',
      bar(93, 111, 92),
      LONG,
      95,
      110,
      { price: 93, reason: 'stop' },
    ],
    [
      'long, the target alone: the target',
      bar(100, 110, 96),
      LONG,
      95,
      110,
      { price: 110, reason: 'target' },
    ],
    ['short, the stop alone: the stop', bar(100, 105, 95), SHORT, 105, 90, { price: 105, reason: 'stop' }],
    ['neither: nothing', bar(100, 104, 96), LONG, 95, 110, null],
  ] as const)('%s', (_name, prices, side, stop, target, fill) => {
    expect(fillBracket(prices, side, stop, target)).toEqual(fill)
  })
})
