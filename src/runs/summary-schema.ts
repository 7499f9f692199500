/** The shape of a stored summary, for one that comes from elsewhere: what lists and pages take for granted of a row. */
import { z } from 'zod'
import { isBatchId, isRunId, isTicker } from '../core/ids.ts'
import { RUN_KINDS } from './event.ts'
import { RUN_STATUSES } from './status.ts'
import type { Summary } from './summary.ts'
import { FILES_STATES } from './summary.ts'

const time = z.iso.datetime()
const text = z.string().max(100_000)
const count = z.number().min(0)

const shown = {
  run_id: z.string().refine(isRunId, 'not a run id'),
  batch_id: z.string().refine(isBatchId, 'not a batch id'),
  kind: z.enum(RUN_KINDS),
  ticker: z.string().refine(isTicker, 'not a ticker'),
  as_of: z.iso.date().nullable(),
  status: z.enum(RUN_STATUSES),
  overall_progress: z.number().min(0).max(100).nullable(),
  progress_message: text.nullable(),
  eta_seconds: count.nullable(),
  current_stage: text.nullable(),
  created_at: time,
  started_at: time.nullable(),
  updated_at: time,
  last_event_at: time,
  ended_at: time.nullable(),
  execution_ms: count,
  decision: z.object({ action: text, confidence: z.number().min(0).max(1) }).nullable(),
  error: text.nullable(),
}

/** What lists keep besides came with later versions: an older summary is without it. */
const kept = {
  usage: z.object({
    calls: count,
    input_tokens: count,
    output_tokens: count,
    cost_usd: count.nullable(),
  }),
  shape: text.nullable(),
  stats: z.record(z.string(), z.number().nullable()).nullable(),
  phases: z.record(z.string(), count),
  files: z.object({
    state: z.enum(FILES_STATES),
    since: time.nullable(),
    imported_at: time.nullable(),
  }),
}

export const summarySchema = z.object(shown).extend(z.object(kept).partial().shape) satisfies z.ZodType<
  Omit<Summary, keyof typeof kept> & Partial<Summary>
>
