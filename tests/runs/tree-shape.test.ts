import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NODE_STATUSES, NODE_TYPES, type RunEvent } from '../../src/runs/event.ts'
import { foldAll } from '../../src/runs/fold.ts'
import type { RunState } from '../../src/runs/state.ts'
import { findMisplaced, MAX_TREE_DEPTH, MAX_TREE_NODES, nestTree } from '../../src/runs/tree.ts'
import { eventOf, identityOf } from '../support/run-facts.ts'
import { createSmallRun } from '../support/small-run.ts'

const treeOf = ({ nodes, node_order: order }: RunState) => ({ nodes, order })

function foldNodes(updates: readonly object[]): RunState {
  const bodies = [
    { type: 'run_created', ...identityOf() },
    { type: 'run_started' },
    ...updates.map((update) => ({ type: 'node_updated', ...update })),
    { type: 'run_completed', result: null },
  ]
  const events: RunEvent[] = bodies.map((body, i) => eventOf(i + 1, body))
  return foldAll(createSmallRun(), events, { logLines: 10 })!
}

/** How far down each node hangs, the top being 1. Throws where going up does not end. */
function depthsOf({ nodes, node_order }: RunState): number[] {
  return node_order.map((id) => {
    let depth = 0
    for (let at: string | null = id; at !== null; at = nodes[at]!.parent_id)
      if (++depth > node_order.length) throw new Error(`${id} hangs in a ring`)
    return depth
  })
}

describe('the tree of a run', () => {
  it('stays a forest whatever events say of its nodes', () => {
    const id = fc.constantFrom('market', 'market_report', 'a', 'b', 'c', 'd')
    const update = fc.record(
      {
        node_id: id,
        parent_id: fc.option(id),
        node_type: fc.constantFrom(...NODE_TYPES),
        status: fc.constantFrom(...NODE_STATUSES),
      },
      { requiredKeys: ['node_id'] },
    )
    fc.assert(
      fc.property(fc.array(update, { maxLength: 40 }), (updates) => {
        const state = foldNodes(updates)
        const known = new Set(['market', 'market_report', ...updates.map((one) => one.node_id)])
        expect(state.node_order.toSorted()).toEqual([...known].sort())
        expect(Object.keys(state.nodes).toSorted()).toEqual(state.node_order.toSorted())
        expect(Math.max(...depthsOf(state))).toBeLessThanOrEqual(MAX_TREE_DEPTH)
        const nested = (nodes: ReturnType<typeof nestTree>): string[] =>
          nodes.flatMap((node) => [node.id, ...nested(node.children)])
        expect(nested(nestTree(treeOf(state)))).toEqual(state.node_order)
      }),
    )
  })

  it('hangs at the top what is said to hang below itself or below a node that is not there', () => {
    const { nodes } = foldNodes([
      { node_id: 'ring', parent_id: 'ring', node_type: 'phase', status: 'in_progress' },
      { node_id: 'lost', parent_id: 'nowhere', node_type: 'phase', status: 'in_progress' },
      { node_id: 'nowhere', parent_id: 'lost', node_type: 'phase' },
      { node_id: 'lost', parent_id: 'nowhere', status: 'in_progress' },
    ])
    expect([nodes.ring!.parent_id, nodes.lost!.parent_id, nodes.nowhere!.parent_id]).toEqual([
      ...[null, null, 'lost'],
    ])
  })

  it('is no deeper and no larger than is allowed', () => {
    const chain = Array.from({ length: 500 }, (_, n) => ({
      node_id: `n${n}`,
      parent_id: n === 0 ? 'market' : `n${n - 1}`,
      node_type: 'phase',
      status: 'in_progress',
    }))
    const deep = foldNodes(chain)
    expect(Math.max(...depthsOf(deep))).toBe(MAX_TREE_DEPTH)
    expect(deep.node_order).toHaveLength(2 + chain.length)
    const many = foldNodes(Array.from({ length: MAX_TREE_NODES + 50 }, (_, n) => ({ node_id: `n${n}` })))
    expect(many.node_order).toHaveLength(MAX_TREE_NODES)
    expect(Object.keys(many.nodes)).toHaveLength(MAX_TREE_NODES)
    expect(findMisplaced(treeOf(many), 'new', null)).toMatch(/more than 2000 nodes/)
    expect(findMisplaced(treeOf(many), 'n1', null)).toBeNull()
  })

  it('says of each node that has no place why', () => {
    const state = foldNodes([{ node_id: 'tool', parent_id: 'market' }])
    const tree = treeOf(state)
    expect(findMisplaced(tree, 'new', 'market')).toBeNull()
    expect(findMisplaced(tree, 'new', undefined)).toBeNull()
    expect(findMisplaced(tree, 'tool', undefined)).toBeNull()
    expect(findMisplaced(tree, 'tool', 'market')).toBeNull()
    expect(findMisplaced(tree, 'tool', null)).toMatch(/is moved below/)
    expect(findMisplaced(tree, 'new', 'new')).toMatch(/hangs below itself/)
    expect(findMisplaced(tree, 'new', 'nowhere')).toMatch(/"nowhere", which is not there/)
  })
})
