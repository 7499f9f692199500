/** A classifier fitted in worker threads: a regression in one piece, a forest in many, whose trees are put together. */
import type { DispatchOptions, Dispatcher } from '../task.ts'
import { growForest, trainFold } from '../tasks/names.ts'
import type { TrainFoldInput, TrainFoldOutput } from '../tasks/train-fold.ts'
import { TREES, type Tree } from './forest.ts'
import type { ModelKind } from './model.ts'

export interface FitRequest extends Omit<TrainFoldInput, 'trees'> {
  kind: ModelKind
  /** Trees of a forest. */
  count?: number
}

/** About 150 ms of work. */
const TREES_PER_TASK = 5

export async function fitInThreads(
  dispatcher: Dispatcher,
  { kind, count = TREES, ...fold }: FitRequest,
  options: DispatchOptions,
): Promise<TrainFoldOutput> {
  const trees = kind === 'forest' ? await growAll(dispatcher, { ...fold, count }, options) : null
  return dispatcher.run(
    trainFold,
    { ...fold, trees },
    trees ? { ...options, onProgress: undefined } : options,
  )
}

async function growAll(
  dispatcher: Dispatcher,
  { count, test: _test, ...fold }: Omit<FitRequest, 'kind'> & { count: number },
  { onProgress, ...options }: DispatchOptions,
): Promise<Tree[]> {
  const pieces = Array.from({ length: Math.ceil(count / TREES_PER_TASK) }, (_, piece) => ({
    from: piece * TREES_PER_TASK,
    to: Math.min(count, (piece + 1) * TREES_PER_TASK),
  }))
  const grown = pieces.map(() => 0)
  const tell = (piece: number, trees: number) => {
    grown[piece] = trees
    const done = grown.reduce((sum, value) => sum + value, 0)
    onProgress?.(done / count, `tree ${done}/${count}`)
  }
  const parts = await Promise.all(
    pieces.map(async ({ from, to }, piece) => {
      const trees = await dispatcher.run(
        growForest,
        { ...fold, from, to },
        { ...options, onProgress: (fraction) => tell(piece, Math.round(fraction * (to - from))) },
      )
      tell(piece, to - from)
      return trees
    }),
  )
  return parts.flat()
}
