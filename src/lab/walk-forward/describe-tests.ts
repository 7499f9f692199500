/** How the tests of a walk-forward are traded, for a person: what a test cannot show is said with it. */
import { countOf } from '../../core/format.ts'
import { isIdleFold, type FoldResult } from '../lab-state.ts'

/** Sentences; of at least one fold. */
export function describeTests(folds: readonly FoldResult[]): string[] {
  const idle = folds.filter(isIdleFold).length
  return [
    'Capital goes from test to test. Each test begins in cash and trades from its first new signal on: a position that an earlier signal would have opened is not taken over. What is held at its end is closed at the close of its last bar (“end of fold”).',
    ...(idle > 0
      ? [
          `${idle} of ${countOf(folds.length, 'test')} made no trade, for no new signal came in time: ${idle === 1 ? 'it shows' : 'they show'} nothing of what the strategy would have earned.`,
        ]
      : []),
  ]
}
