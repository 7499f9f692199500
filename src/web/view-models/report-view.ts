/** What the selected node has to say: its report, its messages or, for a tool, what was asked and answered. */
import { formatDuration } from '../../core/format.ts'
import { renderMarkdown } from '../../core/markdown.ts'
import type { PhaseTotals } from '../../runs/phase-totals.ts'
import type { RunState, TreeNode } from '../../runs/state.ts'
import { isTerminal } from '../../runs/status.ts'
import { decorate, type ProseContext } from './citations.ts'
import { runHref } from './run-row.ts'
import type { StatusView } from './status-view.ts'
import { viewToolFacts, type ToolPreview } from './tool-view.ts'
import { viewTotals } from './totals-view.ts'
import { agentOf, describeNode, isUnreached, statusOf } from './tree-view.ts'
import { viewUsage } from './usage-view.ts'

export interface ReportView {
  nodeId: string | null
  title: string
  /** `Research › Bull`; empty at the top. */
  path: string
  status: StatusView | null
  /** `421 ms`; empty for a phase, whose facts tell it, and for what has not ended. */
  took: string
  /** Why it failed; empty where it did not. */
  failure: string
  /** Sanitized HTML, but for its last block while that is being written; empty where there is nothing to read (yet). */
  settledHtml: string
  /** The block that is being written: it alone is sent again as it grows. */
  growingHtml: string
  /** What stands there instead of a report. */
  empty: string
  /** The page shows the newest report until the reader picks one. */
  following: boolean
  /** What it says stands in the verdict above it, and nobody asked for it. */
  isRepeated: boolean
  /** Facts of a tool call or of a phase, as name and text. */
  facts: { name: string; text: string }[]
  /** What a tool brought back; null for anything else. */
  preview: ToolPreview | null
  /** The model that wrote it and what that used; empty where no model did. */
  by: string
  /** How to run all from this agent on anew; null where it cannot be. */
  rerun: { path: string; fromStep: string; label: string } | null
}

const REPORT_LIMIT = 200_000

/** Reports are looked at again with every change of the tree, and nearly always say what they said. */
const RENDERED_KEPT = 32
const rendered = new Map<string, string>()

function renderOnce(text: string): string {
  const html = rendered.get(text) ?? renderMarkdown(text)
  rendered.delete(text)
  rendered.set(text, html)
  if (rendered.size > RENDERED_KEPT) rendered.delete(rendered.keys().next().value!)
  return html
}

/**
 * The node shown: the one asked for, else of a failed run who failed, else the agent that was the last to begin of those
 * who have begun to write.
 */
export function chooseNode(
  state: RunState,
  asked: string | null,
): { nodeId: string | null; following: boolean } {
  if (asked !== null && state.nodes[asked]) return { nodeId: asked, following: false }
  const failed = state.status === 'error' ? findFailed(state) : null
  if (failed !== null) return { nodeId: failed, following: false }
  let newest: { id: string; since: string } | null = null
  // Of those who began at once the last in the tree; none that began earlier takes the place of a later one.
  for (const id of state.node_order) {
    if (state.nodes[id]!.node_type !== 'agent' || !hasBegunToWrite(state, id)) continue
    const since = lastBegun(state, id)
    if (newest === null || since >= newest.since) newest = { id, since }
  }
  return { nodeId: newest?.id ?? null, following: !isTerminal(state.status) }
}

/** The first agent that failed; where none did, whatever else. Phases only repeat those below them. */
function findFailed({ nodes, node_order: order }: RunState): string | null {
  const failed = order.filter((id) => nodes[id]!.status === 'error' && nodes[id]!.node_type !== 'phase')
  return failed.find((id) => nodes[id]!.node_type === 'agent') ?? failed[0] ?? null
}

/** Also while it has taken back what it wrote to begin anew. */
function hasBegunToWrite(state: RunState, nodeId: string): boolean {
  return state.content[reportOf(nodeId)] !== undefined || state.content[nodeId] !== undefined
}

/** When its newest step began, as ISO 8601. */
function lastBegun(state: RunState, nodeId: string): string {
  return Object.values(state.steps)
    .filter((step) => step.node_id === nodeId)
    .reduce(
      (last, step) => (step.started_at > last ? step.started_at : last),
      state.nodes[nodeId]!.started_at ?? '',
    )
}

export interface ReportFacts {
  /** What its citations refer to; null where reports of this kind cite nothing. */
  context: ProseContext | null
  /** `provider:model` by agent. */
  models: Readonly<Record<string, string>>
  /** Of a tool that is shown; null for anything else. */
  preview: ToolPreview | null
  /** Of a phase that is shown; null for anything else. */
  totals: PhaseTotals | null
  /** The agent whose report is the verdict in prose, once there is a verdict; else null. */
  decider: string | null
}

