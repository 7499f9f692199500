/** Two exponential averages of the close: as the SMA cross, with averages that answer faster. */
import { writeCrossings } from './crossings.ts'
import { type SignalStrategy } from './strategy.ts'

export const emaCross: SignalStrategy = {
  name: 'ema-cross',
  title: 'EMA cross',
  about:
    'Goes long when the fast exponential average of the close crosses above the slow one, and short when it crosses below.',
  source: 'Murphy 1999, “Technical Analysis of the Financial Markets”, moving averages',
  parameters: [
    {
      name: 'fast',
      title: 'Fast average',
      about: 'Bars of the average that follows the price closely.',
      min: 1,
      max: 500,
      step: 1,
      default: 12,
    },
    {
      name: 'slow',
      title: 'Slow average',
      about: 'Bars of the average that is crossed.',
      min: 2,
      max: 1000,
      step: 1,
      default: 26,
    },
  ],
  constraint: 'fast < slow',
  tickers: 'one',
  form: 'signals',
  signals(columns, params, out) {
    const fast = params.fast!
    const slow = params.slow!
    const first = Math.max(fast, slow)
    writeCrossings(columns.ema(fast), columns.ema(slow), first, out)
    return first
  },
}
