/** A batch: a tab per run with its own progress and cancel, all verdicts side by side, and the selected run in full. */
import { NotFoundError, quote } from '../../core/errors.ts'
import { formatNumber, formatUsd } from '../../core/format.ts'
import { isTerminal } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import { addUsage, NO_USAGE } from '../../runs/usage.ts'
import type { Page } from '../page.ts'
import { COMPARE_BOUNDS, compareHref } from '../view-models/compare-link.ts'
import { formatSize, readDecision } from '../view-models/decision-view.ts'
import { isOutOfBudget } from '../view-models/cost-view.ts'
import { parseLogAsk } from '../view-models/log-view.ts'
import { domId } from '../view-models/progress-view.ts'
import { toQuery, viewRunRow, type RunRow } from '../view-models/run-row.ts'
import type { PageDeps, PageKit } from './page-deps.ts'
import { createRunPage, loadState, namesOf } from './run.ts'
import { showLogPanel } from './run-log-panel.ts'
import { createRunRegions } from './run-regions.ts'

const BATCH_LIMIT = 1_000

export interface VerdictRow extends RunRow {
  entry: string
  stop: string
  target: string
  riskReward: string
  size: string
}

/** A run that was launched alone is shown as itself. Throws `NotFoundError` for a batch there is not (any more). */
export async function createBatchPage(kit: PageKit, url: URL): Promise<Page> {
  const batch = url.searchParams.get('batch') ?? ''
  const runs = listBatch(kit, batch)
  if (runs.length === 0) throw new NotFoundError(`there is no batch ${quote(batch)}`)
  if (runs.length === 1) return createRunPage(kit, runs[0]!.run_id, url.searchParams)
  const asked = url.searchParams.get('run')
  const selected = runs.find((run) => run.run_id === asked) ?? runs[0]!
  const state = await loadState(kit, selected.run_id)
  const hrefOf = (run: string, node: string | null) => `/runs${toQuery({ batch, run, node })}`
  const ids = runs.map((run) => run.run_id)
  const watch = ids.map((run) => ({ run, aspects: ['status', 'tree', 'decision'] as const }))
  const selectedTab = `tab-${domId(selected.run_id)}`
  const rowsNow = () =>
    listBatch(kit, batch).map((run) => {
      const row = viewRunRow(run, 'tab', kit.clock.now())
      return { ...row, href: hrefOf(run.run_id, null), selected: run.run_id === selected.run_id }
    })
  const selection = {
    runId: selected.run_id,
    headingLevel: 2 as const,
    node: url.searchParams.get('node'),
    params: url.searchParams,
    log: parseLogAsk(url.searchParams),
    hrefOf: (node: string | null) => hrefOf(selected.run_id, node),
  }
  const runRegions = createRunRegions(kit, selection, state)
  const live = runs.some((run) => !isTerminal(run.status))
  const hasForm = isOutOfBudget(selected) || selection.log.isUsed
  return {
    title: `Batch of ${runs.length}`,
    nav: 'runs',
    template: 'batch/batch',
    data: {
      batch,
      count: runs.length,
      listHref: `/runs${toQuery({ batch, show: 'levels' })}`,
      compareHref: runs.length <= COMPARE_BOUNDS.max ? compareHref(ids) : '',
      asOf: commonDate(runs),
      selectedTab,
      tabIds: ids.map((id) => `tab-${domId(id)}`).join(' '),
      runId: selected.run_id,
      isLive: !isTerminal(selected.status),
      has: namesOf(runRegions),
      log: state && showLogPanel(kit, selection, state, live && !hasForm),
    },
    regions: [
      {
        id: 'batch-tabs',
        key: `batch/tabs:${batch}:${selected.run_id}`,
        template: 'batch/tabs',
        watch,
        data: () => ({ rows: rowsNow() }),
      },
      {
        id: 'batch-verdicts',
        key: `batch/verdicts:${batch}:${selected.run_id}`,
        template: 'batch/verdicts',
        watch: ids.map((run) => ({ run, aspects: ['status', 'tree', 'decision', 'usage'] as const })),
        data: async () => {
          const present = listBatch(kit, batch)
          return {
            rows: await Promise.all(present.map((run) => viewVerdictRow(kit, run))),
            total: viewTotal(present),
          }
        },
      },
      ...runRegions,
    ],
    live,
    hasForm,
  }
}

/** In the order of the tickers as they were launched: oldest first, for the desk lists newest first. */
function listBatch({ desk }: PageDeps, batch: string): Summary[] {
  return desk.list({ batch, limit: BATCH_LIMIT }).runs.reverse()
}

async function viewVerdictRow({ desk, clock }: PageDeps, run: Summary): Promise<VerdictRow> {
  const decision = run.decision ? readDecision(await desk.decision(run.run_id)) : null
  const risk = decision?.risk_metrics
  const row = viewRunRow(run, 'verdict', clock.now())
  // What can still come is left open; what will not come is a dash.
  const figure = (value: number | null | undefined) =>
    row.active && value === undefined ? '' : formatNumber(value)
  return {
    ...row,
    entry: figure(risk?.entry),
    stop: figure(risk?.stop_loss),
    target: figure(risk?.take_profit),
    riskReward: figure(risk?.risk_reward),
    size: row.active && !decision ? '' : formatSize(decision?.position.fraction_of_equity ?? 0),
  }
}

/** What all of them have cost together; empty where no model was asked. */
function viewTotal(runs: readonly Summary[]): string {
  const used = runs.map((run) => run.usage).reduce(addUsage, NO_USAGE)
  return used.calls === 0 ? '' : formatUsd(used.cost_usd)
}

function commonDate(runs: readonly Summary[]): string {
  const dates = [...new Set(runs.map((run) => run.as_of ?? ''))]
  return dates.length === 1 ? dates[0]! : ''
}
