/**
 * The execution tree as a fold: planned nodes, what events do to them, and what follows for their relatives.
 * A phase follows the agents below it; a report and messages follow the agent above them. Whatever it is told, it stays a
 * forest of bounded depth and size, so that whoever walks it, up or down, comes to an end. Pure.
 */
import { quote } from '../core/errors.ts'
import type { NodeStatus } from './event.ts'
import type { NestedNode, TreeNode } from './state.ts'
import type { PlanNode } from './workflow.ts'

export interface Tree {
  nodes: Record<string, TreeNode>
  order: string[]
}

/** Levels, the top included. Runs have four; whoever nests them may call itself for each. */
export const MAX_TREE_DEPTH = 32
/** What an event does to the tree takes time in proportion to it. Runs have some hundred. */
export const MAX_TREE_NODES = 2_000

export function plantTree(plan: readonly PlanNode[]): Tree {
  const nodes: Record<string, TreeNode> = {}
  const order: string[] = []
  const plant = (planned: PlanNode, parentId: string | null) => {
    if (nodes[planned.id]) throw new Error(`plan names node ${planned.id} twice`)
    nodes[planned.id] = createNode(planned.id, parentId, planned)
    order.push(planned.id)
    for (const child of planned.children ?? []) plant(child, planned.id)
  }
  for (const planned of plan) plant(planned, null)
  return { nodes, order }
}

export function createNode(
  id: string,
  parentId: string | null,
  facts: Pick<PlanNode, 'label' | 'node_type' | 'steps'>,
): TreeNode {
  return {
    id,
    parent_id: parentId,
    label: facts.label,
    node_type: facts.node_type,
    status: 'pending',
    started_at: null,
    ended_at: null,
    duration_ms: null,
    reason: null,
    detail: null,
    steps_planned: facts.node_type === 'agent' || facts.node_type === 'tool' ? (facts.steps ?? 1) : 0,
    steps_done: 0,
  }
}

/** Sets one node's status at a time, with what follows for its children of text and the phases above it. */
export function moveNode(
  tree: Tree,
  id: string,
  status: NodeStatus,
  at: string,
  reason: string | null = null,
): Tree {
  const node = tree.nodes[id]
  if (!node) return tree
  const nodes = { ...tree.nodes, [id]: stamped(node, status, at, reason) }
  for (const child of Object.values(tree.nodes)) {
    if (child.parent_id === id && (child.node_type === 'report' || child.node_type === 'messages')) {
      nodes[child.id] = stamped(child, status, at, reason)
    }
  }
  derivePhases(nodes, node.parent_id)
  return { nodes, order: tree.order }
}

/** Counts a completed step to its node, which is complete when all its planned steps are. */
export function countStep(tree: Tree, id: string, at: string): Tree {
  const node = tree.nodes[id]
  if (!node) return tree
  const counted = { ...node, steps_done: node.steps_done + 1 }
  const next = { nodes: { ...tree.nodes, [id]: counted }, order: tree.order }
  return counted.steps_done >= counted.steps_planned ? moveNode(next, id, 'completed', at) : next
}

/**
 * Adds a node below another, after what already hangs there. Below one that is not there, itself included, it has no
 * place: it hangs at the top, where it is still seen. Too far down, it hangs as deep as is allowed. A node keeps its
 * place for good. Where the tree has no room any more, it is left as it is.
 */
export function addNode(tree: Tree, planned: TreeNode): Tree {
  if (tree.nodes[planned.id] || tree.order.length >= MAX_TREE_NODES) return tree
  const path = pathTo(tree, planned.parent_id)
  const node = { ...planned, parent_id: path.slice(0, MAX_TREE_DEPTH - 1).at(-1) ?? null }
  const order = [...tree.order]
  const lastRelative = order.findLastIndex(
    (id) => id === node.parent_id || isBelow(tree.nodes, id, node.parent_id),
  )
  order.splice(lastRelative < 0 ? order.length : lastRelative + 1, 0, node.id)
  return { nodes: { ...tree.nodes, [node.id]: node }, order }
}

/** Why a node that an event tells of could not hang where the event says; null where it can. */
export function findMisplaced(tree: Tree, id: string, parentId: string | null | undefined): string | null {
  const known = tree.nodes[id]
  if (known) {
    return parentId === undefined || parentId === known.parent_id
      ? null
      : `node ${quote(id)} is moved below ${quote(parentId)}`
  }
  if (parentId === id) return `node ${quote(id)} hangs below itself`
  if (parentId && !tree.nodes[parentId])
    return `node ${quote(id)} hangs below ${quote(parentId)}, which is not there`
  if (pathTo(tree, parentId ?? null).length >= MAX_TREE_DEPTH)
    return `node ${quote(id)} hangs more than ${MAX_TREE_DEPTH} levels deep`
  if (tree.order.length >= MAX_TREE_NODES) return `the tree has more than ${MAX_TREE_NODES} nodes`
  return null
}

/**
 * What becomes of nodes that are still open when the run ends in one way or another. `cutOff` is for those that were at
 * work when it was paused or lost its process, and did not come to it again.
 */
export function closeOpenNodes(
  tree: Tree,
  at: string,
  fates: { working: NodeStatus; cutOff: NodeStatus; waiting: NodeStatus; reason: string | null },
): Tree {
  let next = tree
  for (const id of tree.order) {
    const node = next.nodes[id]!
    if (node.node_type === 'phase') continue
    if (isSettled(node.status)) continue
    const isAtWork = node.status === 'in_progress' || node.steps_done > 0
    const fate = isAtWork ? fates.working : node.has_begun ? fates.cutOff : fates.waiting
    next = moveNode(next, id, fate, at, fates.reason)
  }
  return next
}

