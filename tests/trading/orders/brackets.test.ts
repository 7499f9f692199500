import { describe, expect, it } from 'vitest'
import { simulateBracket } from '../../../src/trading/simulate.ts'
import fc from 'fast-check'
import type { TradingRules } from '../../../src/trading/rules.ts'
import type { OrderRequest } from '../../../src/trading/strategies/bar-desk.ts'
import { makeBars, type Ohlc } from '../../support/hand-made-bars.ts'
import { makeBarStrategy, sumUpTrades, tradeScript } from '../../support/bar-script.ts'
import { createOrderSimulator } from '../../../src/trading/orders/simulate-orders.ts'
import { DEFAULT_RULES } from '../../../src/trading/rules.ts'

const QUIET: Ohlc = [100, 101, 99, 100]

/** How ten shares end that an order of bar 0 has opened at the open of bar 1, at 100. */
function endOf(
  side: 'buy' | 'sell',
  order: OrderRequest,
  rows: readonly Ohlc[],
  rules: Partial<TradingRules> = {},
): { exit: unknown[]; ambiguous: number } {
  const run = tradeScript([QUIET, ...rows, QUIET], { 0: (desk) => desk[side]({ size: 10, ...order }) }, rules)
  expect(run.trades).toHaveLength(1)
  return { exit: sumUpTrades(run)[0]!.slice(3), ambiguous: run.ambiguousBars }
}

