/** The form above the table of tries: by what it is sorted, and which ranges of the parameters it shows. */
import type { SearchState } from '../../lab/lab-state.ts'
import { STATISTICS } from '../../trading/statistics.ts'
import { writeSort, type JobAsk } from './lab/job-ask.ts'
import { labelStatistic } from './lab/statistics-view.ts'
import { isLargestFirst } from './lab/trials-view.ts'

export interface TrialsForm {
  sorts: { value: string; label: string; isSelected: boolean }[]
  ranges: { name: string; from: string; to: string }[]
  isFiltered: boolean
}

export function viewTrialsForm({ maximize, names }: SearchState, ask: JobAsk): TrialsForm {
  const present = writeSort(ask.trials ?? { by: maximize, descending: isLargestFirst(maximize) })
  const sorts = STATISTICS.map((by) => {
    const value = writeSort({ by, descending: isLargestFirst(by) })
    return { value, label: labelStatistic(by), isSelected: value === present }
  })
  // A heading that was pressed twice sorts the other way round.
  const other = ask.trials && !sorts.some(({ isSelected }) => isSelected) ? ask.trials : null
  const { within } = ask.heatmap
  const end = (value: number | undefined) =>
    value !== undefined && Number.isFinite(value) ? String(value) : ''
  return {
    sorts: other
      ? [...sorts, { value: present, label: `${labelStatistic(other.by)}, worst first`, isSelected: true }]
      : sorts,
    ranges: names.map((name) => ({ name, from: end(within[name]?.[0]), to: end(within[name]?.[1]) })),
    isFiltered: Object.keys(within).length > 0,
  }
}
