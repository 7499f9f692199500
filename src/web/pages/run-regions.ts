/** The panels that every run has, the same on its own page and in a batch; what its kind adds is left to the kind. */
import { NO_BOUND } from '../../runs/budget-bound.ts'
import { isTerminal } from '../../runs/status.ts'
import type { RunState } from '../../runs/state.ts'
import type { Summary } from '../../runs/summary.ts'
import type { Region } from '../page.ts'
import { viewCost } from '../view-models/cost-view.ts'
import { viewReuse } from '../view-models/reuse-view.ts'
import { findStop, findUnusable, viewRunHeader } from '../view-models/run-header-view.ts'
import { runHref } from '../view-models/run-row.ts'
import { viewWaiting } from '../view-models/waiting-view.ts'
import type { PageKit } from './page-deps.ts'
import type { KindPanels, RunReader, Watching } from './kind-panels.ts'
import { panelsOf } from './run-kinds.ts'
import { createLogRegion } from './run-log-region.ts'
import type { RunSelection } from './run-selection.ts'
import { createTreeRegions } from './run-tree-regions.ts'

/** `state` is null for a run whose files were pruned: then its result alone is left. */
export function createRunRegions(kit: PageKit, selection: RunSelection, state: RunState | null): Region[] {
  const { runId } = selection
  const reader = createReader(kit, runId, state)
  const watching: Watching = (...aspects) => ({ watch: [{ run: runId, aspects }] })
  const kind = panelsOf(kit.desk.summary(runId).kind)
  return [
    ...createKeptRegions(kit, selection, reader, kind, watching),
    ...kind.regions(kit, runId, reader, watching, selection.params),
    ...(state === null ? [] : createStateRegions(kit, selection, reader, kind, watching)),
  ]
}

/** What is shown even of a pruned run. */
function createKeptRegions(
  kit: PageKit,
  { runId, headingLevel, refused }: RunSelection,
  reader: RunReader,
  kind: KindPanels,
  watching: Watching,
): Region[] {
  const { desk, clock, savings } = kit
  const pruned = reader.isPruned
  return [
    {
      id: 'run-header',
      key: `run/header:${runId}:${headingLevel}`,
      template: 'run/header',
      ...watching('status', 'tree'),
      data: async () => {
        const state = pruned ? null : await reader.state()
        const reuse = state?.reuse ? viewReuse(desk, state, state.reuse, await savings.load(state)) : null
        const summary = desk.summary(runId)
        const title = desk.workflows.get(summary.kind)?.title ?? summary.kind
        // On the page of its batch a run needs no link there, and one that was launched alone has nothing else in it.
        const hasOthers = headingLevel === 1 && desk.list({ batch: summary.batch_id, limit: 1 }).total > 1
        return {
          header: viewRunHeader(summary, {
            ...{ title, hasOthers, isPruned: pruned, reuse, now: clock.now() },
            unusable: state && findUnusable(state),
            stoppedAt: state && findStop(state),
            own: await kind.readHead(kit, reader),
          }),
          pruned,
          isGone: summary.files.state === 'gone',
          level: headingLevel,
        }
      },
    },
    {
      // Apart from the header: it changes with every model call, and nothing else there does.
      id: 'run-cost',
      key: `run/cost:${runId}${refused ? `:${JSON.stringify(refused)}` : ''}`,
      template: 'run/cost',
      ...watching('usage', 'status'),
      data: async () => {
        const state = pruned ? null : await reader.state()
        const facts = {
          budget: state?.budget ?? NO_BOUND,
          isThinking: state !== null && kind.isThinking(state),
          refused,
        }
        return { cost: viewCost(desk.summary(runId), facts) }
      },
    },
    {
      id: 'run-files',
      key: `run/files:${runId}`,
      template: 'run/files',
      ...watching('decision', 'status'),
      data: async () => ({
        base: runHref(runId),
        pruned,
        canExport: canExport(desk.summary(runId)),
        hasDecision: (await desk.decision(runId)) !== null,
        runId,
      }),
    },
  ]
}

function canExport({ status, files }: Summary): boolean {
  return isTerminal(status) && files.state !== 'gone'
}

function createStateRegions(
  kit: PageKit,
  selection: RunSelection,
  reader: RunReader,
  kind: KindPanels,
  watching: Watching,
): Region[] {
  const { runId } = selection
  const { desk, clock, config } = kit
  return [
    {
      // Apart from the cost: it changes with every wait, and that form must not.
      id: 'run-waiting',
      key: `run/waiting:${runId}`,
      template: 'run/waiting',
      ...watching('waits', 'tree'),
      data: async () => ({ waits: viewWaiting(await reader.state(), clock.now()) }),
    },
    ...createTreeRegions(kit, selection, reader, kind, watching),
    createLogRegion(
      desk,
      {
        ...{ runId, ask: selection.log, href: selection.hrefOf(selection.node) },
        isLive: config.enableLogStream,
      },
      reader,
      watching,
    ),
  ]
}

/** The state once where it stands still, afresh where it moves. */
function createReader({ desk }: PageKit, runId: string, first: RunState | null): RunReader {
  let held = first
  return {
    isPruned: first === null,
    async state() {
      if (held && isTerminal(held.status)) return held
      held = await desk.state(runId)
      return held
    },
    decision: () => desk.decision(runId),
    summary: () => desk.summary(runId),
  }
}
