/** The execution tree as rows in a tree of links: each row selects its node. */
import type { PhaseTotals } from '../../runs/phase-totals.ts'
import type { RunState, TreeNode } from '../../runs/state.ts'
import { countOf, formatDuration } from '../../core/format.ts'
import { domId } from './progress-view.ts'
import { describeStatus, type StatusView } from './status-view.ts'
import { viewDuration, type DurationView } from './time-view.ts'
import { describeArguments, describeCall, describeSize } from './tool-view.ts'
import { describeTotals } from './totals-view.ts'
import { viewUsage } from './usage-view.ts'

export interface TreeRow {
  id: string
  domId: string
  label: string
  href: string
  status: StatusView
  duration: DurationView
  /** Why it failed or was skipped; empty otherwise. */
  reason: string
  /** The reason is this node's own and worth a line; one that many share stands in the title alone. */
  hasOwnReason: boolean
  /** What its model calls have cost; empty where none was asked. */
  cost: string
  /** Of a tool call: what was asked, in short; empty otherwise. */
  args: string
  /** Of a tool call: how much it brought back; empty otherwise. */
  size: string
  /** Of a phase whose agents asked models or waited: how much in all; empty otherwise. */
  sums: string
  /** The reason, its model and what that used, in words; of a phase what it took in all, of a tool all it was asked. */
  title: string
  selected: boolean
  /** Null for a leaf. */
  expanded: boolean | null
  level: number
  children: TreeRow[]
}

export interface TreeSelection {
  /** The node whose report is shown. */
  selected: string | null
  /** It was asked for, so its branch is unfolded; one that is merely followed must not move what the reader sees. */
  isAsked: boolean
  /** The link that selects a node, on whatever page the tree stands. */
  hrefOf(nodeId: string): string
  /** `provider:model` by the agent that it thinks for. */
  models: Readonly<Record<string, string>>
  /** What each phase took, by node id. */
  totals: ReadonlyMap<string, PhaseTotals>
}

/** Of the time that a phase's agents took: a smaller share is not worth a reader's glance. */
const WAIT_SHARE = 0.05
const WAIT_FROM_MS = 1_000

export function viewTree(
  state: RunState,
  { selected, isAsked, hrefOf, models, totals }: TreeSelection,
  now: number,
): TreeRow[] {
  const below = new Map<string | null, TreeNode[]>()
  for (const id of state.node_order) {
    const node = state.nodes[id]
    if (!node || !isWorthARow(state, node)) continue
    const siblings = below.get(node.parent_id)
    if (siblings) siblings.push(node)
    else below.set(node.parent_id, [node])
  }
  const open = ancestorsOf(state, isAsked ? selected : null)
  const shared = countReasons(state)
  const rows = (parentId: string | null, level: number): TreeRow[] =>
    (below.get(parentId) ?? []).map((node) => {
      const children = rows(node.id, level + 1)
      const working = node.status === 'in_progress'
      const ms = working && node.started_at ? now - Date.parse(node.started_at) : node.duration_ms
      const phase = totals.get(node.id)
      const usage = viewUsage(state.usage_by_node[node.id])
      const reason = node.reason ?? ''
      return {
        id: node.id,
        domId: `n-${domId(node.id)}`,
        label: node.label,
        href: hrefOf(node.id),
        status: describeNode(state, node),
        duration: viewDuration(ms, working),
        reason,
        cost: usage?.tiny ?? '',
        args: node.node_type === 'tool' ? describeArguments(node) : '',
        size: node.node_type === 'tool' ? describeSize(node) : '',
        sums: phase ? describeSums(phase) : '',
        title: [reason, models[node.id] ?? '', ...titleParts(node, phase, usage?.detail ?? '')]
          .filter((part) => part !== '')
          .join(' · '),
        hasOwnReason: node.reason !== null && (node.status === 'error' || shared.get(node.reason) === 1),
        selected: node.id === selected,
        expanded: children.length === 0 ? null : node.node_type === 'phase' || open.has(node.id),
        level,
        children,
      }
    })
  return rows(null, 1)
}

/** What was begun and is not done rests while the run is paused. */
export function statusOf(state: RunState, node: TreeNode): TreeNode['status'] | 'paused' {
  const hasBegun = node.has_begun === true || node.steps_done > 0 || node.started_at !== null
  return state.status === 'paused' && node.status === 'pending' && hasBegun ? 'paused' : node.status
}

/** Its status as it is shown. What the end of a run found untouched was not left out by anyone: it was never reached. */
export function describeNode(state: RunState, node: TreeNode): StatusView {
  const view = describeStatus(statusOf(state, node))
  return isUnreached(state, node) ? { ...view, word: 'not reached' } : view
}

export function isUnreached({ status, ended_at: endedAt }: RunState, node: TreeNode): boolean {
  const isCutShort = status === 'error' || status === 'canceled'
  return isCutShort && node.status === 'skipped' && node.ended_at === endedAt
}

/** `3 calls · $0.0278 · waited 11.5 s`. */
function describeSums({ usage, work_ms, permit_ms, back_off_ms }: PhaseTotals): string {
  const used = viewUsage(usage)
  const ms = permit_ms + back_off_ms
  const isWorthTelling = ms >= WAIT_FROM_MS && ms >= WAIT_SHARE * (work_ms + ms)
  return [
    ...(used ? [countOf(usage.calls, 'call'), used.tiny] : []),
    ...(isWorthTelling ? [`waited ${formatDuration(ms)}`] : []),
  ].join(' · ')
}

function titleParts(node: TreeNode, phase: PhaseTotals | undefined, usage: string): string[] {
  if (phase) return node.started_at === null ? [] : [describeTotals(phase)]
  if (node.node_type !== 'tool') return [usage]
  const size = describeSize(node)
  return [describeCall(node), size === '' ? '' : `${size} back`]
}

/** The agent that a node is, or is a part of; null for a phase. */
export function agentOf(state: RunState, nodeId: string): TreeNode | null {
  for (let id: string | null = nodeId; id !== null; id = state.nodes[id]?.parent_id ?? null) {
    const node = state.nodes[id]
    if (node?.node_type === 'agent') return node
  }
  return null
}

/** A report or messages row that has nothing to read would only repeat the row above it. */
function isWorthARow(state: RunState, node: TreeNode): boolean {
  if (node.node_type !== 'report' && node.node_type !== 'messages') return true
  return (state.content[node.id]?.text ?? '') !== ''
}

/** How many agents and tools give each reason; phases and reports only repeat those of others. */
function countReasons(state: RunState): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { reason, node_type } of Object.values(state.nodes)) {
    if (reason === null || (node_type !== 'agent' && node_type !== 'tool')) continue
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return counts
}

function ancestorsOf(state: RunState, nodeId: string | null): Set<string> {
  const open = new Set<string>()
  for (let id = nodeId; id !== null; id = state.nodes[id]?.parent_id ?? null) {
    open.add(id)
  }
  return open
}
