/**
 * The fields of what is told of a run in JSON, the same over HTTP and over sockets: its summary, a node of its tree, a line
 * of its log. How strictly they are held to, and what they are called in a documentation, is left to the doors.
 */
import { z } from 'zod'
import { NODE_STATUSES, NODE_TYPES, RUN_KINDS, SEVERITIES } from './event.ts'
import type { LogEntry, NestedNode } from './state.ts'
import { RUN_STATUSES } from './status.ts'
import type { PublicSummary } from './summary.ts'

type FieldsOf<Shape> = { readonly [Name in keyof Shape]: z.ZodType<Shape[Name]> }

const time = z.iso.datetime()

export const summaryFields = {
  run_id: z.string(),
  batch_id: z.string(),
  kind: z.enum(RUN_KINDS),
  ticker: z.string(),
  as_of: z.string().nullable(),
  status: z.enum(RUN_STATUSES),
  overall_progress: z.int().min(0).max(100).nullable(),
  progress_message: z.string().nullable(),
  eta_seconds: z.number().nullable(),
  current_stage: z.string().nullable(),
  created_at: time,
  started_at: time.nullable(),
  updated_at: time,
  last_event_at: time,
  ended_at: time.nullable(),
  execution_ms: z.number(),
  decision: z.object({ action: z.string(), confidence: z.number() }).nullable(),
  error: z.string().nullable(),
} satisfies FieldsOf<PublicSummary>

/** Without the nodes below it. */
export const nodeFields = {
  id: z.string(),
  label: z.string(),
  node_type: z.enum(NODE_TYPES),
  status: z.enum(NODE_STATUSES),
  started_at: time.nullable(),
  ended_at: time.nullable(),
  duration_ms: z.number().nullable(),
  reason: z.string().nullable(),
} satisfies FieldsOf<Omit<NestedNode, 'children'>>

export const logEntryFields = {
  seq: z.int().min(1),
  ts: z.number().meta({ description: 'milliseconds since the epoch' }),
  iso: time,
  severity: z.enum(SEVERITIES),
  source: z.string(),
  agent_id: z.string().nullable(),
  message: z.string(),
} satisfies FieldsOf<Omit<LogEntry, 'key'>>
