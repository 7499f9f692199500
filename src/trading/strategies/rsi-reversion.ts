/** A market that was sold or bought too one-sidedly comes back: in when the RSI turns, out at its middle. */
import { SIGNAL, type SignalStrategy } from './strategy.ts'

export const rsiReversion: SignalStrategy = {
  name: 'rsi-reversion',
  title: 'RSI reversion',
  about:
    'Goes long when the RSI comes back above the oversold level, short when it comes back below the overbought one, and is out once it has reached the middle.',
  source: 'Wilder 1978, “New Concepts in Technical Trading Systems”',
  parameters: [
    {
      name: 'period',
      title: 'RSI over',
      about: 'Bars of the relative strength index.',
      min: 2,
      max: 200,
      step: 1,
      default: 14,
    },
    {
      name: 'oversold',
      title: 'Oversold',
      about: 'RSI below which too much has been sold.',
      min: 1,
      max: 49,
      step: 1,
      default: 30,
    },
    {
      name: 'overbought',
      title: 'Overbought',
      about: 'RSI above which too much has been bought.',
      min: 51,
      max: 99,
      step: 1,
      default: 70,
    },
    {
      name: 'exit',
      title: 'Out at',
      about: 'RSI at which the move back is over.',
      min: 2,
      max: 98,
      step: 1,
      default: 50,
    },
  ],
  constraint: 'oversold < exit and exit < overbought',
  tickers: 'one',
  form: 'signals',
  signals(columns, params, out) {
    const period = params.period!
    const oversold = params.oversold!
    const overbought = params.overbought!
    const exit = params.exit!
    const rsi = columns.rsi(period)
    const first = period + 1
    out.fill(SIGNAL.none)
    for (let i = first; i < rsi.length; i++) {
      const before = rsi[i - 1]!
      const now = rsi[i]!
      // A bar that has passed the middle as well has nothing left to come back from.
      if ((before < exit && now >= exit) || (before > exit && now <= exit)) out[i] = SIGNAL.out
      else if (before < oversold && now >= oversold) out[i] = SIGNAL.long
      else if (before > overbought && now <= overbought) out[i] = SIGNAL.short
    }
    return first
  },
}
