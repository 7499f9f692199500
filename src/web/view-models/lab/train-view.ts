/** A trained model as it is read: how often it was right beside the plain guess, fold by fold, and what it rests on. */
import { countOf, formatNumber, formatSigned } from '../../../core/format.ts'
import type { TrainedModel, TrainFold } from '../../../lab/lab-state.ts'
import type { CalibrationInput } from '../../charts/lab/calibration-chart.ts'

export interface TrainView {
  /** Null until all folds are done. */
  model: {
    title: string
    metrics: { label: string; text: string; about: string; beside: string; tone: 'gain' | 'loss' | '' }[]
    /** Whether it beats the plain guess, in a sentence. */
    verdict: string
    calibration: CalibrationInput
    importance: { name: string; share: number; text: string }[]
    importanceBy: string
    hash: string
  } | null
  done: string
  folds: TrainFoldRow[]
}

export interface TrainFoldRow {
  number: string
  train: string
  test: string
  samples: string
  accuracy: string
  baseline: string
  edge: string
  tone: 'gain' | 'loss' | ''
  logLoss: string
  brier: string
  auc: string
}

const MODELS: Record<TrainedModel['model'], string> = {
  logistic: 'Logistic regression',
  forest: 'Forest of trees',
}
/** Log loss and Brier score of saying one half, whatever comes; of AUC that of a coin. */
const COIN = { log_loss: Math.LN2, brier: 0.25, auc: 0.5 }
/** An edge below this, in points, is what chance gives as well. */
const SLIGHT_EDGE = 0.02

export function viewTrained(trained: TrainedModel | null, folds: readonly TrainFold[]): TrainView {
  return {
    model: trained && viewModel(trained),
    done: folds.length === 0 ? '' : `${folds.length} of ${countOf(folds[0]!.folds, 'fold')}`,
    folds: folds
      .toSorted((a, b) => a.fold - b.fold)
      .map((fold) => ({
        number: String(fold.fold + 1),
        train: `${fold.train.first.slice(0, 10)} – ${fold.train.last.slice(0, 10)}`,
        test: `${fold.test.first.slice(0, 10)} – ${fold.test.last.slice(0, 10)}`,
        samples: formatNumber(fold.samples, 0),
        accuracy: percent(fold.accuracy),
        baseline: percent(fold.baseline),
        edge: formatSigned((fold.accuracy - fold.baseline) * 100, 1),
        tone: toneOf(fold.accuracy - fold.baseline),
        logLoss: formatNumber(fold.log_loss, 3),
        brier: formatNumber(fold.brier, 3),
        auc: formatNumber(fold.auc, 3),
      })),
  }
}

function viewModel(trained: TrainedModel): TrainView['model'] {
  const { accuracy, baseline, log_loss: loss, brier, auc } = trained
  const most = Object.values(trained.importance).reduce((a, b) => Math.max(a, b), 0)
  return {
    title: `${MODELS[trained.model]}, ${countOf(trained.features.length, 'feature')}, ${countOf(trained.horizon_bars, 'bar')} ahead, seed ${trained.seed}`,
    verdict: judge(accuracy - baseline),
    metrics: [
      {
        ...{ label: 'Accuracy', text: percent(accuracy), about: 'Directions it got right, over all tests' },
        ...{ beside: `guess ${percent(baseline)}`, tone: toneOf(accuracy - baseline) },
      },
      {
        ...{ label: 'Log loss', text: formatNumber(loss, 3), about: 'Less is better; surprise at what came' },
        ...{ beside: `coin ${formatNumber(COIN.log_loss, 3)}`, tone: toneOf(COIN.log_loss - loss) },
      },
      {
        ...{
          label: 'Brier score',
          text: formatNumber(brier, 3),
          about: 'Less is better; squared error of its probabilities',
        },
        ...{ beside: `coin ${formatNumber(COIN.brier, 3)}`, tone: toneOf(COIN.brier - brier) },
      },
      {
        label: 'AUC',
        text: formatNumber(auc, 3),
        about:
          auc === null
            ? 'All tests had one outcome'
            : 'Chance that of a rise and a fall it called the rise the likelier one',
        ...{ beside: `coin ${formatNumber(COIN.auc, 3)}`, tone: auc === null ? '' : toneOf(auc - COIN.auc) },
      },
    ],
    calibration: {
      ...{ id: 'job-calibration-chart', title: 'Forecasts and what came of them' },
      points: trained.calibration,
    },
    importance: Object.entries(trained.importance)
      .sort(([, a], [, b]) => b - a)
      .map(([name, share]) => ({
        name,
        share: most > 0 ? Math.round((share / most) * 1_000) / 10 : 0,
        text: percent(share),
      })),
    importanceBy: trained.importance_by,
    hash: trained.hash,
  }
}

function judge(edge: number): string {
  const points = `${formatNumber(Math.abs(edge) * 100, 1)} points`
  if (edge <= 0) {
    return `No better than always saying what was more frequent: ${edge === 0 ? 'as often right' : `${points} less often right`}.`
  }
  if (edge < SLIGHT_EDGE)
    return `Right ${points} more often than the plain guess: as little as chance gives as well.`
  return `Right ${points} more often than the plain guess.`
}

function toneOf(edge: number): 'gain' | 'loss' | '' {
  return Math.abs(edge) < 1e-9 ? '' : edge > 0 ? 'gain' : 'loss'
}

function percent(part: number): string {
  return `${formatNumber(part * 100, 1)} %`
}
