/** MACD: the difference of two exponential averages, crossing its own average. */
import { macd as computeMacd } from '../../market/indicators/index.ts'
import { SIGNAL, type SignalStrategy } from './strategy.ts'

export const macd: SignalStrategy = {
  name: 'macd',
  title: 'MACD',
  about: 'Goes long when the MACD line crosses above its signal line, and short when it crosses below.',
  source: 'Appel 1979, “The Moving Average Convergence-Divergence Trading Method”',
  parameters: [
    {
      name: 'fast',
      title: 'Fast average',
      about: 'Bars of the faster exponential average.',
      min: 1,
      max: 200,
      step: 1,
      default: 12,
    },
    {
      name: 'slow',
      title: 'Slow average',
      about: 'Bars of the slower exponential average.',
      min: 2,
      max: 500,
      step: 1,
      default: 26,
    },
    {
      name: 'signal',
      title: 'Signal line',
      about: 'Bars over which the difference of the two is averaged.',
      min: 1,
      max: 100,
      step: 1,
      default: 9,
    },
  ],
  constraint: 'fast < slow',
  tickers: 'one',
  form: 'signals',
  signals(columns, params, out) {
    const fast = params.fast!
    const slow = params.slow!
    const smooth = params.signal!
    const histogram = columns.column(
      `macd histogram ${fast} ${slow} ${smooth}`,
      () => computeMacd(columns.close, fast, slow, smooth).histogram,
    )
    // The histogram stands from bar slow + smooth − 2; a crossing needs the bar before as well.
    const first = slow + smooth - 1
    out.fill(SIGNAL.none)
    for (let i = first; i < histogram.length; i++) {
      const before = histogram[i - 1]!
      const now = histogram[i]!
      if (now > 0) {
        if (before < 0) out[i] = SIGNAL.long
      } else if (now < 0 && before > 0) out[i] = SIGNAL.short
    }
    return first
  },
}
