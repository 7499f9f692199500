/**
 * Everything that is said on `/ws`, in both directions, as schemas. The server sends nothing that does not fit one of
 * them and reads nothing but actions; `docs/websocket.md` shows an example of each. What the numbers mean, and how a
 * reader tells that something is missing, is said there.
 */
import { z } from 'zod'
import { InputError, quote } from '../../core/errors.ts'
import { parseLogFilter, type LogFilter } from '../../runs/log-filter.ts'
import type { NestedNode } from '../../runs/state.ts'
import { logEntryFields, nodeFields, summaryFields } from '../../runs/wire-shapes.ts'

const count = z.int().min(0)
const { status, overall_progress: progress } = summaryFields

const summarySchema = z.strictObject(summaryFields)

const nestedNodeSchema: z.ZodType<NestedNode> = z.strictObject({
  ...nodeFields,
  get children() {
    return z.array(nestedNodeSchema)
  },
})

const { id: nodeId, ...changingFields } = nodeFields

/** A new node names its parent and all its facts; a known one only what changed. */
const nodePatchSchema = z.strictObject({
  id: nodeId,
  parent_id: z.string().nullable().optional(),
  ...z.strictObject(changingFields).partial().shape,
})

const logEntrySchema = z.strictObject(logEntryFields)

const seqsSchema = z.strictObject({ status: count, content: count, log: count })

const decisionSchema = z.record(z.string(), z.unknown())

const run_id = z.string()

export const SERVER_MESSAGES = {
  init_all: z.strictObject({ type: z.literal('init_all'), runs: z.array(summarySchema) }),
  status_update_aggregate: z.strictObject({
    type: z.literal('status_update_aggregate'),
    runs: z.record(z.string(), z.strictObject({ ticker: z.string(), status, overall_progress: progress })),
  }),
  init_run: z.strictObject({
    type: z.literal('init_run'),
    run_id,
    boot: z.string(),
    status,
    overall_progress: progress,
    execution_tree: z.array(nestedNodeSchema),
    log_stream: z.boolean(),
    seqs: seqsSchema,
  }),
  status_update_run: z.strictObject({
    type: z.literal('status_update_run'),
    run_id,
    status,
    overall_progress: progress,
    progress_message: z.string().nullable(),
    final_decision: decisionSchema.nullable().optional(),
    decision_html: z.string().optional(),
  }),
  status_patch_run: z.strictObject({
    type: z.literal('status_patch_run'),
    run_id,
    seq: count,
    nodes: z.array(nodePatchSchema),
  }),
  content_patch_run: z.strictObject({
    type: z.literal('content_patch_run'),
    run_id,
    seq: count,
    node_id: z.string(),
    op: z.enum(['append', 'replace']),
    text: z.string(),
  }),
  log_append_run: z.strictObject({
    type: z.literal('log_append_run'),
    run_id,
    seq: count,
    /** Only on a socket with a filter: everything after this number was looked at. */
    after_seq: count.optional(),
    entries: z.array(logEntrySchema).min(1),
  }),
  log_snapshot_run: z.strictObject({
    type: z.literal('log_snapshot_run'),
    run_id,
    seq: count,
    /** How often entries were taken back. */
    epoch: count,
    entries: z.array(logEntrySchema),
  }),
  run_snapshot: z.strictObject({
    type: z.literal('run_snapshot'),
    run_id,
    boot: z.string(),
    seqs: seqsSchema,
    status,
    overall_progress: progress,
    execution_tree: z.array(nestedNodeSchema),
    content: z.record(z.string(), z.string()),
    final_decision: decisionSchema.optional(),
  }),
  pong: z.strictObject({
    type: z.literal('pong'),
    run_id: run_id.optional(),
    boot: z.string(),
    status: status.optional(),
    overall_progress: progress.optional(),
    progress_message: z.string().nullable().optional(),
    seqs: seqsSchema.optional(),
    log_epoch: count.optional(),
  }),
  error: z.strictObject({ type: z.literal('error'), error: z.string() }),
} as const

export type ServerMessages = {
  [Type in keyof typeof SERVER_MESSAGES]: z.infer<(typeof SERVER_MESSAGES)[Type]>
}
export type ServerMessage = ServerMessages[keyof ServerMessages]
export type NodePatch = z.infer<typeof nodePatchSchema>
export type WireLogEntry = z.infer<typeof logEntrySchema>
export type Seqs = z.infer<typeof seqsSchema>

const filterText = z.string().nullable().optional()

export const CLIENT_ACTIONS = {
  resync: z.strictObject({ action: z.literal('resync') }),
  log_dump: z.strictObject({ action: z.literal('log_dump') }),
  log_filter: z.strictObject({
    action: z.literal('log_filter'),
    severity: filterText,
    sources: z.union([z.string(), z.array(z.string()), z.null()]).optional(),
    q: filterText,
  }),
  ping: z.strictObject({ action: z.literal('ping') }),
} as const

export type ClientAction =
  { action: 'resync' | 'log_dump' | 'ping' } | { action: 'log_filter'; filter: LogFilter }

/** Reads one frame of a client. Throws `InputError` that names what was wrong with it. */
export function parseAction(text: string): ClientAction {
  const body = parseObject(text)
  const { action, ...rest } = body
  if (typeof action !== 'string' || !Object.hasOwn(CLIENT_ACTIONS, action)) {
    const names = Object.keys(CLIENT_ACTIONS).join(', ')
    throw new InputError('action', `action is ${quote(action ?? null)}; allowed: ${names}`)
  }
  const name = action as keyof typeof CLIENT_ACTIONS
  const known = Object.keys(CLIENT_ACTIONS[name].shape).filter((key) => key !== 'action')
  const unknown = Object.keys(rest).find((key) => !known.includes(key))
  if (unknown !== undefined) {
    const allowed = known.length === 0 ? 'nothing besides action' : known.join(', ')
    throw new InputError(unknown, `${quote(unknown)} means nothing in ${name}; allowed: ${allowed}`)
  }
  return name === 'log_filter' ? { action: name, filter: parseLogFilter(rest) } : { action: name }
}

function parseObject(text: string): Record<string, unknown> {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InputError('message', `message is ${quote(text)}; allowed: a JSON object with an action`)
  }
  return body as Record<string, unknown>
}

/** The bytes of a message, made once for everyone it goes to. */
export function encodeMessage(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message))
}
