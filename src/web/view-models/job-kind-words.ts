/** What the kinds of jobs are called, and what each is for. */
import type { JobKind } from '../../lab/job-inputs.ts'

interface KindWords {
  /** On a tab or a button. */
  name: string
  title: string
  lead: string
  /** What the button says that starts one. */
  verb: string
}

export const KIND_WORDS: Readonly<Record<JobKind, KindWords>> = {
  backtest: {
    name: 'Backtest',
    title: 'New backtest',
    lead: 'One strategy with one set of parameters: what it would have made, beside buying and holding.',
    verb: 'Start backtest',
  },
  optimize: {
    name: 'Optimise',
    title: 'New optimisation',
    lead: 'Every combination in the ranges, the best of them, and how much of that is luck.',
    verb: 'Start optimisation',
  },
  'walk-forward': {
    name: 'Walk-forward',
    title: 'New walk-forward analysis',
    lead: 'Optimised on one stretch of time and tested on the next, again and again: what is left out of sample.',
    verb: 'Start walk-forward',
  },
  train: {
    name: 'Train',
    title: 'New training',
    lead: 'A classifier of the direction that prices take next, learnt from indicators and tested on what it has not seen.',
    verb: 'Start training',
  },
}
