/** What the jobs of the lab show besides the panels of every run: backtest, optimise, walk-forward and train. */
import { NotFoundError } from '../../core/errors.ts'
import type { BacktestResult } from '../../lab/backtest-result.ts'
import { RESULT_STEP, type LabState } from '../../lab/lab-state.ts'
import type { Region } from '../page.ts'
import { explainAbsence } from '../view-models/lab/absence-view.ts'
import { parseJobAsk, type JobAsk } from '../view-models/lab/job-ask.ts'
import { viewJobHead } from '../view-models/lab/job-head-view.ts'
import { nameWork } from '../view-models/job-again.ts'
import type { KindHeadView } from '../view-models/run-header-view.ts'
import { runHref } from '../view-models/run-row.ts'
import type { KindPanels, RunReader, Watching } from './kind-panels.ts'
import { createFoldsRegion } from './lab/folds-region.ts'
import { HONESTY_REGION } from './lab/honesty-region.ts'
import { createModelRegion } from './lab/model-region.ts'
import { createResultRegions, type ResultFigures } from './lab/result-regions.ts'
import { createSearchRegions } from './lab/search-regions.ts'
import { createStateRegion } from './lab/state-region.ts'
import type { PageKit } from './page-deps.ts'

const PANELS: Omit<KindPanels, 'regions'> = {
  treeTitle: 'Work',
  hasReports: false,
  decider: null,
  readProse: async () => null,
  readHead,
  nameTab: nameWork,
  // A job is over sooner than a committee, and is waited for.
  pollSeconds: 2,
  modelsOf: () => ({}),
  isThinking: () => false,
}

export const backtestPanels: KindPanels = {
  ...PANELS,
  regions: (kit, runId, reader, watching, params) => {
    const ask = parseJobAsk(runHref(runId), params)
    return createResult(kit, runId, reader, watching, ask, { title: 'Statistics', awaited: () => [] })
  },
}

export const optimizePanels: KindPanels = {
  ...PANELS,
  regions: (kit, runId, reader, watching, params) => {
    const ask = parseJobAsk(runHref(runId), params)
    return [
      ...createSearchRegions(kit, runId, reader, watching, ask),
      createStateRegion(runId, reader, watching, HONESTY_REGION),
      ...createResult(kit, runId, reader, watching, ask, {
        title: 'Statistics of the best try',
        awaited: ({ search, honesty }) => [
          ...(search ? [] : ['the best so far', 'the heatmap', 'the table of tries']),
          ...(honesty ? [] : ['what is luck in it']),
        ],
      }),
    ]
  },
}

export const walkForwardPanels: KindPanels = {
  ...PANELS,
  regions: (kit, runId, reader, watching, params) => {
    const ask = parseJobAsk(runHref(runId), params)
    return [
      createStateRegion(runId, reader, watching, createFoldsRegion(kit)),
      createStateRegion(runId, reader, watching, HONESTY_REGION),
      ...createResult(kit, runId, reader, watching, ask, {
        title: 'Statistics out of sample',
        awaited: ({ folds, honesty }) => [
          ...(folds.length > 0 ? [] : ['the folds']),
          ...(honesty ? [] : ['what is luck in it']),
        ],
      }),
    ]
  },
}

export const trainPanels: KindPanels = {
  ...PANELS,
  regions: (kit, runId, reader, watching) => [
    createStateRegion(runId, reader, watching, createModelRegion(kit, sayAbsence(reader))),
  ],
}

async function readHead({ desk }: PageKit, reader: RunReader): Promise<KindHeadView> {
  const summary = reader.summary()
  const known = reader.isPruned ? null : await reader.state()
  return viewJobHead(summary, {
    folder: known && (await desk.folder(summary.run_id)),
    input: known && known.input,
  })
}

function createResult(
  kit: PageKit,
  runId: string,
  reader: RunReader,
  watching: Watching,
  ask: JobAsk,
  { title, awaited }: { title: string; awaited(state: LabState): string[] },
): Region[] {
  const state = async () => (reader.isPruned ? null : ((await reader.state()).data as LabState))
  return createResultRegions(kit, {
    ...{ key: runId, title, ask },
    csvHref: `/jobs/${encodeURIComponent(runId)}/trades.csv`,
    ...watching('data', 'status'),
    figures: async () => figuresOf(await state()),
    result: createLoader(kit, runId, reader),
    awaited: async () => {
      const known = await state()
      return known ? awaited(known) : []
    },
    absence: sayAbsence(reader),
  })
}

function sayAbsence(reader: RunReader) {
  return (names: readonly string[]) =>
    explainAbsence(names, { status: reader.summary().status, isPruned: reader.isPruned })
}

function figuresOf(state: LabState | null): ResultFigures {
  if (state === null) return { stats: null, buyAndHold: null, series: [], notes: [], params: null }
  const { stats, buyAndHold, series, notes, search } = state
  return { stats, buyAndHold, series, notes, params: stats && (search?.best?.params ?? null) }
}

/** A result never changes once it is there, so what was read for one part serves the others. */
function createLoader(
  { lab }: Pick<PageKit, 'lab'>,
  runId: string,
  reader: RunReader,
): () => Promise<BacktestResult | null> {
  let loading: Promise<BacktestResult | null> | null = null
  return async () => {
    if (reader.isPruned) return null
    if (loading === null && (await reader.state()).steps[RESULT_STEP]?.status !== 'completed') return null
    loading ??= lab.result(runId).catch((error: unknown) => {
      loading = null
      if (error instanceof NotFoundError) return null
      throw error
    })
    const result = await loading
    if (result === null) loading = null
    return result
  }
}
