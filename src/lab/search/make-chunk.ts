/** A chunk of trials from the rows that threads have made of it. */
import { STATISTICS } from '../../trading/statistics.ts'
import { packDoubles, type TrialChunk } from '../trials.ts'
import type { RowsOutput } from './run-rows.ts'
import type { SearchPlan } from './search-plan.ts'

export function makeChunk(
  plan: SearchPlan,
  from: number,
  params: Float64Array,
  { stats, failed }: RowsOutput,
): TrialChunk {
  const { names } = plan.space
  const count = params.length / names.length
  const hasFailed = new Set(failed.map(({ row }) => row))
  const refused: number[] = []
  if (plan.afterwards !== null) {
    const holds = plan.afterwards
    for (let row = 0; row < count; row++)
      if (!hasFailed.has(row) && !holds((name) => valueOf(row, name))) refused.push(from + row)
  }
  return {
    ...{ from, count, names: [...names] },
    ...{ params: packDoubles(params), stats: packDoubles(stats), refused },
    failed: failed.map(({ row, error }) => ({ trial: from + row, error })),
  }

  function valueOf(row: number, name: string): number {
    const searched = names.indexOf(name)
    if (searched >= 0) return params[row * names.length + searched]!
    const fixed = plan.fixed[name]
    if (fixed !== undefined) return fixed
    return stats[row * STATISTICS.length + (STATISTICS as readonly string[]).indexOf(name)]!
  }
}

/** Parameters of the places, row by row. */
export function readRows({ space }: SearchPlan, places: ArrayLike<number>): Float64Array {
  const width = space.names.length
  const rows = new Float64Array(places.length * width)
  for (let row = 0; row < places.length; row++) space.fill(places[row]!, rows, row * width)
  return rows
}
