/** All tries of a search as a table: by any statistic, within ranges of its parameters, a page at a time, and as files. */
import { NotFoundError } from '../../core/errors.ts'
import { parseRunId } from '../../core/ids.ts'
import type { LabState } from '../../lab/lab-state.ts'
import { isTerminal } from '../../runs/status.ts'
import type { Page } from '../page.ts'
import { parseJobAsk } from '../view-models/lab/job-ask.ts'
import { viewSearch } from '../view-models/lab/search-view.ts'
import { queryTrials, viewTrials } from '../view-models/lab/trials-view.ts'
import { runHref } from '../view-models/run-row.ts'
import { viewTrialsForm } from '../view-models/trials-form.ts'
import { trialsHref } from '../view-models/trials-link.ts'
import type { PageKit } from './page-deps.ts'
import { loadState } from './run.ts'

/** Throws `NotFoundError` for a run there is not or that searches nothing, `InputError` for what cannot be asked. */
export async function createTrialsPage(kit: PageKit, runId: string, params: URLSearchParams): Promise<Page> {
  parseRunId(runId)
  const { ticker, kind, status } = kit.desk.summary(runId)
  const state = await loadState(kit, runId)
  const page = { title: `${ticker} tries`, nav: 'lab' as const, template: 'lab/trials', live: false }
  const shared = { ticker, runHref: runHref(runId), runId }
  if (state === null) return { ...page, data: { ...shared, isPruned: true }, regions: [], hasForm: false }
  const { search } = state.data as Partial<LabState>
  if (!search) throw new NotFoundError(`run ${runId} has no tries: it is of kind ${kind}`)
  const path = trialsHref(runId)
  const ask = parseJobAsk(path, params)
  const { within } = ask.heatmap
  const jobs = `/jobs/${encodeURIComponent(runId)}/trials`
  return {
    ...page,
    data: {
      ...{ ...shared, isPruned: false, path },
      form: viewTrialsForm(search, ask),
      done: viewSearch(runId, search).done,
      isLive: !isTerminal(status),
      refreshHref: ask.href({}),
      files: [
        { label: 'CSV', href: `${jobs}.csv` },
        { label: 'JSON', href: `${jobs}.json` },
      ],
    },
    regions: [
      {
        id: 'job-trials',
        key: `trials:${runId}:${ask.href({})}`,
        template: 'lab/trials',
        // A table that is read does not turn under the reader's eyes: it is asked for again by hand.
        watch: [],
        data: async () => {
          const query = queryTrials(ask, search.maximize)
          const found = await kit.lab.trials(runId, {
            ...query,
            ...(Object.keys(within).length > 0 && { within }),
          })
          return { isThere: true, soFar: '', ...viewTrials(runId, search, found, ask) }
        },
      },
    ],
    hasForm: true,
  }
}
