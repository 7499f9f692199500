/** The form above the list of runs: what is asked, and what else could be. */
import { ACTIONS } from '../../committee/decision.ts'
import { RUN_STATUSES } from '../../runs/status.ts'
import { FILES_STATES } from '../../runs/summary.ts'
import { THINKERS } from '../../runs/thinker.ts'
import { naturalDirection, NEWEST_FIRST, type RunSortKey } from '../../runs/run-order.ts'
import { DEFAULT_SIZE, PAGE_SIZES, type RunsQuery } from './runs-query.ts'
import { describeStatus } from './status-view.ts'

interface Choice {
  value: string
  label: string
  isSelected: boolean
}

interface Select {
  name: string
  label: string
  choices: Choice[]
}

export interface RunsForm {
  texts: Record<'q' | 'ticker' | 'from' | 'to' | 'as_of' | 'batch', string>
  /** Those that are always in view. */
  selects: Select[]
  /** Those of the folded part, which is open while one of them is in use. */
  more: Select[]
  isMoreOpen: boolean
  show: string
  isFiltered: boolean
}

const AT_WORK = 'pending,in_progress,paused'
const MORE = ['kind', 'from', 'to', 'as_of', 'files', 'sort', 'dir', 'limit']

/** What the list can be sorted by, as people call it; the order is that of the columns. */
export const SORT_LABELS: Record<RunSortKey, string> = {
  status: 'Status',
  ticker: 'Ticker',
  as_of: 'As of',
  verdict: 'Verdict',
  confidence: 'Confidence',
  risk_reward: 'Reward : risk',
  size: 'Of equity',
  unverified: 'Unverified',
  by: 'By',
  cost: 'Cost',
  launched: 'Launched',
  worked: 'Worked',
}

export function viewRunsForm(query: RunsQuery, kinds: readonly { value: string; label: string }[]): RunsForm {
  const { typed, sort } = query
  const select = (
    name: string,
    label: string,
    choices: { value: string; label: string }[],
    value = typed(name),
  ) => createSelect(name, label, value, choices)
  const isNatural = sort.direction === naturalDirection(sort.by)
  const words = (values: readonly string[]) => values.map((value) => ({ value, label: value }))
  return {
    texts: {
      ...{ q: typed('q'), ticker: typed('ticker'), batch: typed('batch') },
      ...{ from: typed('from'), to: typed('to'), as_of: typed('as_of') },
    },
    selects: [
      select(
        'status',
        'Status',
        [
          { value: AT_WORK, label: 'not ended' },
          ...RUN_STATUSES.map((status) => ({ value: status, label: describeStatus(status).word })),
        ],
        // The address may say it in the words of people.
        query.filter.status?.join(','),
      ),
      select('verdict', 'Verdict', words(ACTIONS)),
      select('by', 'By', words(THINKERS)),
    ],
    more: [
      ...(kinds.length > 1 || typed('kind') ? [select('kind', 'Kind', [...kinds])] : []),
      select('files', 'Files', words(FILES_STATES)),
      {
        name: 'sort',
        label: 'Sort by',
        choices: Object.entries(SORT_LABELS).map(([by, label]) => ({
          value: by === NEWEST_FIRST.by ? '' : by,
          label,
          isSelected: by === sort.by,
        })),
      },
      {
        name: 'dir',
        label: 'Order',
        choices: [
          { value: '', label: 'as is usual', isSelected: isNatural },
          {
            value: 'desc',
            label: 'greatest or newest first',
            isSelected: !isNatural && sort.direction === 'desc',
          },
          {
            value: 'asc',
            label: 'least, oldest or A first',
            isSelected: !isNatural && sort.direction === 'asc',
          },
        ],
      },
      {
        name: 'limit',
        label: 'A page',
        choices: [...new Set([...PAGE_SIZES, query.size])]
          .sort((a, b) => a - b)
          .map((size) => ({
            value: size === DEFAULT_SIZE ? '' : String(size),
            label: `${size} runs`,
            isSelected: size === query.size,
          })),
      },
    ],
    isMoreOpen: MORE.some((name) => !['sort', 'dir', 'limit'].includes(name) && typed(name) !== ''),
    show: query.view === 'work' && !typed('batch') ? '' : query.view,
    isFiltered: query.isFiltered,
  }
}

/** What is asked for but is no choice of its own, as several at once, becomes one. */
function createSelect(
  name: string,
  label: string,
  value: string,
  choices: { value: string; label: string }[],
): Select {
  const isKnown = value === '' || choices.some((choice) => choice.value === value)
  const all = [
    { value: '', label: 'any' },
    ...choices,
    ...(isKnown ? [] : [{ value, label: value.replaceAll(',', ', ') }]),
  ]
  return { name, label, choices: all.map((choice) => ({ ...choice, isSelected: choice.value === value })) }
}
