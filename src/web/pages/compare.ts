/** Two to six runs side by side, in the order of the address; the first is what the others are held against. */
import { InputError, quote } from '../../core/errors.ts'
import { countOf } from '../../core/format.ts'
import { isJobKind } from '../../lab/job-inputs.ts'
import { parseRunIds } from '../../runs/run-ids.ts'
import type { Page } from '../page.ts'
import { COMPARE_BOUNDS, compareHref, DIFFERENT } from '../view-models/compare-link.ts'
import { viewCompare, type ComparedRun } from '../view-models/compare-view.ts'
import { readDecision } from '../view-models/decision-view.ts'
import { createCompareJobsRegions, groupRuns, viewMixed } from './compare-jobs.ts'
import { loadDecision } from './load-decision.ts'
import type { PageDeps, PageKit } from './page-deps.ts'
import { loadState } from './run.ts'

/** Throws `InputError` for fewer, more or other than runs, `NotFoundError` for a run there is not. */
export function createComparePage(deps: PageKit, url: URL): Page {
  const ids = parseRunIds(url.searchParams.getAll('ids'), COMPARE_BOUNDS)
  const summaries = ids.map((id) => deps.desk.summary(id))
  const show = url.searchParams.get('show') ?? ''
  if (show !== '' && show !== DIFFERENT)
    throw new InputError('show', `show ${quote(show)} is not ${DIFFERENT}`)
  const onlyDifferent = show === DIFFERENT
  const hrefOf = (runIds: readonly string[], only = onlyDifferent) => compareHref(runIds, only)
  const groups = groupRuns(summaries)
  if (groups.length > 1) {
    return {
      ...{
        title: 'Compare',
        nav: 'runs',
        template: 'compare/mixed',
        regions: [],
        live: false,
        hasForm: false,
      },
      data: {
        title: `Compare ${countOf(ids.length, 'run')}`,
        groups: viewMixed(groups, (some) => compareHref(some)),
      },
    }
  }
  const { kind } = summaries[0]!
  const isJob = isJobKind(kind)
  const tickers = [...new Set(summaries.map((summary) => summary.ticker))]
  return {
    title: `Compare ${tickers.join(', ')}`,
    nav: 'runs',
    template: 'compare/compare',
    data: {
      title: `Compare ${countOf(ids.length, isJob ? 'job' : 'run')}`,
      hasCurves: isJob && kind !== 'train',
      tickers: tickers.join(', '),
      switchHref: hrefOf(ids, !onlyDifferent),
      onlyDifferent,
    },
    regions: isJob
      ? createCompareJobsRegions(deps, ids, { onlyDifferent, hrefOf })
      : [
          {
            id: 'compare-table',
            key: `compare/table:${hrefOf(ids)}`,
            template: 'compare/table',
            watch: ids.map((run) => ({ run, aspects: ['status', 'decision', 'usage'] as const })),
            data: async () => {
              const runs = await Promise.all(ids.map((id) => loadCompared(deps, id)))
              return viewCompare(runs, { onlyDifferent, hrefOf, now: deps.clock.now() })
            },
          },
        ],
    live: summaries.some((summary) => summary.ended_at === null),
    hasForm: false,
  }
}

async function loadCompared({ desk }: PageDeps, runId: string): Promise<ComparedRun> {
  const [decision, state] = await Promise.all([loadDecision(desk, runId), loadState({ desk }, runId)])
  return { summary: desk.summary(runId), decision: readDecision(decision), state }
}
