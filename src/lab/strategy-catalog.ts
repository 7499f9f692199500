/** Which strategies there are: the built-in ones, and those of the user's own folder with what is wrong with them. */
import type { StrategyParameter } from '../trading/strategies/strategy.ts'

/** How a task finds a strategy: a built-in one by its name, one's own by its file, of which the hash must still be so. */
export interface StrategyRef {
  name: string
  /** Absolute; null for a built-in one. */
  file: string | null
  /** SHA-256 of the file; null for a built-in one. */
  hash: string | null
}

export interface StrategyListing {
  name: string
  title: string
  about: string
  source: string
  parameters: readonly StrategyParameter[]
  constraint: string | null
  tickers: 'one' | 'several'
  form: 'signals' | 'bars'
  /** The file's name without its folder, of one's own; null for a built-in one. */
  file: string | null
  ref: StrategyRef
}

/** A file that holds no strategy that can be run. */
export interface StrategyProblem {
  file: string
  /** From 1; null where no line is to blame. */
  line: number | null
  message: string
}

export interface StrategyCatalog {
  list(): Promise<{ strategies: StrategyListing[]; problems: StrategyProblem[] }>
  /** Throws `InputError` naming `strategy` for one there is not (with the nearest right one), and what is wrong with its file. */
  find(name: string): Promise<StrategyListing>
}
