/** What every other strategy is held against. */
import { SIGNAL, type SignalStrategy } from './strategy.ts'

export const buyAndHold: SignalStrategy = {
  name: 'buy-and-hold',
  title: 'Buy and hold',
  about: 'Buys on the first bar and stays in; with a stop it comes back on the next open.',
  source:
    'The yardstick of Sharpe 1991, “The Arithmetic of Active Management”: what owning the market brings',
  parameters: [],
  constraint: null,
  tickers: 'one',
  form: 'signals',
  signals(_columns, _params, out) {
    // On every bar, so that it does not matter on which of them one begins to look.
    out.fill(SIGNAL.long)
    return 0
  },
}
