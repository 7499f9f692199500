/** One run as a sheet of text. Sections that have nothing to say are left out. */
import type { Decision } from '../committee/decision.ts'
import { formatBytes, formatDuration, formatNumber, formatPct, formatSigned } from '../core/format.ts'
import type { UsageDelta } from '../runs/event.ts'
import type { RunBudget } from '../runs/identity.ts'
import type { NestedNode } from '../runs/state.ts'
import type { PublicSummary } from '../runs/summary.ts'
import type { DeskClient } from './client.ts'
import {
  createStatusCell,
  isInterrupted,
  nodeStatusShown,
  runStatusShown,
  statusIcon,
} from './status-cell.ts'
import { formatTable, wrapText } from './table.ts'
import { cleanLine, paint, type Output } from './terminal.ts'
import { formatUtc } from './times.ts'

/** As far as an assessment says who thinks. */
interface ThinkingInput {
  mode?: string
  deep_model?: string
  quick_model?: string
  role_models?: Record<string, string>
}

/** `GET /runs/{id}`; what stands after the summary is missing where the run's files were pruned. */
export interface ShownRun extends Omit<PublicSummary, 'decision'> {
  decision: Record<string, unknown> | null
  execution_tree?: NestedNode[]
  content?: Record<string, string>
  input?: ThinkingInput
  usage?: UsageDelta
  budget?: RunBudget
}

const MAX_WIDTH = 110

export function formatRun(output: Output, run: ShownRun, owner: DeskClient['owner']): string[] {
  const sections = [
    formatHead(output, run, owner),
    isDecision(run.decision) ? formatDecision(output, run.decision) : [],
    formatSteps(output, run.execution_tree ?? [], owner),
    formatReports(output, run),
    run.execution_tree ? [] : [describeLeft(run)],
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]))
}

function describeLeft({ decision }: ShownRun): string {
  if (decision === null || isDecision(decision))
    return 'Its files were pruned: the summary and the decision are what stays.'
  const confidence = formatNumber(decision.confidence as number, 2)
  return `Its folder is gone: what is left is this and the verdict, ${cleanLine(String(decision.action))} with confidence ${confidence}.`
}

function formatHead(output: Output, run: ShownRun, owner: DeskClient['owner']): string[] {
  const status = createStatusCell(output, runStatusShown(run.status, owner)).text
  const waits = isInterrupted(run.status, owner) ? '; it waits for `serve`' : ''
  const facts = [
    ['Run', run.run_id],
    ['Batch', run.batch_id],
    ['What', `${run.kind} of ${run.ticker}${run.as_of ? ` as of ${run.as_of}` : ''}`],
    ['Status', status + formatProgress(run) + waits],
    ['Created', `${formatUtc(run.created_at)} UTC`],
    ...(run.ended_at ? [['Ended', `${formatUtc(run.ended_at)} UTC`]] : []),
    ['Worked', formatDuration(run.execution_ms)],
    ...formatThinking(run),
    ...(run.error ? [['Error', paint(output, 'red', cleanLine(run.error))]] : []),
  ]
  return facts.map(([name, value]) => `${paint(output, 'dim', name!.padEnd(8))}  ${value}`)
}

/** Who thinks, what that used and what it may come to; of a pruned run as far as the decision says. */
function formatThinking({ input, usage, budget, decision }: ShownRun): string[][] {
  const made = isDecision(decision) ? decision : null
  const mode = input?.mode ?? made?.provenance.mode
  if (mode === undefined) return []
  if (mode !== 'llm') return [['Thinking', 'the rules committee']]
  const models = input ? namesOf(input) : [...new Set(Object.values(made?.provenance.models ?? {}))]
  const used = usage ?? made?.usage
  return [
    ['Thinking', cleanLine(models.join(', '))],
    ...(used ? [['Used', formatUsage(used)]] : []),
    ...(budget ? [['Budget', formatBudget(budget)]] : []),
  ]
}

function namesOf({ deep_model: deep, quick_model: quick, role_models: roles = {} }: ThinkingInput): string[] {
  const both =
    deep === quick
      ? [deep && `${deep} (everyone)`]
      : [deep && `${deep} (the managers)`, quick && `${quick} (everyone else)`]
  return [...both, ...Object.entries(roles).map(([role, model]) => `${model} (${role})`)].filter(
    (name) => name !== undefined,
  )
}

function formatUsage({
  calls,
  input_tokens: read,
  output_tokens: written,
  cost_usd: cost,
}: UsageDelta): string {
  const price = cost === null ? 'cost unknown' : `${formatNumber(cost, 4)} USD`
  return `${price}; ${formatNumber(calls, 0)} model ${calls === 1 ? 'call' : 'calls'}, ${formatNumber(read, 0)} tokens read, ${formatNumber(written, 0)} written`
}

