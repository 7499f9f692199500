/** Who works in a run and what they wrote: its tree, and the report of the chosen node. */
import type { Clock } from '../../core/clock.ts'
import type { Region } from '../page.ts'
import { chooseNode, viewReport } from '../view-models/report-view.ts'
import { viewTree } from '../view-models/tree-view.ts'
import type { KindPanels, RunReader, Watching } from './kind-panels.ts'
import type { RunSelection } from './run-selection.ts'

export function createTreeRegions(
  clock: Clock,
  { runId, node, hrefOf }: RunSelection,
  reader: RunReader,
  kind: KindPanels,
  watching: Watching,
): Region[] {
  const where = `${runId}:${hrefOf(node)}`
  return [
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
  ]
}
