/** A close far from its average, in its own standard deviations, is expected back. */
import { SIGNAL, type SignalStrategy } from './strategy.ts'

export const zScoreReversion: SignalStrategy = {
  name: 'z-score-reversion',
  title: 'Z-score reversion',
  about:
    'Goes long when the close falls so many standard deviations below its average, short when it rises as many above, and is out once it is back near it.',
  source: 'Chan 2013, “Algorithmic Trading: Winning Strategies and Their Rationale”, mean reversion',
  parameters: [
    {
      name: 'window',
      title: 'Average over',
      about: 'Bars of the average and of the deviation.',
      min: 3,
      max: 500,
      step: 1,
      default: 20,
    },
    {
      name: 'entry',
      title: 'In at',
      about: 'Distance from the average, in standard deviations, at which a position is taken.',
      min: 0.5,
      max: 4,
      step: 0.1,
      default: 2,
    },
    {
      name: 'exit',
      title: 'Out at',
      about: 'Distance from the average, in standard deviations, at which it is given up.',
      min: 0,
      max: 3,
      step: 0.1,
      default: 0.5,
    },
  ],
  constraint: 'exit < entry',
  tickers: 'one',
  form: 'signals',
  signals(columns, params, out) {
    const window = params.window!
    const entry = params.entry!
    const exit = params.exit!
    const z = columns.zScore(window)
    const first = window
    out.fill(SIGNAL.none)
    for (let i = first; i < z.length; i++) {
      const before = z[i - 1]!
      const now = z[i]!
      if (now < -entry) {
        if (!(before < -entry)) out[i] = SIGNAL.long
      } else if (now > entry) {
        if (!(before > entry)) out[i] = SIGNAL.short
      } else if ((before < -exit && now >= -exit) || (before > exit && now <= exit)) out[i] = SIGNAL.out
    }
    return first
  },
}
