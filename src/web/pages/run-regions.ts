/** The panels that every run has, the same on its own page and in a batch; what its kind adds is left to the kind. */
import { NO_BOUND } from '../../runs/budget-bound.ts'
import { isTerminal } from '../../runs/status.ts'
import type { RunState } from '../../runs/state.ts'
import type { Region } from '../page.ts'
import { viewCost, type RefusedBound } from '../view-models/cost-view.ts'
import { viewLog, viewLogLine } from '../view-models/log-view.ts'
import { chooseNode, viewReport } from '../view-models/report-view.ts'
import { viewReuse } from '../view-models/reuse-view.ts'
import { findUnusable, viewRunHeader } from '../view-models/run-header-view.ts'
import { runHref } from '../view-models/run-row.ts'
import { viewTree } from '../view-models/tree-view.ts'
import { viewWaiting } from '../view-models/waiting-view.ts'
import { renderLogLines } from './log-lines.ts'
import type { PageKit } from './page-deps.ts'
import type { KindPanels, RunReader, Watching } from './kind-panels.ts'
import { panelsOf } from './run-kinds.ts'

export interface RunSelection {
  runId: string
  node: string | null
  /** A bound that was typed and could not be taken. */
  refused?: RefusedBound | undefined
  /** 1 where the run is the page, 2 where it is a part of one. */
  headingLevel: 1 | 2
  /** The page's own link that selects a node. */
  hrefOf(node: string | null): string
}

/** `state` is null for a run whose files were pruned: then its result alone is left. */
export function createRunRegions(kit: PageKit, selection: RunSelection, state: RunState | null): Region[] {
  const { runId } = selection
  const reader = createReader(kit, runId, state)
  const watching: Watching = (...aspects) => ({ watch: [{ run: runId, aspects }] })
  const kind = panelsOf(kit.desk.summary(runId).kind)
  return [
    ...createKeptRegions(kit, selection, reader, kind, watching),
    ...kind.regions(kit, runId, reader, watching),
    ...(state === null ? [] : createStateRegions(kit, selection, reader, kind, watching)),
  ]
}

/** What is shown even of a pruned run. */
function createKeptRegions(
  { desk, clock, savings }: PageKit,
  { runId, headingLevel, refused }: RunSelection,
  reader: RunReader,
  kind: KindPanels,
  watching: Watching,
): Region[] {
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
          }),
          pruned,
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
        hasDecision: (await desk.decision(runId)) !== null,
        runId,
      }),
    },
  ]
}

function createStateRegions(
  { clock }: PageKit,
  selection: RunSelection,
  reader: RunReader,
  kind: KindPanels,
  watching: Watching,
): Region[] {
  const { runId, node, hrefOf } = selection
  const where = `${runId}:${hrefOf(node)}`
  return [
    {
      // Apart from the cost: it changes with the log, and that form must not.
      id: 'run-waiting',
      key: `run/waiting:${runId}`,
      template: 'run/waiting',
      ...watching('log', 'tree', 'status'),
      data: async () => ({ waits: viewWaiting(await reader.state(), clock.now()) }),
    },
    {
      id: 'run-tree',
      key: `run/tree:${where}`,
      template: 'run/tree',
      ...watching('tree', 'content', 'usage'),
      data: async () => {
        const now = await reader.state()
        const { nodeId } = chooseNode(now, node)
        return {
          rows: viewTree(
            now,
            { selected: nodeId, isAsked: nodeId === node, hrefOf, models: kind.modelsOf(now) },
            clock.now(),
          ),
          title: kind.treeTitle,
        }
      },
    },
    {
      id: 'run-report',
      key: `run/report:${where}`,
      template: 'run/report',
      ...watching('content', 'tree', 'decision', 'data', 'usage'),
      data: async () => {
        const now = await reader.state()
        const { nodeId } = chooseNode(now, node)
        const context = await kind.readProse(reader, nodeId)
        return {
          report: viewReport(now, node, { context, models: kind.modelsOf(now) }),
          latestHref: hrefOf(null),
          asked: node !== null,
        }
      },
    },
    {
      id: 'run-log',
      key: `run/log:${runId}`,
      template: 'run/log',
      ...watching('log'),
      data: async () => {
        const { lines, earlier } = viewLog(await reader.state())
        return {
          linesHtml: renderLogLines(lines),
          count: lines.length,
          earlier,
          download: `${runHref(runId)}/logs/download`,
        }
      },
      appendTo: 'run-log-lines',
      lastSeq: async () => (await reader.state()).log.last_seq,
      appended: async (after) => {
        const { entries, last_seq } = (await reader.state()).log
        const added = entries.filter((entry) => entry.seq > after)
        // Fewer than were written: the state keeps only the newest, so the reader must see them whole.
        if (added.length !== last_seq - after) return null
        return { html: renderLogLines(added.map(viewLogLine)), last: last_seq }
      },
    },
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
