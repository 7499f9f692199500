/** KDJ says when, RSI says whether: a crossing counts only where the market is still on the side it comes from. */
import { kdj } from '../../market/indicators/index.ts'
import { SIGNAL, type SignalStrategy } from './strategy.ts'

export const kdjRsi: SignalStrategy = {
  name: 'kdj-rsi',
  title: 'KDJ and RSI',
  about:
    'Goes long when K crosses above D while the RSI is low, and short when K crosses below D while the RSI is high.',
  source: 'KDJ: Lane 1984, “Lane’s Stochastics”, with the J line of East Asian charting; RSI: Wilder 1978',
  parameters: [
    {
      name: 'period',
      title: 'KDJ over',
      about: 'Bars whose range the close is placed in.',
      min: 2,
      max: 200,
      step: 1,
      default: 9,
    },
    {
      name: 'smooth',
      title: 'Smoothing',
      about: 'How slowly K follows the close, and D follows K.',
      min: 1,
      max: 50,
      step: 1,
      default: 3,
    },
    {
      name: 'rsi',
      title: 'RSI over',
      about: 'Bars of the relative strength index.',
      min: 2,
      max: 200,
      step: 1,
      default: 14,
    },
    {
      name: 'low',
      title: 'Low',
      about: 'RSI at or below which a crossing upwards counts.',
      min: 1,
      max: 99,
      step: 1,
      default: 45,
    },
    {
      name: 'high',
      title: 'High',
      about: 'RSI at or above which a crossing downwards counts.',
      min: 1,
      max: 99,
      step: 1,
      default: 55,
    },
  ],
  constraint: 'low < high',
  tickers: 'one',
  form: 'signals',
  signals(columns, params, out) {
    const period = params.period!
    const smooth = params.smooth!
    const rsiPeriod = params.rsi!
    const low = params.low!
    const high = params.high!
    const lead = columns.column(`kdj lead ${period} ${smooth}`, () => {
      const { k, d } = kdj(columns, period, smooth, smooth)
      return k.map((value, i) => value - d[i]!)
    })
    const rsi = columns.rsi(rsiPeriod)
    const first = Math.max(period, rsiPeriod + 1)
    out.fill(SIGNAL.none)
    for (let i = first; i < lead.length; i++) {
      const before = lead[i - 1]!
      const now = lead[i]!
      if (now > 0) {
        if (before < 0 && rsi[i]! <= low) out[i] = SIGNAL.long
      } else if (now < 0 && before > 0 && rsi[i]! >= high) out[i] = SIGNAL.short
    }
    return first
  },
}
