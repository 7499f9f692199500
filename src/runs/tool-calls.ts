/**
 * Names for the tool calls and parts of a step: a key that does not depend on which of several calls came first, and
 * for a tool the node `<agent>_tool_<n>` that shows it, the same on every attempt.
 */
import { hashOf } from '../core/json.ts'
import type { RunState, TreeNode } from './state.ts'

export interface ToolNode {
  id: string
  /** Set for a node that the tree does not have yet. */
  isNew: boolean
}

/** Counts equal calls of one attempt in the order in which they are made, so that each has a key of its own. */
export function createCallKeys(stepKey: string): (name: string, args: unknown) => string {
  const calls = new Map<string, number>()
  return (name, args) => {
    const call = `${stepKey}/${name}:${hashOf(args).slice(0, 8)}`
    const n = (calls.get(call) ?? 0) + 1
    calls.set(call, n)
    return n === 1 ? call : `${call}:${n}`
  }
}

/** A call as one line of a log: `price ticker=AAPL as_of=2012-06-29`. Text that is not one word is quoted. */
export function describeCall(name: string, args: Record<string, unknown>): string {
  const told = Object.entries(args).map(([field, value]) => {
    const isWord = typeof value === 'string' && /^[^\s"=]+$/.test(value)
    return `${field}=${isWord ? value : JSON.stringify(value)}`
  })
  return [name, ...told].join(' ')
}

/** Finds the node that an earlier attempt made for a call, or names a new one. `claimed` are names given but not yet seen. */
export function nameToolNode(
  state: RunState,
  agent: string,
  toolKey: string,
  claimed: Set<string>,
): ToolNode {
  const known = Object.values(state.nodes).find((node) => isNodeOf(node, agent, toolKey))
  if (known) return { id: known.id, isNew: false }
  for (let n = 1; ; n++) {
    const id = `${agent}_tool_${n}`
    if (Object.hasOwn(state.nodes, id) || claimed.has(id)) continue
    claimed.add(id)
    return { id, isNew: true }
  }
}

function isNodeOf(node: TreeNode, agent: string, toolKey: string): boolean {
  return node.node_type === 'tool' && node.parent_id === agent && node.detail?.key === toolKey
}
