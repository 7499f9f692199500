/** Jobs of the lab side by side: their statistics, and their equity in one chart. And a page for runs that cannot be. */
import { NotFoundError } from '../../core/errors.ts'
import { countOf } from '../../core/format.ts'
import type { LabState } from '../../lab/lab-state.ts'
import type { RunKind } from '../../runs/event.ts'
import type { Summary } from '../../runs/summary.ts'
import type { Region } from '../page.ts'
import type { CompareFacts } from '../view-models/compare-view.ts'
import { LETTERS, nameJob, viewComparedJobs, type ComparedJob } from '../view-models/lab/compare-jobs-view.ts'
import type { PageKit } from './page-deps.ts'
import { loadState } from './run.ts'

/** Runs of one group have the same figures, so that they can stand side by side. */
const GROUPS: { kinds: RunKind[]; one: string; many: string }[] = [
  { kinds: ['assessment'], one: 'assessment', many: 'assessments' },
  {
    kinds: ['backtest', 'optimize', 'walk-forward'],
    one: 'backtest or search',
    many: 'backtests, optimisations and walk-forwards',
  },
  { kinds: ['train'], one: 'training', many: 'trainings' },
  { kinds: ['live'], one: 'live session', many: 'live sessions' },
]

export interface ComparedGroup {
  one: string
  many: string
  runs: Summary[]
}

/** By what can be compared with what, in the order in which the runs are named. */
export function groupRuns(summaries: readonly Summary[]): ComparedGroup[] {
  return GROUPS.map(({ kinds, one, many }) => ({
    ...{ one, many },
    runs: summaries.filter(({ kind }) => kinds.includes(kind)),
  })).filter(({ runs }) => runs.length > 0)
}

export function createCompareJobsRegions(
  kit: PageKit,
  ids: readonly string[],
  facts: Omit<CompareFacts, 'now'>,
): Region[] {
  const { desk, lab, charts, clock } = kit
  const address = facts.hrefOf(ids)
  const watch = ids.map((run) => ({ run, aspects: ['status', 'data'] as const }))
  const isTraining = desk.summary(ids[0]!).kind === 'train'
  const loadAll = () => Promise.all(ids.map((id) => loadJob(kit, id)))
  const curves: Region = {
    id: 'compare-curves',
    key: `compare/curves:${ids.join()}`,
    template: 'compare/curves',
    watch: ids.map((run) => ({ run, aspects: ['status'] as const })),
    data: async () => {
      const jobs = await loadAll()
      const found = await Promise.all(ids.map((id) => loadCurve(lab, id)))
      const shown = found.flatMap((curve, i) =>
        curve && curve.time.length > 1
          ? { letter: LETTERS[i]!, name: nameJob(jobs[i]!), time: curve.time, equity: curve.equity }
          : [],
      )
      const missing = ids.flatMap((_, i) =>
        shown.some(({ letter }) => letter === LETTERS[i]) ? [] : LETTERS[i]!,
      )
      return {
        svg:
          shown.length === 0
            ? ''
            : await charts.draw('drawCurves', {
                ...{ id: 'compare-curves-chart', title: 'Growth of equity, side by side', curves: shown },
              }),
        names: shown.map(({ letter, name }) => ({ letter, name })),
        missing: missing.length === 0 ? '' : `No curve (yet, or any more): ${missing.join(', ')}.`,
      }
    },
  }
  return [
    ...(isTraining ? [] : [curves]),
    {
      id: 'compare-table',
      key: `compare/jobs:${address}`,
      template: 'compare/table',
      watch,
      data: async () => viewComparedJobs(await loadAll(), { ...facts, now: clock.now() }),
    },
  ]
}

async function loadJob({ desk }: Pick<PageKit, 'desk'>, runId: string): Promise<ComparedJob> {
  const state = await loadState({ desk }, runId)
  return {
    summary: desk.summary(runId),
    input: state && isRecord(state.input) ? state.input : null,
    state: state && (state.data as LabState),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

async function loadCurve(lab: PageKit['lab'], runId: string) {
  try {
    return (await lab.result(runId))?.curve ?? null
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}

/** What to do with runs of which some cannot stand beside the others. */
export function viewMixed(groups: readonly ComparedGroup[], hrefOf: (ids: readonly string[]) => string) {
  return groups.map(({ one, many, runs }) => ({
    words: runs.length === 1 ? one : many,
    count: countOf(runs.length, one, many),
    href: runs.length > 1 ? hrefOf(runs.map(({ run_id }) => run_id)) : '',
    runs: runs.map(({ run_id, ticker, kind }) => ({ runId: run_id, ticker, kind })),
  }))
}
