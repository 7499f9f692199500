/** Who works in a run, what they wrote and when: its tree, the report of the chosen node, its timeline. */
import { computePhaseTotals, type PhaseTotals } from '../../runs/phase-totals.ts'
import type { RunState } from '../../runs/state.ts'
import { computeTimeline } from '../../runs/timeline.ts'
import type { Region } from '../page.ts'
import { chooseNode, viewReport } from '../view-models/report-view.ts'
import { viewTimeline } from '../view-models/timeline-view.ts'
import { previewResult } from '../view-models/tool-view.ts'
import { viewTree } from '../view-models/tree-view.ts'
import type { KindPanels, RunReader, Watching } from './kind-panels.ts'
import type { PageKit } from './page-deps.ts'
import type { RunSelection } from './run-selection.ts'

export function createTreeRegions(
  { clock, desk }: Pick<PageKit, 'clock' | 'desk'>,
  { runId, node, hrefOf }: RunSelection,
  reader: RunReader,
  kind: KindPanels,
  watching: Watching,
): Region[] {
  const where = `${runId}:${hrefOf(node)}`
  const report: Region = {
    id: 'run-report',
    key: `run/report:${where}`,
    template: 'run/report',
    ...watching('content', 'tree', 'decision', 'data', 'usage', 'status'),
    data: async () => {
      const state = await reader.state()
      const { nodeId } = chooseNode(state, node)
      const shown = nodeId === null ? null : state.nodes[nodeId]!
      const facts = {
        context: await kind.readProse(reader, nodeId),
        models: kind.modelsOf(state),
        preview: shown && (await previewResult(state, shown, (key) => desk.stepResult(runId, key))),
        decider: (await reader.decision()) === null ? null : kind.decider,
        totals: shown?.node_type === 'phase' ? (totalsOf(state, clock.now()).get(shown.id) ?? null) : null,
      }
      return {
        report: viewReport(state, node, facts),
        latestHref: hrefOf(null),
        asked: node !== null,
      }
    },
  }
  return [
    {
      id: 'run-tree',
      key: `run/tree:${where}`,
      template: 'run/tree',
      ...watching('tree', 'content', 'usage', 'waits'),
      data: async () => {
        const state = await reader.state()
        const { nodeId } = chooseNode(state, node)
        const now = clock.now()
        const selection = {
          ...{ selected: nodeId, isAsked: nodeId === node, hrefOf, models: kind.modelsOf(state) },
          totals: totalsOf(state, now),
        }
        return { rows: viewTree(state, selection, now), title: kind.treeTitle }
      },
    },
    ...(kind.hasReports || node !== null ? [report] : []),
    {
      id: 'run-timeline',
      key: `run/timeline:${where}`,
      template: 'run/timeline',
      ...watching('tree', 'waits'),
      data: async () => ({
        timeline: viewTimeline(await reader.state(), { asked: node, hrefOf }, clock.now()),
      }),
    },
  ]
}

function totalsOf(state: RunState, now: number): Map<string, PhaseTotals> {
  const totals = computePhaseTotals(state, computeTimeline(state, now))
  return new Map(totals.map((one) => [one.node_id, one]))
}
