/**
 * The shapes of events, for journals that were not written here: what a fold and the pages take for granted of an event
 * is checked before it is folded. Fields that are not named pass, so that a journal of a later version can still be read.
 */
import { z } from 'zod'
import { WAIT_KINDS } from '../core/wait-watch.ts'
import { isBatchId, isRunId, isTicker } from '../core/ids.ts'
import type { EngineEventType, RunEvent } from './event.ts'
import { isEngineEvent, NODE_STATUSES, NODE_TYPES, RUN_KINDS, SEVERITIES } from './event.ts'

/** The greatest time a date can hold. */
const MAX_TIME_MS = 8.64e15

const time = z.iso.datetime()
/** Keys of tables that everything else is looked up in. */
const name = z
  .string()
  .min(1)
  .max(2_000)
  .refine((text) => !Object.hasOwn(Object.prototype, text), 'not a name')
const nodeId = name.nullable()
const text = z.string()
const count = z.number().min(0)
const runId = z.string().refine(isRunId, 'not a run id')
const artifact = z.looseObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0) })
const stored = z.union([z.looseObject({ artifact }), z.looseObject({ result: z.unknown() })])
const usage = {
  calls: count,
  input_tokens: count,
  output_tokens: count,
  cost_usd: count.nullable(),
}
const bound = { usd: count.nullable(), tokens: count.nullable() }
const content = z.looseObject({ key: name, node_id: name, text })
const wait = {
  key: name,
  node_id: nodeId,
  wait: count,
  for: z.enum(WAIT_KINDS),
  tier: text.max(300),
  since: time,
}

const logLine = z.looseObject({
  ts: z.number().min(-MAX_TIME_MS).max(MAX_TIME_MS),
  severity: z.enum(SEVERITIES),
  source: text.max(2_000),
  agent_id: text.max(2_000).nullable(),
  message: text,
})

const SCHEMAS: Record<EngineEventType, z.ZodType> = {
  run_created: z.looseObject({
    run_id: runId,
    batch_id: z.string().refine(isBatchId, 'not a batch id'),
    kind: z.enum(RUN_KINDS),
    ticker: z.string().refine(isTicker, 'not a ticker'),
    as_of: z.iso.date().nullable(),
    input: z.unknown(),
    parent: z.looseObject({ run_id: runId, key: name }).nullable(),
    budget: z.looseObject(bound).optional(),
    reuse: z.looseObject({ run_id: runId, from_step: name.nullable(), keys: z.array(name) }).optional(),
    created_at: time,
  }),
  run_started: z.looseObject({}),
  run_resumed: z.looseObject({ reason: text }),
  run_paused: z.looseObject({ reason: text }),
  run_progress: z.looseObject({ fraction: z.number().min(0).max(1), message: text.nullable() }),
  step_started: z.looseObject({
    key: name,
    input_hash: text.max(200),
    attempt: z.int().min(1),
    node_id: nodeId,
    child_run_id: runId.nullish(),
    within: name.nullish(),
  }),
  step_completed: z.looseObject({ key: name, reused_from: runId.nullish() }).and(stored),
  step_failed: z.looseObject({ key: name, error: text }),
  step_skipped: z.looseObject({ key: name, reason: text, node_id: nodeId }),
  node_updated: z.looseObject({
    node_id: name,
    parent_id: nodeId.optional(),
    label: text.max(2_000).optional(),
    node_type: z.enum(NODE_TYPES).optional(),
    status: z.enum(NODE_STATUSES).optional(),
    reason: text.nullish(),
    detail: z.record(z.string(), z.unknown()).optional(),
  }),
  content_appended: content,
  content_replaced: content,
  log_appended: z.looseObject({ key: nodeId, entries: z.array(logLine) }),
  step_waiting: z.looseObject({ ...wait, until: time.nullable(), why: text.nullable() }),
  step_waited: z.looseObject({ ...wait, ms: count }),
  usage_reserved: z.looseObject({ key: name, node_id: nodeId, ...usage }),
  usage_recorded: z.looseObject({ key: name, node_id: nodeId, reserved_by: z.int().optional(), ...usage }),
  budget_set: z.looseObject(bound),
  decision_ready: z.looseObject({ decision: z.record(z.string(), z.unknown()) }),
  // Of a journal that is read from its first event on, the state in a checkpoint is not asked for.
  checkpoint: z.looseObject({}),
  run_completed: stored,
  run_failed: z.looseObject({ error: text }),
  run_canceled: z.looseObject({ reason: text }),
}

/** What is wrong with the shape of an event; null where nothing is. `kindShapes` are those of its kind's own, by type. */
export function findWrongShape(
  event: RunEvent,
  kindShapes: Readonly<Record<string, z.ZodType>> = {},
): string | null {
  if (!time.safeParse(event.at).success) return 'at: not a time'
  const shapes: Readonly<Record<string, z.ZodType>> = isEngineEvent(event) ? SCHEMAS : kindShapes
  const parsed = Object.hasOwn(shapes, event.type) ? shapes[event.type]!.safeParse(event) : null
  return !parsed || parsed.success ? null : describeWrong(parsed.error)
}

/** The first thing that is wrong, by its place: `decision.confidence: …`. */
export function describeWrong({ issues }: z.ZodError): string {
  const { path, message } = issues[0]!
  return path.length > 0 ? `${path.join('.')}: ${message}` : message
}