describe('stop-loss and take-profit of an order', () => {
  const bracket = { stopLoss: 95, takeProfit: 110 }
  const mirrored = { stopLoss: 105, takeProfit: 90 }

  it.each([
    ['buy', bracket, 'stop inside the bar', [98, 99, 94, 96], [2, 95, 'stop'], 0],
    ['buy', bracket, 'stop gapped through: at the open', [93, 96, 92, 95], [2, 93, 'stop'], 0],
    ['buy', bracket, 'target inside the bar', [105, 111, 104, 108], [2, 110, 'target'], 0],
    ['buy', bracket, 'target gapped through: at the open', [115, 116, 112, 113], [2, 115, 'target'], 0],
    ['buy', bracket, 'both inside: the stop, and counted', [100, 112, 93, 100], [2, 95, 'stop'], 1],
    [
      'buy',
      bracket,
      'opened beyond the target, then fell: the target',
      [112, 113, 94, 95],
      [2, 112, 'target'],
      0,
    ],
    ['buy', bracket, 'opened beyond the stop, then rose: the stop', [94, 112, 93, 111], [2, 94, 'stop'], 0],
    ['buy', bracket, 'neither', QUIET, [3, 100, 'open'], 0],
    ['sell', mirrored, 'stop inside the bar', [102, 106, 101, 104], [2, 105, 'stop'], 0],
    ['sell', mirrored, 'stop gapped through: at the open', [107, 108, 104, 105], [2, 107, 'stop'], 0],
    ['sell', mirrored, 'target inside the bar', [95, 96, 89, 92], [2, 90, 'target'], 0],
    ['sell', mirrored, 'both inside: the stop, and counted', [100, 107, 88, 100], [2, 105, 'stop'], 1],
  ] as const)('to %s %j, %s', (side, order, _name, row, exit, ambiguous) => {
    expect(endOf(side, order, [QUIET, row])).toEqual({ exit, ambiguous })
  })

  it('hold on the bar of the entry itself, which began at its open', () => {
    expect(endOf('buy', bracket, [[100, 101, 94, 99]])).toEqual({ exit: [1, 95, 'stop'], ambiguous: 0 })
    expect(endOf('buy', bracket, [[100, 111, 99, 99]])).toEqual({ exit: [1, 110, 'target'], ambiguous: 0 })
  })

  it('end a market order at once whose open has gapped beyond its stop', () => {
    expect(endOf('buy', bracket, [[94, 99, 93, 98]]).exit).toEqual([1, 94, 'stop'])
  })

  it('may be given as distances from the fill', () => {
    const distances = { stopDistance: 5, targetDistance: 10 }
    expect(
      endOf('buy', distances, [
        [103, 104, 102, 103],
        [100, 101, 97, 99],
      ]).exit,
    ).toEqual([2, 98, 'stop'])
    expect(
      endOf('sell', distances, [
        [103, 104, 102, 103],
        [100, 101, 92, 99],
      ]).exit,
    ).toEqual([2, 93, 'target'])
  })

  it('come from the rules where the order has none: fractions of the price paid', () => {
    const rules = { stopLoss: 0.05, takeProfit: 0.1 }
    expect(endOf('buy', {}, [QUIET, [98, 99, 94, 96]], rules).exit).toEqual([2, 95, 'stop'])
    expect(endOf('buy', { stopLoss: 97 }, [QUIET, [98, 99, 94, 96]], rules).exit).toEqual([2, 97, 'stop'])
    // 100 · (1 − 0.1) is 90
    expect(endOf('sell', {}, [QUIET, [95, 96, 89, 92]], rules).exit).toEqual([2, 90, 'target'])
  })

  it('with slippage: the stop is worse by it, the target is not', () => {
    // In at 100 · 1.01 = 101. Stop at 95: 95 · 0.99 = 94.05. Target at 110: 110.
    const rules = { slippage: 0.01 }
    const [stop] = tradeScript([QUIET, QUIET, [98, 99, 94, 96]], { 0: buyTen(bracket) }, rules).trades
    expect([stop!.entry_price, stop!.exit_price]).toEqual([101, expect.closeTo(94.05, 12)])
    const [target] = tradeScript([QUIET, QUIET, [105, 111, 104, 108]], { 0: buyTen(bracket) }, rules).trades
    expect(target!.exit_price).toBe(110)
  })

  it('begin after the close where the order fills at the close', () => {
    const rows: Ohlc[] = [[100, 120, 80, 100], [100, 101, 94, 99], QUIET]
    expect(sumUpTrades(tradeScript(rows, { 0: buyTen(bracket) }, { fillAt: 'close' }))).toEqual([
      [10, 0, 100, 1, 95, 'stop'],
    ])
  })

  it('protect each purchase of a position by its own', () => {
    const run = tradeScript([QUIET, QUIET, QUIET, [100, 101, 96, 97], QUIET], {
      0: buyTen({ stopLoss: 95 }),
      1: buyTen({ stopLoss: 97 }),
    })
    expect(sumUpTrades(run)).toEqual([
      [10, 2, 100, 3, 97, 'stop'],
      [10, 1, 100, 4, 100, 'open'],
    ])
  })
})

