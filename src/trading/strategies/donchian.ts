/** Turtle trading: in on a new extreme of many bars, out on the opposite one of fewer. */
import { SIGNAL, type SignalStrategy } from './strategy.ts'

export const donchian: SignalStrategy = {
  name: 'donchian',
  title: 'Donchian channels (turtle)',
  about:
    'Goes long when the close is above the high of the bars before it, short when it is below their low, and is out at the opposite extreme of a shorter window.',
  source:
    'Dennis and Eckhardt 1983, as told by Faith 2003, “The Original Turtle Trading Rules”; channels: Donchian 1960',
  parameters: [
    {
      name: 'entry',
      title: 'In on',
      about: 'Bars whose high or low must be passed to go in.',
      min: 2,
      max: 500,
      step: 1,
      default: 20,
    },
    {
      name: 'exit',
      title: 'Out on',
      about: 'Bars whose opposite extreme ends the position.',
      min: 1,
      max: 500,
      step: 1,
      default: 10,
    },
  ],
  constraint: 'exit <= entry',
  tickers: 'one',
  form: 'signals',
  signals(columns, params, out) {
    const entry = params.entry!
    const exit = params.exit!
    const { close } = columns
    const top = columns.highest(entry)
    const bottom = columns.lowest(entry)
    const exitTop = columns.highest(exit)
    const exitBottom = columns.lowest(exit)
    // Extremes are those of the bars before the present one.
    const first = Math.max(entry, exit)
    out.fill(SIGNAL.none)
    let side = 0
    for (let i = first; i < close.length; i++) {
      const price = close[i]!
      // Said again on every further extreme: who was stopped out in between comes back with it.
      if (price > top[i - 1]!) out[i] = side = 1
      else if (price < bottom[i - 1]!) out[i] = side = -1
      else if (side > 0 ? price < exitBottom[i - 1]! : side < 0 && price > exitTop[i - 1]!) {
        out[i] = SIGNAL.out
        side = 0
      }
    }
    return first
  },
}
