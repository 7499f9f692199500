/** Two simple averages of the close: the faster one crossing the slower one turns the position round. */
import { writeCrossings } from './crossings.ts'
import { type SignalStrategy } from './strategy.ts'

export const smaCross: SignalStrategy = {
  name: 'sma-cross',
  title: 'SMA cross',
  about:
    'Goes long when the fast simple average of the close crosses above the slow one, and short when it crosses below.',
  source:
    'Brock, Lakonishok and LeBaron 1992, “Simple Technical Trading Rules and the Stochastic Properties of Stock Returns”',
  parameters: [
    {
      name: 'fast',
      title: 'Fast average',
      about: 'Bars of the average that follows the price closely.',
      min: 1,
      max: 500,
      step: 1,
      default: 10,
    },
    {
      name: 'slow',
      title: 'Slow average',
      about: 'Bars of the average that is crossed.',
      min: 2,
      max: 1000,
      step: 1,
      default: 20,
    },
  ],
  constraint: 'fast < slow',
  tickers: 'one',
  form: 'signals',
  signals(columns, params, out) {
    const fast = params.fast!
    const slow = params.slow!
    // The first bar on which both averages stand one bar before as well.
    const first = Math.max(fast, slow)
    writeCrossings(columns.sma(fast), columns.sma(slow), first, out)
    return first
  },
}
