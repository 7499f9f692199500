/** One try of a search, simulated now: what a backtest with its parameters would show, and a way to make it one. */
import { parseRunId } from '../../core/ids.ts'
import type { Page } from '../page.ts'
import { readTrialInput } from '../trial-input.ts'
import { formHref } from '../view-models/job-again.ts'
import { parseJobAsk } from '../view-models/lab/job-ask.ts'
import { describeParams } from '../view-models/lab/params-view.ts'
import { runHref } from '../view-models/run-row.ts'
import { trialHref, trialsHref } from '../view-models/trials-link.ts'
import { createResultRegions } from './lab/result-regions.ts'
import type { PageKit } from './page-deps.ts'
import { loadState, namesOf } from './run.ts'

/** Throws `NotFoundError` for a run or a try there is not, `InputError` for what cannot be asked. */
export async function createTrialPage(
  kit: PageKit,
  runId: string,
  trial: number,
  params: URLSearchParams,
): Promise<Page> {
  parseRunId(runId)
  const summary = kit.desk.summary(runId)
  const state = await loadState(kit, runId)
  const path = trialHref(runId, trial)
  const shared = { ticker: summary.ticker, trial, runHref: runHref(runId), runId }
  const page = {
    title: `${summary.ticker} try ${trial}`,
    nav: 'lab' as const,
    template: 'lab/trial',
    live: false,
    hasForm: false,
  }
  if (state === null) return { ...page, data: { ...shared, isPruned: true, has: {} }, regions: [] }
  const result = await kit.lab.inspectTrial(runId, trial)
  const input = readTrialInput(state, result.params)
  const regions = createResultRegions(kit, {
    ...{ key: `trial ${runId} ${trial}`, title: 'Statistics', ask: parseJobAsk(path, params) },
    ...{ csvHref: '', watch: [] },
    figures: async () => ({
      ...{ stats: result.stats, buyAndHold: result.buy_and_hold, series: result.series },
      ...{ notes: result.notes, params: null },
    }),
    result: async () => result,
    absence: () => '',
  })
  return {
    ...page,
    data: {
      ...{ ...shared, isPruned: false, has: namesOf(regions) },
      strategy: result.strategy,
      params: describeParams(result.params),
      postTo: `${path}/backtest`,
      changeHref: formHref('backtest', input),
      trialsHref: trialsHref(runId),
    },
    regions,
  }
}