/** The run stops without having ended: what was at work waits for its next attempt, and no phase goes on. */
export function suspendOpenNodes(tree: Tree, at: string): Tree {
  let next = tree
  for (const id of tree.order) {
    const { node_type: type, status } = next.nodes[id]!
    if (type !== 'phase' && status === 'in_progress') next = moveNode(next, id, 'pending', at)
  }
  const nodes = { ...next.nodes }
  for (const node of Object.values(nodes)) {
    if (node.node_type === 'phase' && node.status === 'in_progress')
      nodes[node.id] = { ...node, status: 'pending' }
  }
  return { nodes, order: next.order }
}

/** How much of the planned work is done, 0..1; null without a plan. Skipped work counts as done. */
export function treeFraction(tree: Tree): number | null {
  let planned = 0
  let done = 0
  for (const node of Object.values(tree.nodes)) {
    if (node.node_type !== 'agent') continue
    planned += node.steps_planned
    done += node.status === 'skipped' ? node.steps_planned : Math.min(node.steps_done, node.steps_planned)
  }
  return planned === 0 ? null : done / planned
}

/** Labels of the phase and of the agents at work. */
export function workingLabels(tree: Tree): { stage: string | null; agents: string[] } {
  let stage: string | null = null
  const agents: string[] = []
  for (const id of tree.order) {
    const node = tree.nodes[id]!
    if (node.status !== 'in_progress') continue
    if (node.parent_id === null) stage = node.label
    if (node.node_type === 'agent') agents.push(node.label)
  }
  return { stage, agents }
}

export function nestTree(tree: Tree, parentId: string | null = null): NestedNode[] {
  const below = new Map<string | null, TreeNode[]>()
  for (const id of tree.order) {
    const node = tree.nodes[id]!
    const siblings = below.get(node.parent_id)
    if (siblings) siblings.push(node)
    else below.set(node.parent_id, [node])
  }
  const nest = (id: string | null): NestedNode[] =>
    (below.get(id) ?? []).map((node) => ({
      id: node.id,
      label: node.label,
      node_type: node.node_type,
      status: node.status,
      started_at: node.started_at,
      ended_at: node.ended_at,
      duration_ms: node.duration_ms,
      reason: node.reason,
      children: nest(node.id),
    }))
  return nest(parentId)
}

export function isSettled(status: NodeStatus): boolean {
  return status !== 'pending' && status !== 'in_progress'
}

function stamped(node: TreeNode, status: NodeStatus, at: string, reason: string | null): TreeNode {
  if (status === 'pending') {
    // What it has done stays done; only the step in flight is to come again.
    const started_at = node.steps_done > 0 ? node.started_at : null
    return { ...node, status, started_at, ended_at: null, duration_ms: null, reason: null }
  }
  if (status === 'in_progress') {
    return {
      ...node,
      status,
      started_at: node.started_at ?? at,
      ended_at: null,
      duration_ms: null,
      reason: null,
      has_begun: true,
    }
  }
  return withDuration({ ...node, status, ended_at: at, reason })
}

function withDuration(node: TreeNode): TreeNode {
  const worked = node.started_at !== null && node.ended_at !== null
  return { ...node, duration_ms: worked ? Date.parse(node.ended_at!) - Date.parse(node.started_at!) : null }
}

/** Recomputes the phases from `id` upwards, in place of a fresh copy of `nodes`. */
function derivePhases(nodes: Record<string, TreeNode>, id: string | null): void {
  for (let at = id; at !== null; at = nodes[at]!.parent_id) {
    const phase = nodes[at]
    if (!phase || phase.node_type !== 'phase') return
    nodes[at] = derivePhase(
      phase,
      Object.values(nodes).filter((node) => node.parent_id === at),
    )
  }
}

function derivePhase(phase: TreeNode, children: TreeNode[]): TreeNode {
  const status = phaseStatus(children)
  const starts = children.flatMap((child) => child.started_at ?? [])
  const ends = children.flatMap((child) => child.ended_at ?? [])
  return withDuration({
    ...phase,
    status,
    started_at: starts.length > 0 ? starts.reduce((a, b) => (a < b ? a : b)) : null,
    ended_at: isSettled(status) && ends.length > 0 ? ends.reduce((a, b) => (a > b ? a : b)) : null,
    reason:
      status === 'error' || status === 'skipped'
        ? (children.find((c) => c.status === status)?.reason ?? null)
        : null,
  })
}

function phaseStatus(children: TreeNode[]): NodeStatus {
  const has = (status: NodeStatus) => children.some((child) => child.status === status)
  if (children.every((child) => child.status === 'pending')) return 'pending'
  if (has('in_progress') || has('pending')) return 'in_progress'
  if (has('error')) return 'error'
  if (has('canceled')) return 'canceled'
  return has('completed') ? 'completed' : 'skipped'
}

/** The nodes from the top down to `id`; empty for one that is not there. */
function pathTo({ nodes }: Tree, id: string | null): string[] {
  const path: string[] = []
  for (let node = id === null ? undefined : nodes[id]; node; node = nodes[node.parent_id ?? ''])
    path.unshift(node.id)
  return path
}

function isBelow(nodes: Record<string, TreeNode>, id: string, ancestorId: string | null): boolean {
  for (let at = nodes[id]?.parent_id ?? null; at !== null; at = nodes[at]?.parent_id ?? null) {
    if (at === ancestorId) return true
  }
  return false
}
