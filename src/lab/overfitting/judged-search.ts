/** What is judged: the tries of a search as they can be run again, and which of them, or what else, came out of it. */
import type { BarRange } from '../../trading/simulation.ts'
import type { Params } from '../../trading/strategies/strategy.ts'
import type { Caveat } from '../backtest-result.ts'
import type { Ground } from '../tasks/open-evaluator.ts'

/** What a thread needs to run a try again. */
export interface TrialGround extends Ground {
  /** Bars traded on in each try; of a walk-forward, those of all its tests, first to last. */
  range: BarRange
  /** Parameters that were searched. */
  names: readonly string[]
  /** The others, the same in every try. */
  fixed: Params
}

export interface JudgedSearch extends TrialGround {
  trials: {
    /** Of every try that was run, in the order of the search, whatever a constraint said of it afterwards. */
    numbers: ArrayLike<number>
    /** Tries × names, row by row. */
    params: Float64Array
  }
  /** Tries in all, where the same ones were run more than once, as in each fold of a walk-forward; those above where left out. */
  counted?: number
  /** Of all tries, those that a constraint refused after they were run; none where left out. */
  refused?: number
  /** Of the track that is judged; none where left out. */
  caveats?: readonly Caveat[]
  /** The number of the try that was chosen; null where none was. */
  best: number | null
  /** Of all that is drawn here. */
  seed: number
  /**
   * What came of a walk-forward: equity at the close of each bar of `range`, traded with parameters that were chosen
   * before. It is then judged in place of the chosen try; the tries say how many there were to choose from and how well
   * choosing among them carries over.
   */
  track?: Float64Array
}
