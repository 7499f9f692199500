/** The shape of a stored summary, for one that comes from elsewhere: what lists and pages take for granted of a row. */
import { z } from 'zod'
import { isBatchId, isRunId, isTicker } from '../core/ids.ts'
import { RUN_KINDS } from './event.ts'
import { RUN_STATUSES } from './status.ts'
import type { Summary } from './summary.ts'
import { FILES_STATES } from './summary.ts'

const time = z.iso.datetime()
const text = z.string().max(100_000)
/** Far above anything that a run could come to; sums over many runs stay numbers all the same. */
const count = z.number().min(0).max(1e12)
const usd = z.number().min(0).max(1e6)

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
    cost_usd: usd.nullable(),
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

/** How far the clocks of two desks may be apart. */
const CLOCK_SKEW_MS = 5 * 60_000

/** What is wrong with the times of a run that has ended; null where they follow each other and none lies ahead of `now`. */
export function findWrongTimes(summary: z.infer<typeof summarySchema>, now: string): string | null {
  const { created_at, started_at, last_event_at, updated_at, ended_at, execution_ms } = summary
  if (ended_at === null) return 'ended_at is missing'
  let before = { name: 'created_at', at: created_at }
  for (const [name, at] of Object.entries({ started_at, last_event_at, updated_at, ended_at })) {
    if (at === null) continue
    if (Date.parse(at) < Date.parse(before.at)) return `${name} ${at} is before ${before.name} ${before.at}`
    before = { name, at }
  }
  if (Date.parse(ended_at) > Date.parse(now) + CLOCK_SKEW_MS) return `ended_at ${ended_at} is yet to come`
  const workedAtMost = started_at === null ? 0 : Date.parse(ended_at) - Date.parse(started_at)
  return execution_ms > workedAtMost
    ? `execution_ms ${execution_ms} is more than passed from its start to its end`
    : null
}

export const summarySchema = z.object(shown).extend(z.object(kept).partial().shape) satisfies z.ZodType<
  Omit<Summary, keyof typeof kept> & Partial<Summary>
>
