/** What the selected node has to say: its report, its messages or, for a tool, what was asked and answered. */
import { renderMarkdown } from '../../core/markdown.ts'
import type { RunState, TreeNode } from '../../runs/state.ts'
import { isTerminal } from '../../runs/status.ts'
import { decorate, type ProseContext } from './citations.ts'
import { describeStatus, type StatusView } from './status-view.ts'

export interface ReportView {
  nodeId: string | null
  title: string
  /** `Research › Bull`; empty at the top. */
  path: string
  status: StatusView | null
  /** Sanitized HTML; empty where there is nothing to read (yet). */
  html: string
  /** What stands there instead of a report. */
  empty: string
  /** The page shows the newest report until the reader picks one. */
  following: boolean
  /** Facts of a tool call, as name and text. */
  facts: { name: string; text: string }[]
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

/** The node shown: the one asked for, else what is newest and not shown elsewhere, else none. */
export function chooseNode(
  state: RunState,
  asked: string | null,
): { nodeId: string | null; following: boolean } {
  if (asked !== null && state.nodes[asked]) return { nodeId: asked, following: false }
  const written = state.node_order.filter(
    (id) => state.nodes[id]!.node_type === 'agent' && textOf(state, id) !== '',
  )
  const working = written.filter((id) => state.nodes[id]!.status === 'in_progress')
  // Whoever wrote last wrote the decision, which stands above in full: the one before says how it came about.
  const newest = (state.decision !== null && written.at(-2)) || written.at(-1)
  return { nodeId: working.at(-1) ?? newest ?? null, following: !isTerminal(state.status) }
}

/** `context` is what its citations refer to; null where reports of this kind cite nothing. */
export function viewReport(state: RunState, asked: string | null, context: ProseContext | null): ReportView {
  const { nodeId, following } = chooseNode(state, asked)
  const node = nodeId === null ? null : state.nodes[nodeId]!
  if (!node) {
    const empty = isTerminal(state.status)
      ? 'This run ended before anything was written.'
      : 'Reports appear here as the committee writes them.'
    return { nodeId, title: 'Report', path: '', status: null, html: '', empty, following, facts: [] }
  }
  const text = textOf(state, node.id).slice(0, REPORT_LIMIT)
  const html = text === '' ? '' : lowerHeadings(renderOnce(text))
  return {
    nodeId,
    title: node.label,
    path: pathOf(state, node),
    status: describeStatus(node.status),
    html: context ? decorate(html, context) : html,
    empty: text === '' ? emptyReason(state, node) : '',
    following,
    facts: Object.entries(node.detail ?? {})
      .filter(([name]) => name !== 'key')
      .map(([name, value]) => ({ name, text: factText(value) })),
  }
}

/** A report's own headings stand below the page's and the panel's, so that the page has one outline. */
function lowerHeadings(html: string): string {
  return html.replace(/<(\/?)h([1-6])>/g, (_match, slash: string, level: string) => {
    return `<${slash}h${Math.min(6, Number(level) + 2)}>`
  })
}

/** An agent's text is its report's; where it has none, what it wrote itself. */
function textOf(state: RunState, nodeId: string): string {
  return state.content[`${nodeId}_report`]?.text || state.content[nodeId]?.text || ''
}

function pathOf(state: RunState, node: TreeNode): string {
  const labels: string[] = []
  for (let at = node.parent_id; at !== null; at = state.nodes[at]?.parent_id ?? null) {
    labels.unshift(state.nodes[at]?.label ?? at)
  }
  return labels.join(' › ')
}

function emptyReason(state: RunState, node: TreeNode): string {
  if (node.status === 'skipped') return `Left out: ${node.reason ?? 'not needed'}.`
  if (node.status === 'error') return `Failed: ${node.reason ?? state.error ?? 'no reason was given'}.`
  if (node.status === 'canceled') return 'Stopped before it was done.'
  if (node.node_type === 'phase') return 'A phase has no report of its own: select one of its members.'
  if (node.status === 'in_progress') return 'Working; the text appears as it is written.'
  if (node.status === 'pending') return 'Waiting for its turn.'
  return 'Done without a report.'
}

function factText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > 2_000 ? `${text.slice(0, 2_000)} …` : text
}
