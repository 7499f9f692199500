/** What stands around the log's region and is never updated, so that what is typed there stays: filters and ways to the whole log. */
import type { RunState } from '../../runs/state.ts'
import { viewLogPanel, type LogPanelView } from '../view-models/log-view.ts'
import { domId } from '../view-models/progress-view.ts'
import { runHref } from '../view-models/run-row.ts'
import type { PageKit } from './page-deps.ts'
import type { RunSelection } from './run-selection.ts'

/** `refreshes`: without script the page would refresh itself and wipe what is typed. */
export function showLogPanel(
  { config }: Pick<PageKit, 'config'>,
  { runId, node, log, hrefOf }: RunSelection,
  state: RunState,
  refreshes: boolean,
): LogPanelView {
  return viewLogPanel(state.log, log, {
    // Of this run alone: another run's panel takes its place and does not take it over.
    domId: `log-of-${domId(runId)}`,
    base: runHref(runId),
    href: hrefOf(node),
    isLive: config.enableLogStream,
    refreshes,
  })
}
