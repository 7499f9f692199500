/** The shapes of what the jobs of the lab write into their journals: what a journal from another desk is held against. */
import { z } from 'zod'
import type { KindShapes } from '../runs/workflow.ts'
import { STATISTICS } from '../trading/statistics.ts'
import { CHUNK_EVENT, HONESTY_EVENT, MEASURED_EVENT, SEARCH_EVENT, SERIES_EVENT } from './lab-state.ts'

const count = z.int().min(0)
const figures = Object.fromEntries(STATISTICS.map((name) => [name, z.number().nullable()]))
const namedStats = z.looseObject(figures)
export const statsShape = z.looseObject({ start: z.string(), end: z.string(), ...figures })
export const paramsShape = z.record(z.string(), z.number())
const best = z.looseObject({ trial: count, params: paramsShape, stats: namedStats }).nullable()

const seriesShape = z.looseObject({
  series: z.array(
    z.looseObject({
      ticker: z.string(),
      vendor: z.string(),
      adjustment: z.enum(['raw', 'adjusted']),
      bars: count,
      first: z.string(),
      last: z.string(),
    }),
  ),
})
const measuredShape = z.looseObject({
  stats: statsShape,
  buy_and_hold: statsShape,
  notes: z.array(z.string()),
})
const searchShapes = {
  [SEARCH_EVENT]: z.looseObject({
    planned: count,
    names: z.array(z.string()),
    maximize: z.enum(STATISTICS),
  }),
  [CHUNK_EVENT]: z.looseObject({ chunk: count, evaluated: count, refused: count, failed: count, best }),
}
const ratio = z.number().nullable()
export const honestyShape = z.looseObject({
  report: z.looseObject({ trials: count, observations: count, psr: ratio, sentences: z.array(z.string()) }),
})

export const BACKTEST_EVENTS = { [SERIES_EVENT]: seriesShape, [MEASURED_EVENT]: measuredShape }

export const BACKTEST_SHAPES: KindShapes = { events: BACKTEST_EVENTS }

export const OPTIMIZE_SHAPES: KindShapes = {
  events: { ...BACKTEST_EVENTS, ...searchShapes, [HONESTY_EVENT]: honestyShape },
}
