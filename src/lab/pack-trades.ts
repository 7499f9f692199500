/** Trades in columns: so many that as records they would hold up whoever stores or sends them. */
import type { ExitReason, SimulatedTrade } from '../trading/simulation.ts'

/** All trades of a backtest, in their order. */
export interface PackedTrades {
  /** A row of `WIDTH` for each, in memory that threads share; words by their place in `trade_words`, −1 for none. */
  trade_figures: Float64Array
  trade_words: string[]
}

const FIGURES = [
  ...(['size', 'entry_index', 'exit_index', 'entry_time', 'exit_time', 'entry_price', 'exit_price'] as const),
  ...(['pnl', 'return_pct', 'commission'] as const),
] as const
const WORDS = ['ticker', 'exit_reason', 'tag'] as const
const WIDTH = FIGURES.length + WORDS.length

export function packTrades(trades: readonly SimulatedTrade[]): PackedTrades {
  const bytes = trades.length * WIDTH * Float64Array.BYTES_PER_ELEMENT
  const figures = new Float64Array(new SharedArrayBuffer(bytes))
  const placeOf = new Map<string, number>()
  let at = 0
  for (const trade of trades) {
    for (const name of FIGURES) figures[at++] = trade[name]
    for (const name of WORDS) {
      const word = trade[name]
      if (word !== null && !placeOf.has(word)) placeOf.set(word, placeOf.size)
      figures[at++] = word === null ? -1 : placeOf.get(word)!
    }
  }
  return { trade_figures: figures, trade_words: [...placeOf.keys()] }
}

export function countTrades({ trade_figures: figures }: PackedTrades): number {
  return figures.length / WIDTH
}

/** The trades from `from` to before `to`, or to the last. */
export function unpackTrades(
  { trade_figures: figures, trade_words: words }: PackedTrades,
  from: number,
  to: number,
): SimulatedTrade[] {
  const trades: SimulatedTrade[] = []
  for (let row = from * WIDTH; row < Math.min(to * WIDTH, figures.length); row += WIDTH) {
    const figure = (name: (typeof FIGURES)[number]) => figures[row + FIGURES.indexOf(name)]!
    const word = (name: (typeof WORDS)[number]) => words[figures[row + FIGURES.length + WORDS.indexOf(name)]!]
    trades.push({
      ticker: word('ticker')!,
      size: figure('size'),
      entry_index: figure('entry_index'),
      exit_index: figure('exit_index'),
      entry_time: figure('entry_time'),
      exit_time: figure('exit_time'),
      entry_price: figure('entry_price'),
      exit_price: figure('exit_price'),
      pnl: figure('pnl'),
      return_pct: figure('return_pct'),
      commission: figure('commission'),
      exit_reason: word('exit_reason') as ExitReason,
      tag: word('tag') ?? null,
    })
  }
  return trades
}
