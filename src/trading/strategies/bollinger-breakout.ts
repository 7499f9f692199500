/** A close outside the Bollinger bands is taken for the beginning of a move, until the close is back at the average. */
import { SIGNAL, type SignalStrategy } from './strategy.ts'

export const bollingerBreakout: SignalStrategy = {
  name: 'bollinger-breakout',
  title: 'Bollinger breakout',
  about:
    'Goes long when the close breaks above the upper band, short when it breaks below the lower one, and is out when it comes back to the average.',
  source: 'Bollinger 2001, “Bollinger on Bollinger Bands”, method I (volatility breakout)',
  parameters: [
    {
      name: 'period',
      title: 'Bands over',
      about: 'Bars of the average and of the deviation.',
      min: 2,
      max: 500,
      step: 1,
      default: 20,
    },
    {
      name: 'width',
      title: 'Width',
      about: 'Standard deviations between the average and each band.',
      min: 0.5,
      max: 4,
      step: 0.1,
      default: 2,
    },
  ],
  constraint: null,
  tickers: 'one',
  form: 'signals',
  signals(columns, params, out) {
    const period = params.period!
    const width = params.width!
    // The close beyond a band of k deviations is a z-score beyond k: one column serves every width.
    const z = columns.zScore(period)
    const first = period
    out.fill(SIGNAL.none)
    for (let i = first; i < z.length; i++) {
      const before = z[i - 1]!
      const now = z[i]!
      // Negated comparisons take a flat window, which has no z-score, for one inside the bands.
      if (now > width) {
        if (!(before > width)) out[i] = SIGNAL.long
      } else if (now < -width) {
        if (!(before < -width)) out[i] = SIGNAL.short
      } else if ((now <= 0 && !(before <= 0)) || (now >= 0 && !(before >= 0))) out[i] = SIGNAL.out
    }
    return first
  },
}
