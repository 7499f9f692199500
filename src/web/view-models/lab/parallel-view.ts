/** The best trials of a search over three or more parameters, as lines across their axes. */
import type { SearchState } from '../../../lab/lab-state.ts'
import type { Trial } from '../../../lab/trials.ts'
import type { ParallelInput } from '../../charts/lab/parallel-chart.ts'
import { describeParams } from './params-view.ts'
import { formatStatistic, labelStatistic } from './statistics-view.ts'

/** Lines that can still be told apart. */
export const MOST_LINES = 200

/** From this many parameters on two axes do not show it all. */
const LEAST_NAMES = 3

export function isForParallel({ names }: SearchState): boolean {
  return names.length >= LEAST_NAMES
}

/** `best` are the best trials, best first. Null where there are too few to compare. */
export function viewParallel({ names, maximize }: SearchState, best: readonly Trial[]): ParallelInput | null {
  const lines = best.flatMap(({ params, stats }) => {
    const value = stats[maximize]
    return value === null ? [] : [[...names.map((name) => params[name] ?? 0), value]]
  })
  if (lines.length < 2) return null
  const label = labelStatistic(maximize)
  const first = best[0]!
  return {
    id: 'job-parallel-chart',
    title: `The ${lines.length} best tries: ${names.join(', ')} and ${label}`,
    description: `Best: ${describeParams(first.params)} with ${label} ${formatStatistic(maximize, first.stats[maximize])}.`,
    axes: [...names, label].map((name, i) => ({
      name,
      low: lines.reduce((low, line) => Math.min(low, line[i]!), Number.POSITIVE_INFINITY),
      high: lines.reduce((high, line) => Math.max(high, line[i]!), Number.NEGATIVE_INFINITY),
    })),
    lines,
  }
}