describe('a position opened inside a bar', () => {
  it.each([
    // The price came down to 95 and on to 90: certain.
    ['limit, stop below it in the bar', { limit: 95, stopLoss: 90 }, [100, 101, 89, 92], [1, 90, 'stop'], 0],
    // The high may have been before the fill.
    [
      'limit, target in the bar, closed below it',
      { limit: 95, takeProfit: 99 },
      [100, 101, 94, 98],
      [2, 99, 'target'],
      1,
    ],
    // The close came after the fill, so the target did.
    [
      'limit, target in the bar, closed above it',
      { limit: 95, takeProfit: 99 },
      [100, 101, 94, 99.5],
      [1, 99, 'target'],
      0,
    ],
    [
      'limit, both in the bar',
      { limit: 95, stopLoss: 90, takeProfit: 99 },
      [100, 101, 89, 99.5],
      [1, 90, 'stop'],
      1,
    ],
    // The price had to pass 105 on its way to 108.
    ['stop, target in the bar', { stop: 105, takeProfit: 108 }, [100, 109, 99, 103], [1, 108, 'target'], 0],
    // The low may have been before the fill: taken to have come after it.
    ['stop, stop-loss in the bar', { stop: 105, stopLoss: 103 }, [100, 106, 99, 106], [1, 103, 'stop'], 1],
    [
      'stop, neither in the bar',
      { stop: 105, stopLoss: 90, takeProfit: 120 },
      [100, 106, 99, 106],
      [3, 100, 'open'],
      0,
    ],
  ] as const)('on a %s', (_name, order, row, exit, ambiguous) => {
    const rows: Ohlc[] = [row, [98, 100, 98, 100]]
    expect(endOf('buy', order, rows)).toEqual({ exit, ambiguous })
    // The same upside down: prices mirrored at 100.
    const turn = (value: number) => 200 - value
    const mirrored = Object.fromEntries(Object.entries(order).map(([name, value]) => [name, turn(value)]))
    const turned = rows.map(([open, high, low, close]): Ohlc => [
      turn(open),
      turn(low),
      turn(high),
      turn(close),
    ])
    const [bar, price, reason] = exit
    expect(endOf('sell', mirrored, turned)).toEqual({ exit: [bar, turn(price), reason], ambiguous })
  })

  it('where two waiting orders fill inside one bar, nobody knows which was first: counted', () => {
    const run = tradeScript([QUIET, [100, 106, 94, 100], QUIET], {
      0: (desk) => {
        desk.buy({ size: 10, stop: 105 })
        desk.sell({ size: 10, limit: 104 })
      },
    })
    // The stop first, which buys at 105; the sale at 104 then closes it: the worse of the two orders of events.
    expect(sumUpTrades(run)).toEqual([[10, 1, 105, 1, 104, 'signal']])
    expect(run.ambiguousBars).toBe(1)
  })
})

describe('a trailing stop', () => {
  it('follows the best close at its distance and never goes back', () => {
    // Closes 103, 108, 106: the stop stands at 98, 103 and 103 again. Entry at 100: 95 on the first bar.
    const rows: Ohlc[] = [
      [100, 104, 96, 103],
      [103, 109, 99, 108],
      [108, 109, 104, 106],
      [106, 107, 102, 103],
    ]
    expect(endOf('buy', { trail: 5 }, rows).exit).toEqual([4, 103, 'trail'])
  })

  it('does not know the close of the bar it is on', () => {
    // The bar reaches 94 and then closes at 120: the stop was at 95.
    expect(endOf('buy', { trail: 5 }, [[100, 121, 94, 120]]).exit).toEqual([1, 95, 'trail'])
  })

  it('by the rules is a fraction of the best close, mirrored for a short', () => {
    // Short at 100, closes 80 and 90: the stop at 88 = 80 · 1.1, touched by a high of 90.
    const rows: Ohlc[] = [
      [100, 101, 79, 80],
      [85, 90, 84, 89],
    ]
    const { exit } = endOf('sell', {}, rows, { trailingStop: 0.1 })
    expect(exit).toEqual([2, expect.closeTo(88, 12), 'trail'])
  })

  it('leaves the name to the stop-loss while that one is tighter, or the same', () => {
    expect(endOf('buy', { stopLoss: 97, trail: 5 }, [[100, 101, 90, 95]]).exit).toEqual([1, 97, 'stop'])
    expect(endOf('buy', { stopLoss: 95, trail: 5 }, [[100, 101, 90, 95]]).exit).toEqual([1, 95, 'stop'])
    expect(endOf('buy', { stopLoss: 94, trail: 5 }, [[100, 101, 90, 95]]).exit).toEqual([1, 95, 'trail'])
  })
})

