/** The shapes of what a training writes into its journal: what a journal from another desk is held against. */
import { z } from 'zod'
import type { KindShapes } from '../../runs/workflow.ts'
import { BACKTEST_EVENTS } from '../event-shapes.ts'
import { FOLD_EVENT, SERIES_EVENT, TRAINED_EVENT } from '../lab-state.ts'
import { spanShape } from '../walk-forward/walk-shapes.ts'

const count = z.int().min(0)
const scores = {
  ...{ accuracy: z.number(), baseline: z.number(), log_loss: z.number(), brier: z.number() },
  auc: z.number().nullable(),
}

export const TRAIN_SHAPES: KindShapes = {
  events: {
    [SERIES_EVENT]: BACKTEST_EVENTS[SERIES_EVENT],
    [FOLD_EVENT]: z.looseObject({
      fold: z.looseObject({
        ...{ fold: count, folds: count, train: spanShape, test: spanShape, samples: count, ...scores },
      }),
    }),
    [TRAINED_EVENT]: z.looseObject({
      trained: z.looseObject({
        ...{ model: z.enum(['logistic', 'forest']), features: z.array(z.string()), ...scores },
        ...{ importance: z.record(z.string(), z.number()), importance_by: z.string(), hash: z.string() },
        calibration: z.array(z.looseObject({ predicted: z.number(), observed: z.number(), count })),
      }),
    }),
  },
}
