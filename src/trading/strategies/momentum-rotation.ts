/**
 * Several tickers, of which the strongest are held: at every turn the ones that rose most over the last months, bought in
 * equal parts, and of those only the ones that rose at all; the rest stays in cash.
 */
import type { IndicatorView } from './bar-desk.ts'
import type { BarStrategy } from './strategy.ts'

interface Rotation {
  /** In the order of the tickers, which decides between equals. */
  candidates: { ticker: string; momentum: IndicatorView }[]
  barsToTurn: number
}

export const momentumRotation: BarStrategy<Rotation> = {
  name: 'momentum-rotation',
  title: 'Momentum rotation',
  about:
    'Holds the tickers that rose most over the last months, bought in equal parts; falling ones are left for cash.',
  source:
    'Jegadeesh and Titman 1993, “Returns to Buying Winners and Selling Losers”; only what rises: Antonacci 2014, “Dual Momentum Investing”',
  parameters: [
    {
      name: 'lookback',
      title: 'Strength over',
      about: 'Bars over which the change of the close is compared.',
      min: 5,
      max: 500,
      step: 1,
      default: 126,
    },
    {
      name: 'every',
      title: 'Turn every',
      about: 'Bars from one comparison to the next.',
      min: 1,
      max: 250,
      step: 1,
      default: 21,
    },
    {
      name: 'top',
      title: 'Held at once',
      about: 'How many tickers are held at most, each bought with an equal part of equity.',
      min: 1,
      max: 20,
      step: 1,
      default: 1,
    },
  ],
  constraint: null,
  tickers: 'several',
  form: 'bars',
  init(setup, params) {
    const candidates = setup.tickers.map((ticker) => ({
      ticker,
      momentum: setup.indicator('roc', params.lookback!, ticker),
    }))
    return { candidates, barsToTurn: 0 }
  },
  next(desk, state, params) {
    if (state.barsToTurn-- > 0) return
    state.barsToTurn = params.every! - 1
    const places = Math.min(params.top!, state.candidates.length)
    const chosen = state.candidates
      .filter(({ momentum }) => momentum.now > 0)
      .sort((a, b) => b.momentum.now - a.momentum.now)
      .slice(0, places)
    // What is given up comes first: its money pays for the rest.
    for (const candidate of state.candidates) {
      if (!chosen.includes(candidate)) desk.target(0, candidate.ticker)
    }
    // What is held on is left as it is: to even out the parts would cost a trade a turn.
    for (const { ticker } of chosen) {
      if (desk.position(ticker).size === 0) desk.target(1 / places, ticker)
    }
  },
}