describe('a longest holding time', () => {
  it('closes on the close of its last bar, the bar of the entry being the first', () => {
    const rows: Ohlc[] = [QUIET, [100, 103, 99, 102], QUIET]
    expect(endOf('buy', { maxBars: 2 }, rows).exit).toEqual([2, 102, 'time'])
    expect(endOf('buy', { maxBars: 1 }, rows).exit).toEqual([1, 100, 'time'])
  })

  it('is over before the strategy is called there', () => {
    const sizes: number[] = []
    const look = (desk: { position(): { size: number } }) => sizes.push(desk.position().size)
    tradeScript([QUIET, QUIET, QUIET, QUIET], { 0: buyTen({ maxBars: 2 }), 1: look, 2: look })
    expect(sizes).toEqual([10, 0])
  })

  it('counts from the bar after, where the order fills at the close', () => {
    const run = tradeScript([QUIET, QUIET, QUIET], { 0: buyTen({ maxBars: 2 }) }, { fillAt: 'close' })
    expect(sumUpTrades(run)).toEqual([[10, 0, 100, 1, 100, 'time']])
  })
})

describe('the simulator of brackets that the committee measures its rule with', () => {
  it('makes the same trades as the same orders do here', () => {
    const step = fc.tuple(
      fc.integer({ min: -60, max: 60 }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 100 }),
    )
    const scenario = fc.record({
      steps: fc.array(step, { minLength: 2, maxLength: 50 }),
      entries: fc.array(fc.constantFrom(0, 0, 1, -1), { minLength: 50, maxLength: 50 }),
      stop: fc.constantFrom(1, 3, 8, Number.POSITIVE_INFINITY),
      target: fc.constantFrom(2, 5, 12, Number.POSITIVE_INFINITY),
      maxBars: fc.integer({ min: 1, max: 12 }),
      costs: fc.record({
        commission: fc.constantFrom(0, 0.001),
        spread: fc.constantFrom(0, 0.002),
        slippage: fc.constantFrom(0, 0.003),
      }),
    })
    fc.assert(
      fc.property(scenario, ({ steps, entries, stop, target, maxBars, costs }) => {
        let price = 100
        const rows = steps.map(([gap, up, down, where]): Ohlc => {
          const open = price * (1 + gap / 1000)
          const [high, low] = [open * (1 + up / 1000), open * (1 - down / 1000)]
          price = low + ((high - low) * where) / 100
          return [open, high, low, price]
        })
        const bars = makeBars(rows)
        const signals = Int8Array.from(entries.slice(0, rows.length))
        const column = (value: number) => new Float64Array(rows.length).fill(value)
        const trades = simulateBracket(bars, signals, {
          stopDistance: column(stop),
          targetDistance: column(target),
          maxBars,
          costs,
        })
        const finite = (value: number) => (Number.isFinite(value) ? value : undefined)
        const strategy = makeBarStrategy(
          () => null,
          (desk) => {
            const signal = signals[desk.bar]!
            if (signal === 0 || desk.position().size !== 0) return
            const [stopDistance, targetDistance] = [finite(stop), finite(target)]
            const order = {
              maxBars,
              ...(stopDistance !== undefined && { stopDistance }),
              ...(targetDistance !== undefined && { targetDistance }),
            }
            if (signal === 1) desk.buy(order)
            else desk.sell(order)
          },
        )
        const rules = { ...DEFAULT_RULES, ...costs, cash: 1e6 }
        const run = createOrderSimulator([{ ticker: 'ABC', bars }], rules).simulate(
          strategy,
          {},
          {
            from: 0,
            to: rows.length,
          },
        )
        const facts = (trade: {
          entry_index: number
          exit_index: number
          exit_reason: string
          entry_price: number
        }) => [trade.entry_index, trade.exit_index, trade.exit_reason, trade.entry_price] as const
        expect(run.trades.map(facts)).toEqual(trades.map(facts))
        for (const [k, trade] of trades.entries()) {
          if (trade.exit_reason === 'open') continue
          expect(run.trades[k]!.exit_price).toBe(trade.exit_price)
          expect(run.trades[k]!.return_pct).toBeCloseTo(trade.return_pct, 8)
        }
      }),
      { numRuns: 300 },
    )
  })
})

function buyTen(order: OrderRequest) {
  return (desk: { buy(order: OrderRequest): number }) => desk.buy({ size: 10, ...order })
}
