/**
 * The parts of a search: how far it is and the best so far, which change often and are small; and the heatmap, the best
 * trials and their parallel coordinates, which are large and so come but a few times while it works.
 */
import { NotFoundError } from '../../../core/errors.ts'
import type { LabState, SearchState } from '../../../lab/lab-state.ts'
import { isTerminal } from '../../../runs/status.ts'
import type { Region } from '../../page.ts'
import { explainAbsence, type Missing } from '../../view-models/lab/absence-view.ts'
import { chooseHeatmap, viewHeatmap, viewHeatmapForm } from '../../view-models/lab/heatmap-view.ts'
import type { JobAsk } from '../../view-models/lab/job-ask.ts'
import { isForParallel, MOST_LINES, viewParallel } from '../../view-models/lab/parallel-view.ts'
import { viewSearch } from '../../view-models/lab/search-view.ts'
import { isLargestFirst, queryTrials, viewTrials } from '../../view-models/lab/trials-view.ts'
import { trialsHref } from '../../view-models/trials-link.ts'
import type { RunReader, Watching } from '../kind-panels.ts'
import type { PageKit } from '../page-deps.ts'

/** How often the large parts are made anew while a search works: at each of so many equal parts of it. */
const LOOKS = 4

export function createSearchRegions(
  { lab, charts }: Pick<PageKit, 'lab' | 'charts'>,
  runId: string,
  reader: RunReader,
  watching: Watching,
  ask: JobAsk,
): Region[] {
  const asked = ask.href({})
  const absence = (missing: Missing) =>
    explainAbsence(missing, { status: reader.summary().status, isPruned: reader.isPruned })
  const searchOf = async () => (reader.isPruned ? null : ((await reader.state()).data as LabState).search)

  /** A part that is looked at again only when another quarter is done, or all of it. */
  const seldom = (missing: Missing, load: (search: SearchState) => Promise<object>) => {
    let held: { mark: string; view: object } | null = null
    return async (): Promise<object> => {
      const search = await searchOf()
      const mark = search && markOf(search, isTerminal(reader.summary().status))
      if (search === null || mark === null) return { empty: absence(missing) }
      if (held?.mark !== mark) {
        const soFar = isTerminal(reader.summary().status)
          ? ''
          : `after ${viewSearch(runId, search).done.replace(' run', '')}`
        try {
          held = { mark, view: { empty: '', soFar, ...(await load(search)) } }
        } catch (error) {
          if (!(error instanceof NotFoundError)) throw error
          return { empty: absence(missing) }
        }
      }
      return held.view
    }
  }

  return [
    {
      id: 'job-search',
      key: `job-search:${runId}`,
      template: 'lab/search',
      ...watching('data', 'status'),
      data: async () => {
        const search = await searchOf()
        const ended = isTerminal(reader.summary().status)
        return {
          empty: search ? '' : absence({ name: 'The best so far', verb: 'comes' }),
          search: search && viewSearch(runId, search),
          ended,
        }
      },
    },
    {
      id: 'job-heatmap',
      key: `job-heatmap:${asked}`,
      template: 'lab/heatmap',
      ...watching('status'),
      data: seldom({ name: 'The heatmap', verb: 'comes' }, async (search) => {
        const choice = chooseHeatmap(search, ask)
        if (choice === null) return { empty: 'One parameter was searched: the table below has it all.' }
        const form = viewHeatmapForm(search, choice, ask)
        const { within, ...axes } = choice
        const map = await lab.heatmap(runId, { ...axes, ...(within ? { within } : {}) })
        const wholeHref = within ? ask.href(withoutRanges(Object.keys(within)), 'job-heatmap') : ''
        if (map === null || map.cells.every((cell) => cell === null))
          return { form, wholeHref, none: 'No try in it has a value for this statistic.' }
        const { chart, ...view } = viewHeatmap(
          runId,
          search,
          choice,
          map,
          ask,
          !isTerminal(reader.summary().status),
        )
        return { form, wholeHref, none: '', ...view, svg: await charts.draw('drawHeatmap', chart) }
      }),
    },
    {
      id: 'job-trials',
      key: `job-trials:${asked}`,
      template: 'lab/trials',
      ...watching('status'),
      data: seldom({ name: 'The table of tries', verb: 'comes' }, async (search) => ({
        ...viewTrials(runId, search, await lab.trials(runId, queryTrials(ask, search.maximize)), ask),
        allHref: trialsHref(runId),
      })),
    },
    {
      id: 'job-parallel',
      key: `job-parallel:${runId}`,
      template: 'lab/parallel',
      ...watching('status'),
      data: seldom({ name: 'Parallel coordinates', verb: 'come' }, async (search) => {
        if (!isForParallel(search)) return { svg: '', none: '' }
        const { maximize: sort } = search
        const { trials } = await lab.trials(runId, {
          ...{ sort, descending: isLargestFirst(sort), offset: 0, limit: MOST_LINES },
        })
        const chart = viewParallel(search, trials)
        return {
          svg: chart ? await charts.draw('drawParallel', chart) : '',
          none: chart ? '' : 'Too few tries have a value to be compared.',
          title: chart?.title ?? '',
        }
      }),
    },
  ]
}

/** Null before anything has been run; with each part of the search that is done another one. */
function markOf(search: SearchState, hasEnded: boolean): string | null {
  const run = search.evaluated + search.refused + search.failed
  if (search.chunks === 0 || run === 0) return null
  return hasEnded ? `end ${run}` : String(Math.floor((run / Math.max(1, search.planned)) * LOOKS))
}

function withoutRanges(names: readonly string[]): Record<string, null> {
  const ends = names.flatMap((name) => [`from.${name}`, `to.${name}`])
  return Object.fromEntries(['cell', ...ends].map((name) => [name, null]))
}
