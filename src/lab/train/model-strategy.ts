/**
 * A trained classifier as a strategy: long where it gives a rise enough probability, short where it gives it too little,
 * out in between. It looks at the features of the bar at hand alone, which are of that bar and those before it.
 */
import { SIGNAL, type SignalStrategy } from '../../trading/strategies/strategy.ts'
import { chooseFeatures } from './features.ts'
import { predictRows, type TrainedClassifier } from './model.ts'
import { computeFeatures } from './samples.ts'

/** Before the id of the run that trained it: how a job names a model as its strategy. */
export const MODEL_PREFIX = 'model:'

const TITLES = { logistic: 'Logistic regression', forest: 'Forest' } as const

export function createModelStrategy(trained: TrainedClassifier): SignalStrategy {
  const { model, features: names, horizon_bars: horizon, trained_on: seen, hash } = trained
  const features = chooseFeatures(names)
  return {
    name: `${MODEL_PREFIX}${trained.run_id}`,
    title: `${TITLES[model.kind]}, ${seen.ticker}`,
    about: `Long where a trained model gives a close higher ${horizon} bars later enough probability, short where it gives it too little, out in between.`,
    source: `Trained on ${seen.ticker}, ${seen.first} to ${seen.last}, by run ${trained.run_id}`,
    parameters: [
      {
        name: 'long_above',
        title: 'Long from',
        about: 'Probability of a rise from which on to be long.',
        ...{ min: 0.3, max: 0.95, step: 0.01, default: 0.55 },
      },
      {
        name: 'short_below',
        title: 'Short up to',
        about: 'Probability of a rise up to which to be short.',
        ...{ min: 0.05, max: 0.7, step: 0.01, default: 0.45 },
      },
    ],
    constraint: 'short_below < long_above',
    tickers: 'one',
    form: 'signals',
    signals(columns, params, out) {
      const probability = columns.column(`model ${hash}`, () =>
        predictRows(trained, computeFeatures(columns, features)),
      )
      const longAbove = params.long_above!
      const shortBelow = params.short_below!
      let first = probability.length
      for (let bar = probability.length - 1; bar >= 0; bar--) {
        const rises = probability[bar]!
        out[bar] = SIGNAL.none
        if (rises !== rises) continue
        first = bar
        out[bar] = rises >= longAbove ? SIGNAL.long : rises <= shortBelow ? SIGNAL.short : SIGNAL.out
      }
      return first
    },
  }
}
