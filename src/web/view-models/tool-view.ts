/** A call of a tool: what was asked in a few words, how much came back, and the beginning of it. */
import { formatBytes } from '../../core/format.ts'
import type { RunState, TreeNode } from '../../runs/state.ts'

export interface ToolPreview {
  /** Plain text, at most `MAX_PREVIEW_CHARS`. */
  text: string
  /** What is not shown of it, or why nothing is; empty where all is. */
  note: string
}

export const MAX_PREVIEW_CHARS = 4_000
/** Of a result that is kept as a file: what is larger is not read for a look at its beginning. */
export const MAX_PREVIEW_BYTES = 1_048_576
const MAX_ARGUMENT_CHARS = 2_000
const MAX_SHORT_CHARS = 60

/** `AAPL, 2012-06-29`: the values alone, for a row; empty without any. */
export function describeArguments(node: TreeNode): string {
  const text = Object.values(argumentsOf(node)).map(toText).join(', ')
  return text.length > MAX_SHORT_CHARS ? `${text.slice(0, MAX_SHORT_CHARS - 1)}…` : text
}

/** `ticker AAPL, as_of 2012-06-29`. */
export function describeCall(node: TreeNode): string {
  return Object.entries(argumentsOf(node))
    .map(([name, value]) => `${name} ${clip(toText(value))}`)
    .join(', ')
}

/** `1.2 KB`; empty before it ended, and for what ended badly. */
export function describeSize(node: TreeNode): string {
  const bytes = sizeOf(node)
  return bytes === null ? '' : formatBytes(bytes)
}

/** Name and text of each argument, then of what came of the call. */
export function viewToolFacts(node: TreeNode): { name: string; text: string }[] {
  const size = describeSize(node)
  return [
    ...Object.entries(argumentsOf(node)).map(([name, value]) => ({ name, text: clip(toText(value)) })),
    ...(size === '' ? [] : [{ name: 'Result', text: size }]),
  ]
}

/** `load` reads a result that is kept as a file. Null where there is nothing to preview. */
export async function previewResult(
  state: RunState,
  node: TreeNode,
  load: (key: string) => Promise<unknown>,
): Promise<ToolPreview | null> {
  const key = node.detail?.key
  if (node.node_type !== 'tool' || node.status !== 'completed' || typeof key !== 'string') return null
  const step = Object.hasOwn(state.steps, key) ? state.steps[key] : undefined
  if (step?.status !== 'completed') return { text: '', note: 'What it brought back stands in the journal.' }
  if (step.artifact && step.artifact.bytes > MAX_PREVIEW_BYTES) {
    return { text: '', note: `${formatBytes(step.artifact.bytes)} are too much to show here.` }
  }
  const text = toText(step.artifact ? await load(key) : step.result, 2)
  if (text.length <= MAX_PREVIEW_CHARS) return { text, note: '' }
  const note = `The beginning; the journal and its artifacts have all ${describeSize(node)}.`
  return { text: `${text.slice(0, MAX_PREVIEW_CHARS)}\n…`, note }
}

function argumentsOf({ detail }: TreeNode): Record<string, unknown> {
  const args = detail?.args
  return args !== null && typeof args === 'object' && !Array.isArray(args)
    ? (args as Record<string, unknown>)
    : {}
}

function sizeOf({ detail }: TreeNode): number | null {
  return typeof detail?.result_bytes === 'number' ? detail.result_bytes : null
}

function toText(value: unknown, indent = 0): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, indent) ?? '')
}

function clip(text: string): string {
  return text.length > MAX_ARGUMENT_CHARS ? `${text.slice(0, MAX_ARGUMENT_CHARS)} …` : text
}
