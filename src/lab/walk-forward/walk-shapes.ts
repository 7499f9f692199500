/** The shapes of what a walk-forward writes into its journal: what a journal from another desk is held against. */
import { z } from 'zod'
import type { KindShapes } from '../../runs/workflow.ts'
import { BACKTEST_EVENTS, honestyShape, paramsShape, statsShape } from '../event-shapes.ts'
import { FOLD_EVENT, HONESTY_EVENT, WALK_EVENT } from '../lab-state.ts'

const count = z.int().min(0)
export const spanShape = z.looseObject({ from: count, to: count, first: z.string(), last: z.string() })

export const WALK_SHAPES: KindShapes = {
  events: {
    ...BACKTEST_EVENTS,
    [FOLD_EVENT]: z.looseObject({
      fold: z.looseObject({
        ...{ fold: count, folds: count, train: spanShape, test: spanShape, evaluated: count },
        ...{ params: paramsShape, in_sample: statsShape, out_of_sample: statsShape },
      }),
    }),
    [WALK_EVENT]: z.looseObject({
      walk: z.looseObject({
        ...{ stats: statsShape, buy_and_hold: statsShape, efficiency: z.number().nullable() },
        ...{ profitable_folds: count, stability: z.record(z.string(), z.number().nullable()) },
      }),
    }),
    [HONESTY_EVENT]: honestyShape,
  },
}
