/** What a job has found, as the API's description tells it: one shape a kind, told apart by the names in them. */
import { z } from '@hono/zod-openapi'

const figures = z
  .record(z.string(), z.any())
  .meta({ description: 'Statistics by name; null where there is nothing to compute one of' })
const params = z
  .record(z.string(), z.number())
  .meta({ description: 'Parameters by name', example: { fast: 10, slow: 20 } })
const notes = z.array(z.any()).meta({ description: 'What a reader should know of it' })
const honesty = z
  .any()
  .meta({ description: 'How much of it is luck: figures and sentences; null until they are worked out' })
const count = z.number().int()
const entries = (description: string) => z.array(z.any()).meta({ description })

const backtest = z
  .object({
    stats: figures,
    buy_and_hold: figures.nullable(),
    trades: entries('Closed trades and those open at the end'),
    notes,
  })
  .meta({ title: 'Backtest' })
const optimize = z
  .object({
    best: z.object({ trial: count, params, stats: figures }),
    evaluated: count,
    refused: count.meta({ description: 'Left out by the constraint' }),
    failed: count,
    planned: count,
    honesty,
    notes,
  })
  .meta({ title: 'Optimisation' })
const walkForward = z
  .object({
    stats: figures.nullable().meta({ description: 'Out of sample, over all folds; null until all are done' }),
    buy_and_hold: figures.nullable(),
    efficiency: z.number().nullish(),
    profitable_folds: count.optional(),
    stability: z.record(z.string(), z.number().nullable()).optional(),
    folds: entries('What each was trained and tested on, and came to in and out of sample'),
    honesty,
    notes,
  })
  .meta({ title: 'Walk-forward' })
const training = z
  .object({
    model: z.any().meta({ description: 'Its measures over all tests; null until every fold is done' }),
    folds: entries('Measures of each fold'),
    notes,
  })
  .meta({ title: 'Training' })

export const jobResultSchema = z
  .union([backtest, optimize, walkForward, training])
  .nullable()
  .meta({ description: 'What has been found so far, by kind; null until there is something, and in lists' })
