/** The panels of one run, the same on its own page and in a batch. */
import { createProseContext } from '../view-models/citations.ts'
import { readDecision, viewDecision, viewPosition, viewPrior } from '../view-models/decision-view.ts'
import { viewEvidence } from '../view-models/evidence-view.ts'
import { viewLog, viewLogLine } from '../view-models/log-view.ts'
import { viewReport, chooseNode } from '../view-models/report-view.ts'
import { viewRunHeader } from '../view-models/run-header-view.ts'
import { runHref } from '../view-models/run-row.ts'
import { viewTree } from '../view-models/tree-view.ts'
import type { Decision } from '../../committee/decision.ts'
import type { Aspect } from '../../runs/change.ts'
import { isTerminal } from '../../runs/status.ts'
import type { RunState } from '../../runs/state.ts'
import type { Region } from '../page.ts'
import { renderLogLines } from './log-lines.ts'
import type { PageDeps } from './page-deps.ts'
import { loadPriceChart } from './price-chart-panel.ts'

export interface RunSelection {
  runId: string
  node: string | null
  /** 1 where the run is the page, 2 where it is a part of one. */
  headingLevel: 1 | 2
  /** The page's own link that selects a node. */
  hrefOf(node: string | null): string
}

/** What all panels of one page read: the state once where it stands still, afresh where it moves. */
interface RunReader {
  state(): Promise<RunState>
  decision(): Promise<Decision | null>
}

/** `state` is null for a run whose files were pruned: then its verdict alone is left. */
export function createRunRegions(deps: PageDeps, selection: RunSelection, state: RunState | null): Region[] {
  const { runId } = selection
  const reader = createReader(deps, runId, state)
  const watching = (...aspects: Aspect[]): Pick<Region, 'watch'> => ({ watch: [{ run: runId, aspects }] })
  const decided: Region[] = [
    {
      id: 'run-header',
      key: `run/header:${runId}:${selection.headingLevel}`,
      template: 'run/header',
      ...watching('status', 'tree'),
      data: () => {
        const summary = deps.desk.summary(runId)
        const title = deps.desk.workflows.get(summary.kind)?.title ?? summary.kind
        return {
          header: viewRunHeader(summary, title),
          pruned: state === null,
          level: selection.headingLevel,
        }
      },
    },
    {
      id: 'run-decision',
      key: `run/decision:${runId}`,
      template: 'run/decision',
      ...watching('decision', 'status'),
      data: async () => {
        const decision = await reader.decision()
        const summary = deps.desk.summary(runId)
        return {
          decision: decision && viewDecision(decision),
          ended: isTerminal(summary.status),
          failed: summary.status === 'error',
          stage: summary.current_stage ?? '',
        }
      },
    },
    {
      id: 'run-position',
      key: `run/position:${runId}`,
      template: 'run/position',
      ...watching('decision'),
      data: async () => {
        const decision = await reader.decision()
        if (!decision) return { position: null, prior: null }
        const prior = viewPrior(decision)
        return {
          position: viewPosition(decision),
          prior: prior && { ...prior, href: runHref(prior.runId) },
        }
      },
    },
    {
      id: 'run-evidence',
      key: `run/evidence:${runId}`,
      template: 'run/evidence',
      ...watching('decision'),
      data: async () => ({ rows: viewEvidence((await reader.decision())?.evidence ?? []) }),
    },
    {
      id: 'run-files',
      key: `run/files:${runId}`,
      template: 'run/files',
      ...watching('decision', 'status'),
      data: async () => ({
        base: runHref(runId),
        pruned: state === null,
        hasDecision: (await reader.decision()) !== null,
        runId,
      }),
    },
  ]
  if (state === null) return decided
  return [...decided, ...createStateRegions(deps, selection, reader, watching)]
}

function createStateRegions(
  deps: PageDeps,
  selection: RunSelection,
  reader: RunReader,
  watching: (...aspects: Aspect[]) => Pick<Region, 'watch'>,
): Region[] {
  const { runId, node, hrefOf } = selection
  const where = `${runId}:${hrefOf(node)}`
  return [
    {
      id: 'run-tree',
      key: `run/tree:${where}`,
      template: 'run/tree',
      ...watching('tree', 'content'),
      data: async () => {
        const now = await reader.state()
        const { nodeId } = chooseNode(now, node)
        return {
          rows: viewTree(now, { selected: nodeId, isAsked: nodeId === node, hrefOf }, deps.clock.now()),
          title: 'Committee',
        }
      },
    },
    {
      id: 'run-report',
      key: `run/report:${where}`,
      template: 'run/report',
      ...watching('content', 'tree', 'decision'),
      data: async () => {
        const context = createProseContext(await reader.decision())
        return {
          report: viewReport(await reader.state(), node, context),
          latestHref: hrefOf(null),
          asked: node !== null,
        }
      },
    },
    {
      id: 'run-chart',
      key: `run/chart:${runId}`,
      template: 'run/chart',
      ...watching('tree', 'decision'),
      data: async () => loadPriceChart(deps, await reader.state(), await reader.decision()),
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

function createReader({ desk }: PageDeps, runId: string, first: RunState | null): RunReader {
  let held = first
  return {
    async state() {
      if (held && isTerminal(held.status)) return held
      held = await desk.state(runId)
      return held
    },
    decision: async () => readDecision(await desk.decision(runId)),
  }
}