export function viewReport(state: RunState, asked: string | null, facts: ReportFacts): ReportView {
  const { context, models } = facts
  const { nodeId, following } = chooseNode(state, asked)
  const node = nodeId === null ? null : state.nodes[nodeId]!
  if (!node) {
    const empty = isTerminal(state.status)
      ? 'This run ended before anything was written.'
      : 'Reports appear here as the committee writes them.'
    const nothing = {
      title: 'Report',
      path: '',
      status: null,
      took: '',
      failure: '',
      settledHtml: '',
      growingHtml: '',
      facts: [],
      preview: null,
      by: '',
      rerun: null,
    }
    return { nodeId, ...nothing, empty, following, isRepeated: false }
  }
  const text = textOf(state, node.id).slice(0, REPORT_LIMIT)
  const plain = text === '' ? '' : lowerHeadings(renderOnce(text))
  const html = context ? decorate(plain, context) : plain
  const settled = node.status === 'in_progress' ? html.slice(0, lastBlockStart(html)) : html
  return {
    nodeId,
    title: node.label,
    path: pathOf(state, node),
    status: describeNode(state, node),
    took: facts.totals || node.duration_ms === null ? '' : formatDuration(node.duration_ms),
    failure: node.status === 'error' ? (node.reason ?? state.error ?? 'no reason was given') : '',
    settledHtml: settled,
    growingHtml: html.slice(settled.length),
    empty: text === '' && !facts.preview?.text ? emptyReason(state, node) : '',
    following,
    isRepeated: asked === null && !following && node.id === facts.decider && text !== '',
    facts: facts.totals ? viewTotals(facts.totals) : viewToolFacts(node),
    preview: facts.preview,
    by: describeWriter(state, node, models),
    rerun: viewRerun(state, node),
  }
}

function describeWriter(state: RunState, node: TreeNode, models: ReportFacts['models']): string {
  const agent = agentOf(state, node.id)
  // A tool asks no model.
  if (agent === null || node.node_type === 'tool') return ''
  const usage = viewUsage(state.usage_by_node[agent.id])
  return [models[agent.id] ?? '', usage?.detail ?? ''].filter((part) => part !== '').join(' · ')
}

/** A run that has ended can be run again from the first step of an agent that began. */
function viewRerun(state: RunState, node: TreeNode): ReportView['rerun'] {
  if (!isTerminal(state.status) || node.node_type !== 'agent') return null
  const first = Object.values(state.steps).find(
    (step) => step.node_id === node.id && step.status !== 'skipped',
  )
  return first ? { path: `${runHref(state.run_id)}/rerun`, fromStep: first.key, label: node.label } : null
}

/** A report's own headings stand below the page's and the panel's, so that the page has one outline. */
function lowerHeadings(html: string): string {
  return html.replace(/<(\/?)h([1-6])>/g, (_match, slash: string, level: string) => {
    return `<${slash}h${Math.min(6, Number(level) + 2)}>`
  })
}

const VOID_TAGS = new Set(['br', 'hr', 'img'])

/** Where the last element that is in no other begins. */
function lastBlockStart(html: string): number {
  let depth = 0
  let start = 0
  for (const { 1: slash, 2: name, index } of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/gi)) {
    if (slash) depth--
    else if (depth === 0) start = index
    if (!slash && !VOID_TAGS.has(name!.toLowerCase())) depth++
  }
  return start
}

/** An agent's text is its report's; where it has none, what it wrote itself. */
function textOf(state: RunState, nodeId: string): string {
  return state.content[reportOf(nodeId)]?.text || state.content[nodeId]?.text || ''
}

function reportOf(agentId: string): string {
  return `${agentId}_report`
}

function pathOf(state: RunState, node: TreeNode): string {
  const labels: string[] = []
  for (let at = node.parent_id; at !== null; at = state.nodes[at]?.parent_id ?? null) {
    labels.unshift(state.nodes[at]?.label ?? at)
  }
  return labels.join(' › ')
}

function emptyReason(state: RunState, node: TreeNode): string {
  if (isUnreached(state, node)) return `Not reached: ${node.reason ?? 'the run ended before'}.`
  if (node.status === 'skipped') return `Left out: ${node.reason ?? 'not needed'}.`
  if (node.status === 'error') return 'It failed before it had a report.'
  if (node.status === 'canceled') return 'Stopped before it was done.'
  if (node.node_type === 'phase') return 'A phase has no report of its own: select one of its members.'
  if (node.node_type === 'tool' && node.status === 'completed') return ''
  if (node.status === 'in_progress') return 'Working; the text appears as it is written.'
  if (statusOf(state, node) === 'paused') return 'Paused in its work; that step runs again on resume.'
  if (node.status === 'pending') return 'Waiting for its turn.'
  return 'Done without a report.'
}
