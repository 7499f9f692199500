/**
 * The execution tree as its watchers have been told of it, and what to tell them for it to become another. Knows how many
 * bytes it takes as JSON without making it.
 */
import type { NestedNode, RunState, TreeNode } from '../../runs/state.ts'
import { nestTree, type Tree } from '../../runs/tree.ts'
import { jsonBytes } from './json-size.ts'
import type { NodePatch } from './messages.ts'

export interface ToldTree {
  /** What changed since, in an order in which a new node comes after its parent. Empty where nothing did. */
  advance(state: RunState): NodePatch[]
  nest(): NestedNode[]
  /** Bytes of `JSON.stringify(nest())`. */
  readonly bytes: number
}

const FIELDS = ['label', 'node_type', 'status', 'started_at', 'ended_at', 'duration_ms', 'reason'] as const

const BRACKETS = 2

export function createToldTree(state: RunState): ToldTree {
  let tree: Tree = { nodes: {}, order: [] }
  /** Bytes of each node without its children. A node is told of once it hangs somewhere. */
  const told = new Map<string, number>()
  const parents = new Set<string | null>()
  let nodeBytes = 0

  function remember(node: TreeNode): void {
    const bytes = jsonBytes({ id: node.id, ...factsOf(node), children: [] })
    nodeBytes += bytes - (told.get(node.id) ?? 0)
    if (!told.has(node.id)) parents.add(node.parent_id)
    told.set(node.id, bytes)
  }

  function advance({ nodes, node_order: order }: RunState): NodePatch[] {
    const before = tree
    if (nodes === before.nodes && order === before.order) return []
    tree = { nodes, order }
    const patches: NodePatch[] = []
    for (const id of order) {
      const node = nodes[id]!
      if (node === before.nodes[id] || !told.has(id)) continue
      const changed = changedFacts(before.nodes[id]!, node)
      if (!changed) continue
      remember(node)
      patches.push({ id, ...changed })
    }
    if (order === before.order) return patches
    for (const id of listNested(nestTree(tree))) {
      if (told.has(id)) continue
      const node = nodes[id]!
      remember(node)
      patches.push({ id, parent_id: node.parent_id, ...factsOf(node) })
    }
    return patches
  }

  advance(state)

  return {
    advance,
    nest: () => nestTree(tree),
    get bytes() {
      // Between the nodes of each list stands one comma less than there are nodes.
      return BRACKETS + nodeBytes + told.size - parents.size
    },
  }
}

function factsOf(node: TreeNode): Omit<NestedNode, 'id' | 'children'> {
  const { label, node_type, status, started_at, ended_at, duration_ms, reason } = node
  return { label, node_type, status, started_at, ended_at, duration_ms, reason }
}

function changedFacts(before: TreeNode, after: TreeNode): Partial<NodePatch> | null {
  const changed = FIELDS.filter((field) => before[field] !== after[field])
  return changed.length === 0 ? null : Object.fromEntries(changed.map((field) => [field, after[field]]))
}

function listNested(nodes: readonly NestedNode[]): string[] {
  return nodes.flatMap(({ id, children }) => [id, ...listNested(children)])
}
