/** What becomes of the files of ended runs: what pruning would do, and doing it. */
import { createRoute, z } from '@hono/zod-openapi'
import { KEPT_BECAUSE, KEPT_WORDS, type PrunePreview, type PruneReport } from '../runs/prune-report.ts'
import { RUN_STATUSES } from '../runs/status.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, FORM_ANSWERS, jsonAnswer } from './schemas.ts'

const bytes = z.int().min(0)

const named = {
  run_id: z.string(),
  ticker: z.string(),
  status: z.enum(RUN_STATUSES),
  ended_at: z.string().nullable(),
}
const prunedSchema = z
  .object({
    ...named,
    reason: z.string().meta({ description: 'Why its files go' }),
    bytes: bytes.meta({ description: 'What that frees' }),
  })
  .openapi('PrunedRun')
const keptSchema = z
  .object({
    ...named,
    reason: z.string().meta({ description: 'Why its files would go' }),
    kept_because: z.enum(KEPT_BECAUSE).meta({
      description: KEPT_BECAUSE.map((need) => `${need}: ${KEPT_WORDS[need]}`).join('; '),
    }),
  })
  .openapi('KeptRun')
const toPack = { run_id: z.string(), ticker: z.string(), ended_at: z.string().nullable(), bytes }

const previewSchema = z
  .object({
    at: z.iso.datetime(),
    settings: z.object({
      max_per_ticker: z.int(),
      max_age_days: z.int().meta({ description: '0: nothing is ever deleted' }),
      pack_after_hours: z.number(),
      interval_seconds: z.number(),
    }),
    due: z.array(prunedSchema),
    kept: z.array(keptSchema),
    to_pack: z.array(z.object(toPack).openapi('RunToPack')),
    freed_bytes: bytes.meta({ description: 'What pruning would free' }),
    pack_bytes: bytes.meta({ description: 'What would be packed' }),
  })
  .openapi('PrunePreview') satisfies z.ZodType<PrunePreview>

const reportSchema = z
  .object({
    at: z.iso.datetime(),
    pruned: z.array(prunedSchema),
    kept: z.array(keptSchema),
    packed: z.array(z.object({ ...toPack, packed_bytes: bytes }).openapi('PackedRun')),
    failed: z.array(
      z.object({
        run_id: z.string(),
        ticker: z.string(),
        action: z.enum(['prune', 'pack']),
        error: z.string(),
      }),
    ),
    freed_bytes: bytes,
    saved_bytes: z.int().meta({ description: 'By packing' }),
  })
  .openapi('PruneReport') satisfies z.ZodType<PruneReport>

const show = createRoute({
  method: 'get',
  path: '/retention',
  tags: ['Retention'],
  summary: 'Which files of ended runs would be pruned or packed now, and why',
  responses: { 200: jsonAnswer(previewSchema, 'Preview'), ...failures() },
})

const prune = createRoute({
  method: 'post',
  path: '/retention/prune',
  tags: ['Retention'],
  summary: 'Prune and pack what is due now',
  description:
    'Deletes the files of the runs that GET /retention names as due, but for manifest and decision. A form of a page is answered 303 to /system#retention.',
  responses: {
    200: jsonAnswer(reportSchema, 'What was done'),
    303: FORM_ANSWERS[303],
    ...failures(403),
  },
})

export function createRetentionRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(show, async (c) => c.json(await desk.previewPrune(), 200))
  routes.openapi(prune, async (c) => c.json(await desk.prune(), 200))
  return routes
}
