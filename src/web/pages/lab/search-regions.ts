/**
 * The parts of a search: how far it is and the best so far, which change often and are small; and the heatmap, the best
 * trials and their parallel coordinates, which are large and so come but a few times while it works.
 */
import { NotFoundError } from '../../../core/errors.ts'
import type { Glance, Heatmap, HeatmapQuery, TrialPage, TrialQuery } from '../../../lab/lab-desk.ts'
import type { LabState, SearchState } from '../../../lab/lab-state.ts'
import { isTerminal } from '../../../runs/status.ts'
import type { Region } from '../../page.ts'
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

/** What is said of a part that was never made while its search works. */
const AT_WORK = 'It is made of the tries so far and comes in a moment.'

interface Look<Found> {
  /** All there is, waited for. */
  now(search: SearchState): Promise<Found>
  /** What was found last; null before the first time. */
  last(search: SearchState): Promise<Glance<Found> | null>
}

export function createSearchRegions(
  { lab, charts }: Pick<PageKit, 'lab' | 'charts'>,
  runId: string,
  reader: RunReader,
  watching: Watching,
  ask: JobAsk,
): Region[] {
  const asked = ask.href({})
  const searchOf = async () => (reader.isPruned ? null : ((await reader.state()).data as LabState).search)

  /**
   * A part that is made anew only when another quarter is done, or all of it. While the search works it shows what was
   * found last and waits for nothing.
   */
  const seldom = <Found>(look: Look<Found>, show: (found: Found, search: SearchState) => Promise<object>) => {
    let held: { mark: string; view: object } | null = null
    return async (): Promise<object> => {
      const search = await searchOf()
      const { status } = reader.summary()
      const hasEnded = isTerminal(status)
      const mark = search && markOf(search, hasEnded)
      if (search === null || mark === null) return { isThere: false }
      if (held?.mark === mark) return held.view
      try {
        const seen =
          status === 'in_progress' ? await look.last(search) : { found: await look.now(search), search }
        if (seen === null) return { isThere: true, empty: AT_WORK, soFar: '' }
        const seenMark = markOf(seen.search, hasEnded)!
        if (held?.mark !== seenMark) {
          const soFar = hasEnded ? '' : `after ${viewSearch(runId, seen.search).done.replace(' run', '')}`
          const view = await show(seen.found, seen.search)
          held = { mark: seenMark, view: { isThere: true, empty: '', soFar, ...view } }
        }
        return held.view
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error
        return { isThere: false }
      }
    }
  }

  const lookAtTrials = (queryOf: (search: SearchState) => TrialQuery): Look<TrialPage> => ({
    now: (search) => lab.trials(runId, queryOf(search)),
    last: (search) => lab.glance.trials(runId, queryOf(search), search),
  })
  /** What parallel coordinates draw; nothing is looked for where there are none. */
  const lookAtBest = lookAtTrials((search) => ({
    ...{ sort: search.maximize, descending: isLargestFirst(search.maximize), isBrief: true },
    ...{ offset: 0, limit: isForParallel(search) ? MOST_LINES : 0 },
  }))
  /** The table shows the tries of the cells that the heatmap shows. */
  const withinOf = (search: SearchState) => chooseHeatmap(search, ask)?.within ?? undefined
  const lookAtTable = lookAtTrials((search) => {
    const within = withinOf(search)
    return { ...queryTrials(ask, search.maximize), ...(within && { within }) }
  })
  const heatmapOf = (search: SearchState): HeatmapQuery | null => {
    const choice = chooseHeatmap(search, ask)
    if (choice === null) return null
    const { within, ...axes } = choice
    return { ...axes, ...(within ? { within } : {}) }
  }
  const lookAtHeatmap: Look<Heatmap | null> = {
    async now(search) {
      const query = heatmapOf(search)
      return query && lab.heatmap(runId, query)
    },
    async last(search) {
      const query = heatmapOf(search)
      return query ? lab.glance.heatmap(runId, query, search) : { found: null, search }
    },
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
          isThere: search !== null,
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
      data: seldom(lookAtHeatmap, async (map, search) => {
        const choice = chooseHeatmap(search, ask)
        if (choice === null) return { empty: 'One parameter was searched: the table below has it all.' }
        const form = viewHeatmapForm(search, choice, ask)
        const { within } = choice
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
      data: seldom(lookAtTable, async (found, search) => ({
        ...viewTrials(runId, search, found, ask),
        part: withinOf(search) ? 'of the cells shown above' : '',
        allHref: trialsHref(runId, {}, withinOf(search)),
      })),
    },
    {
      id: 'job-parallel',
      key: `job-parallel:${runId}`,
      template: 'lab/parallel',
      ...watching('status'),
      data: seldom(lookAtBest, async ({ trials }, search) => {
        if (!isForParallel(search)) return { svg: '', none: '' }
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
  return Object.fromEntries(['cell', 'page', ...ends].map((name) => [name, null]))
}
