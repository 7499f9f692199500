/**
 * What the lab's kinds add to a run's state, and the events that change it. Small on purpose: trials, trades and curves
 * are results of steps, found under the keys below.
 */
import type { RunEvent } from '../runs/event.ts'
import type { BacktestStats, Statistic } from '../trading/statistics.ts'
import type { SeriesFacts } from './backtest-result.ts'
import type { HonestyReport } from './honesty-report.ts'
import type { NamedStats } from './trials.ts'

/** Keys of steps whose results others read. */
export const BARS_STEP = 'bars'
/** `BacktestResult`: of a backtest; of a search, that of its best trial. */
export const RESULT_STEP = 'result'
/** `HonestyReport`. */
export const HONESTY_STEP = 'honesty'
/** `TrainedClassifier`: the model on all bars, as a strategy uses it. */
export const MODEL_STEP = 'model'
export const chunkStep = (chunk: number): string => `chunk-${String(chunk).padStart(5, '0')}`
export const foldStep = (fold: number): string => `fold-${String(fold).padStart(3, '0')}`

export const SERIES_EVENT = 'series_loaded'
export const MEASURED_EVENT = 'stats_measured'
export const SEARCH_EVENT = 'search_planned'
export const CHUNK_EVENT = 'chunk_completed'
export const FOLD_EVENT = 'fold_completed'
export const WALK_EVENT = 'walk_measured'
export const HONESTY_EVENT = 'honesty_measured'
export const TRAINED_EVENT = 'model_trained'

export interface BestTrial {
  trial: number
  params: Record<string, number>
  stats: NamedStats
}

export interface SearchState {
  /** Trials planned. */
  planned: number
  names: string[]
  maximize: Statistic
  /** Trials run, left out by the constraint, and failed, so far. */
  evaluated: number
  refused: number
  failed: number
  /** Chunks that have ended, in their order. */
  chunks: number
  /** So far. */
  best: BestTrial | null
}

/** Bars by index, `from` to before `to`, with the days they stand on. */
export interface Span {
  from: number
  to: number
  first: string
  last: string
}

export interface FoldResult {
  /** From 0. */
  fold: number
  folds: number
  train: Span
  test: Span
  /** Trials of its search. */
  evaluated: number
  params: Record<string, number>
  in_sample: BacktestStats
  out_of_sample: BacktestStats
}

/** Whether nothing was traded in its test. */
export function isIdleFold({ out_of_sample: { trades } }: FoldResult): boolean {
  return trades === 0
}

export interface WalkResult {
  /** Of the folds' tests one after the other, capital carried on. */
  stats: BacktestStats
  buy_and_hold: BacktestStats
  /** Annual growth of all tests together / mean annual growth in sample; null where the latter is 0 or below. */
  efficiency: number | null
  /** Folds whose test made money, of all. */
  profitable_folds: number
  /** Of each parameter: standard deviation over the folds / its range (0 is the same in all); null where it was not searched. */
  stability: Record<string, number | null>
}

export interface TrainFold {
  fold: number
  folds: number
  train: Span
  test: Span
  samples: number
  accuracy: number
  /** Of always saying what was more frequent in training. */
  baseline: number
  log_loss: number
  brier: number
  auc: number | null
}

export interface TrainedModel {
  model: 'logistic' | 'forest'
  features: string[]
  horizon_bars: number
  seed: number
  /** Over all tests. */
  accuracy: number
  baseline: number
  log_loss: number
  brier: number
  auc: number | null
  /** Of predicted probabilities, in tenths: mean prediction, share that rose, how many. */
  calibration: { predicted: number; observed: number; count: number }[]
  /** By feature, adding up to 1; by what it rests on see `importance_by`. */
  importance: Record<string, number>
  importance_by: string
  /** SHA-256 of the model's canonical JSON: the same input and seed give the same. */
  hash: string
}

export interface LabState {
  series: SeriesFacts[]
  stats: BacktestStats | null
  buyAndHold: BacktestStats | null
  notes: string[]
  search: SearchState | null
  folds: FoldResult[]
  walk: WalkResult | null
  honesty: HonestyReport | null
  trainFolds: TrainFold[]
  trained: TrainedModel | null
}

export function createLabState(): LabState {
  return {
    ...{ series: [], stats: null, buyAndHold: null, notes: [], search: null },
    ...{ folds: [], walk: null, honesty: null, trainFolds: [], trained: null },
  }
}

/** A kind's own event is read as what this kind has written under its type. */
function bodyOf<Body>(event: RunEvent): Body {
  return event as unknown as Body
}

export interface ChunkEnd {
  chunk: number
  evaluated: number
  refused: number
  failed: number
  /** The best trial of all so far. */
  best: BestTrial | null
}

export function foldLab(state: LabState, event: RunEvent): LabState {
  switch (event.type) {
    case SERIES_EVENT:
      return { ...state, series: bodyOf<{ series: SeriesFacts[] }>(event).series }
    case MEASURED_EVENT: {
      const body = bodyOf<{ stats: BacktestStats; buy_and_hold: BacktestStats; notes: string[] }>(event)
      return { ...state, stats: body.stats, buyAndHold: body.buy_and_hold, notes: body.notes }
    }
    case SEARCH_EVENT: {
      const { planned, names, maximize } = bodyOf<SearchState>(event)
      const none = { evaluated: 0, refused: 0, failed: 0, chunks: 0, best: null }
      return { ...state, search: { planned, names, maximize, ...none } }
    }
    case CHUNK_EVENT:
      return state.search === null
        ? state
        : { ...state, search: addChunk(state.search, bodyOf<ChunkEnd>(event)) }
    case FOLD_EVENT: {
      const { fold } = bodyOf<{ fold: FoldResult | TrainFold }>(event)
      return 'accuracy' in fold
        ? { ...state, trainFolds: [...state.trainFolds, fold].sort((a, b) => a.fold - b.fold) }
        : { ...state, folds: [...state.folds, fold].sort((a, b) => a.fold - b.fold) }
    }
    case WALK_EVENT: {
      const { walk } = bodyOf<{ walk: WalkResult }>(event)
      return { ...state, walk, stats: walk.stats, buyAndHold: walk.buy_and_hold }
    }
    case HONESTY_EVENT:
      return { ...state, honesty: bodyOf<{ report: HonestyReport }>(event).report }
    case TRAINED_EVENT:
      return { ...state, trained: bodyOf<{ trained: TrainedModel }>(event).trained }
    default:
      return state
  }
}

function addChunk(search: SearchState, end: ChunkEnd): SearchState {
  return {
    ...search,
    evaluated: search.evaluated + end.evaluated,
    refused: search.refused + end.refused,
    failed: search.failed + end.failed,
    chunks: search.chunks + 1,
    best: end.best,
  }
}
