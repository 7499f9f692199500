/** One run: where it stands, its verdict, the committee's tree, reports, log, evidence and files. */
import { NotFoundError } from '../../core/errors.ts'
import { parseRunId } from '../../core/ids.ts'
import { isTerminal } from '../../runs/status.ts'
import type { RunState } from '../../runs/state.ts'
import type { Summary } from '../../runs/summary.ts'
import type { Page, Region } from '../page.ts'
import { isOutOfBudget, type RefusedBound } from '../view-models/cost-view.ts'
import { parseLogAsk } from '../view-models/log-view.ts'
import { runHref } from '../view-models/run-row.ts'
import type { PageDeps, PageKit } from './page-deps.ts'
import { showLogPanel } from './run-log-panel.ts'
import { panelsOf } from './run-kinds.ts'
import { createRunRegions } from './run-regions.ts'

/** Throws `InputError` for what is no run id and for what cannot be asked, `NotFoundError` for a run there is not. */
export async function createRunPage(
  kit: PageKit,
  runId: string,
  /** Of the address: what is asked of the page's parts. */
  params: URLSearchParams,
  refused?: RefusedBound,
): Promise<Page> {
  parseRunId(runId)
  const summary = kit.desk.summary(runId)
  const state = await loadState(kit, runId)
  const log = parseLogAsk(params)
  const selection = {
    ...{ runId, refused, log, params, node: params.get('node') },
    headingLevel: 1 as const,
    hrefOf: (id: string | null) => runHref(runId, { node: id }),
  }
  const { pollSeconds, nameTab } = panelsOf(summary.kind)
  const regions = createRunRegions(kit, selection, state)
  const isLive = !isTerminal(summary.status)
  const hasForm = isOutOfBudget(summary) || log.isUsed
  return {
    title: titleOf(summary, nameTab(state?.input ?? null)),
    nav: 'runs',
    template: 'run/run',
    data: {
      ...{ runId, isLive, has: namesOf(regions) },
      log: state && showLogPanel(kit, selection, state, isLive && !hasForm),
    },
    regions,
    live: isLive,
    hasForm,
    ...(pollSeconds !== null && { pollSeconds }),
  }
}

/** Null where the run is known but its files were pruned. */
export async function loadState({ desk }: Pick<PageDeps, 'desk'>, runId: string): Promise<RunState | null> {
  try {
    return await desk.state(runId)
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}

/** For the template, which lays out the panels there are. */
export function namesOf(regions: readonly Region[]): Record<string, true> {
  return Object.fromEntries(regions.map(({ id }) => [id, true]))
}

/** `AAPL · BUY`, `GOOG · sma-cross`. */
function titleOf({ ticker, decision }: Summary, work: string): string {
  return [ticker, work, decision?.action ?? ''].filter((part) => part !== '').join(' · ')
}
