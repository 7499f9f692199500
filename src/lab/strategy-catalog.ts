/** Which strategies there are: the built-in ones, and those of the user's own folder with what is wrong with them. */
import type { StrategyParameter } from '../trading/strategies/strategy.ts'
import type { TrainedClassifier } from './train/model.ts'

/** How a task finds a strategy: a built-in one by its name, one's own by its file, of which the hash must still be so. */
export interface StrategyRef {
  name: string
  /** Absolute; null for a built-in one. */
  file: string | null
  /** SHA-256 of the file, or of the model; null for a built-in one. */
  hash: string | null
  /** Of a strategy that was trained: all that it knows. */
  model?: TrainedClassifier
}

/** All of a strategy but its rule: what can be told of it without running it. */
export interface StrategyFacts {
  name: string
  title: string
  about: string
  source: string
  parameters: readonly StrategyParameter[]
  constraint: string | null
  tickers: 'one' | 'several'
  form: 'signals' | 'bars'
}

export interface StrategyListing extends StrategyFacts {
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
