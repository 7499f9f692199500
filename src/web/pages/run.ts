/** One run: where it stands, its verdict, the committee's tree, reports, log, evidence and files. */
import { NotFoundError } from '../../core/errors.ts'
import { parseRunId } from '../../core/ids.ts'
import { isTerminal } from '../../runs/status.ts'
import type { RunState } from '../../runs/state.ts'
import type { Summary } from '../../runs/summary.ts'
import type { Page } from '../page.ts'
import { runHref } from '../view-models/run-row.ts'
import type { PageDeps } from './page-deps.ts'
import { createRunRegions } from './run-regions.ts'

/** Throws `InputError` for what is no run id, `NotFoundError` for a run there is not. */
export async function createRunPage(deps: PageDeps, runId: string, url: URL): Promise<Page> {
  parseRunId(runId)
  const summary = deps.desk.summary(runId)
  const state = await loadState(deps, runId)
  const node = url.searchParams.get('node')
  const selection = {
    runId,
    node,
    headingLevel: 1 as const,
    hrefOf: (id: string | null) => runHref(runId, { node: id }),
  }
  return {
    title: titleOf(summary),
    nav: 'runs',
    template: 'run/run',
    data: { runId, hasState: state !== null },
    regions: createRunRegions(deps, selection, state),
    live: !isTerminal(summary.status),
    hasForm: false,
  }
}

/** Null where the run is known but its files were pruned. */
export async function loadState({ desk }: PageDeps, runId: string): Promise<RunState | null> {
  try {
    return await desk.state(runId)
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}

function titleOf(summary: Summary): string {
  const verdict = summary.decision ? ` · ${summary.decision.action}` : ''
  return `${summary.ticker}${verdict}`
}