function formatBudget({ usd, tokens }: RunBudget): string {
  const bounds = [
    ...(usd === null ? [] : [`${formatNumber(usd, 4)} USD`]),
    ...(tokens === null ? [] : [`${formatNumber(tokens, 0)} tokens`]),
  ]
  return bounds.length === 0 ? 'no bound' : `at most ${bounds.join(' and ')}`
}

function formatProgress({ status, overall_progress: progress, progress_message: message }: ShownRun): string {
  if (status === 'completed' || progress === null) return ''
  return ` at ${progress} %${message ? ` (${cleanLine(message)})` : ''}`
}

function isDecision(decision: ShownRun['decision']): decision is Decision {
  return decision !== null && decision.schema_version === 1
}

function formatDecision(output: Output, decision: Decision): string[] {
  const { action, rating, confidence, confidence_basis: basis, risk_metrics: risk, position } = decision
  const width = Math.min(output.columns, MAX_WIDTH) - 2
  const verdict = `${action}${rating && rating.toUpperCase() !== action ? ` (${rating})` : ''}`
  const lines = [
    `${title(output, 'Decision')}  ${paint(output, 'bold', verdict)}, confidence ${formatNumber(confidence)}`,
    ...indented(wrapText(cleanLine(decision.summary), width)),
    ...indented(wrapText(`Confidence: ${cleanLine(basis)}`, width)),
  ]
  if (risk.entry !== null) {
    const levels = formatTable(
      [{ title: 'Level' }, { title: 'Price', align: 'right' }, { title: 'From entry', align: 'right' }],
      [
        ['entry', formatNumber(risk.entry), ''],
        ['stop loss', formatNumber(risk.stop_loss), formatPctSigned(risk.stop_loss_pct)],
        ['take profit', formatNumber(risk.take_profit), formatPctSigned(risk.take_profit_pct)],
      ],
    )
    lines.push('', ...indented(levels), `  reward to risk ${formatNumber(risk.risk_reward)}`)
  }
  lines.push(
    `  position ${formatPct(position.fraction_of_equity * 100, 1)} of equity: ${formatNumber(position.shares, 0)} shares, ` +
      `${formatNumber(position.notional)} in all, ${formatNumber(position.risk_amount)} at risk`,
  )
  return [...lines, ...formatUnverified(output, decision)]
}

function formatUnverified(output: Output, { unverified }: Decision): string[] {
  if (unverified.length === 0) return []
  const width = Math.min(output.columns, MAX_WIDTH) - 4
  const lines = unverified.flatMap(({ number, text }) => {
    const [first, ...rest] = wrapText(cleanLine(`${number}: ${text}`), width)
    return [`- ${first}`, ...rest.map((line) => `  ${line}`)]
  })
  return [
    '',
    `${title(output, 'Figures that no evidence bears out')}  ${unverified.length}`,
    ...indented(lines),
  ]
}

function formatPctSigned(pct: number | null): string {
  return pct === null ? '–' : `${formatSigned(pct)} %`
}

function formatSteps(output: Output, tree: readonly NestedNode[], owner: DeskClient['owner']): string[] {
  const rows: string[][] = []
  const collect = (node: NestedNode, depth: number) => {
    // Reports and messages share the fate of their agent: they are no steps of their own.
    if (node.node_type === 'report' || node.node_type === 'messages') return
    const label = `${'  '.repeat(depth)}${statusIcon(output, nodeStatusShown(node.status, owner))} ${cleanLine(node.label)}`
    rows.push([
      label,
      node.duration_ms === null ? '' : formatDuration(node.duration_ms),
      node.reason ? cleanLine(node.reason) : '',
    ])
    for (const child of node.children) collect(child, depth + 1)
  }
  for (const node of tree) collect(node, 0)
  if (rows.length === 0) return []
  const cells = rows.map(([label, ...rest]) => [{ text: label!, width: shownWidth(label!) }, ...rest])
  const columns = [{ title: '' }, { title: '', align: 'right' as const }, { title: '' }]
  return [title(output, 'Steps'), ...indented(formatTable(columns, cells).slice(1))]
}

function formatReports(output: Output, { execution_tree: tree = [], content = {} }: ShownRun): string[] {
  const rows: string[][] = []
  const collect = (node: NestedNode, agent: string) => {
    const text = content[node.id]
    if (node.node_type === 'report' && text)
      rows.push([cleanLine(node.id), cleanLine(agent), formatBytes(Buffer.byteLength(text))])
    for (const child of node.children) collect(child, node.label)
  }
  for (const node of tree) collect(node, node.label)
  if (rows.length === 0) return []
  const columns = [{ title: '' }, { title: '' }, { title: '', align: 'right' as const }]
  return [title(output, 'Reports'), ...indented(formatTable(columns, rows).slice(1))]
}

function title(output: Output, text: string): string {
  return paint(output, 'bold', text)
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`))
}

/** Without the codes that colour it. */
function shownWidth(text: string): number {
  // eslint-disable-next-line no-control-regex -- the escape character begins a colour
  return [...text.replaceAll(/\u001b\[\d+m/g, '')].length
}
