import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NODE_STATUSES } from '../../src/runs/event.ts'
import {
  closeOpenNodes,
  countStep,
  isSettled,
  moveNode,
  nestTree,
  plantTree,
  treeFraction,
} from '../../src/runs/tree.ts'
import type { PlanNode } from '../../src/runs/workflow.ts'

const agent = (id: string, steps = 1): PlanNode => ({
  id,
  label: id.toUpperCase(),
  node_type: 'agent',
  steps,
  children: [
    { id: `${id}_report`, label: 'Report', node_type: 'report' },
    { id: `${id}_messages`, label: 'Messages', node_type: 'messages' },
  ],
})
const PLAN: PlanNode[] = [
  { id: 'analysts', label: 'Analysts', node_type: 'phase', children: [agent('market'), agent('news')] },
  { id: 'research', label: 'Research', node_type: 'phase', children: [agent('bull', 2), agent('bear', 2)] },
]
const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, second)).toISOString()

test('a phase starts with its first agent, ends with its last, and takes the time between', () => {
  let tree = plantTree(PLAN)
  tree = moveNode(tree, 'market', 'in_progress', at(1))
  tree = moveNode(tree, 'news', 'skipped', at(2), 'no source')
  expect(tree.nodes.analysts!.status).toBe('in_progress')
  tree = countStep(tree, 'market', at(5))
  expect(tree.nodes.analysts).toMatchObject({
    status: 'completed',
    started_at: at(1),
    ended_at: at(5),
    duration_ms: 4_000,
  })
  expect(tree.nodes.news_report).toMatchObject({ status: 'skipped', reason: 'no source' })
  expect(tree.nodes.market_report!.status).toBe('completed')
})

test('a node of several steps is complete with the last of them', () => {
  let tree = moveNode(plantTree(PLAN), 'bull', 'in_progress', at(1))
  tree = countStep(tree, 'bull', at(2))
  expect(tree.nodes.bull!.status).toBe('in_progress')
  tree = countStep(tree, 'bull', at(3))
  expect(tree.nodes.bull).toMatchObject({ status: 'completed', duration_ms: 2_000 })
  expect(treeFraction(tree)).toBeCloseTo(2 / 6)
})

test('the nested tree has every node once, in the order of the plan', () => {
  const names = (nodes: ReturnType<typeof nestTree>): string[] =>
    nodes.flatMap((node) => [node.id, ...names(node.children)])
  const tree = plantTree(PLAN)
  expect(names(nestTree(tree))).toEqual(tree.order)
})

test('whatever happens to the nodes, a phase is settled exactly when all below it are, and closing leaves none open', () => {
  const moves = fc.array(
    fc.record({
      id: fc.constantFrom('market', 'news', 'bull', 'bear'),
      status: fc.constantFrom(...NODE_STATUSES),
    }),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(moves, (steps) => {
      let tree = plantTree(PLAN)
      for (const [i, { id, status }] of steps.entries()) {
        tree = moveNode(tree, id, status, at(i), 'why')
        for (const phase of ['analysts', 'research']) {
          const below = Object.values(tree.nodes).filter((node) => node.parent_id === phase)
          expect(isSettled(tree.nodes[phase]!.status)).toBe(below.every((node) => isSettled(node.status)))
        }
      }
      const closed = closeOpenNodes(tree, at(59), {
        working: 'canceled',
        cutOff: 'canceled',
        waiting: 'skipped',
        reason: 'canceled',
      })
      expect(Object.values(closed.nodes).every((node) => isSettled(node.status))).toBe(true)
    }),
  )
})
