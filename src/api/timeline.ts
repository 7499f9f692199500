/** `GET /runs/{id}/timeline`: how a run's time was spent, by agent and tool, and its critical path. */
import { createRoute, z } from '@hono/zod-openapi'
import { toIso } from '../core/clock.ts'
import { NODE_STATUSES, NODE_TYPES } from '../runs/event.ts'
import { computePhaseTotals } from '../runs/phase-totals.ts'
import { MOMENTS } from '../runs/run-history.ts'
import type { RunState } from '../runs/state.ts'
import { computeTimeline, SEGMENT_KINDS } from '../runs/timeline.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, jsonAnswer, runParams } from './schemas.ts'

const time = z.iso.datetime()
const kind = z.enum(SEGMENT_KINDS)
const segment = z.object({ from: time, to: time, kind })
const spent = z
  .object({
    queue: z.number(),
    permit: z.number(),
    back_off: z.number(),
    run: z.number(),
    paused: z.number(),
    down: z.number(),
  })
  .meta({ description: 'Milliseconds by kind' })

const timelineSchema = z
  .object({
    run_id: z.string(),
    from: time.meta({ description: 'Launch' }),
    to: time.meta({ description: 'End; of a run that has not ended, now' }),
    has_ended: z.boolean(),
    moments: z.array(
      z.object({ what: z.enum(MOMENTS), at: time, reason: z.string().nullable(), last_at: time.optional() }),
    ),
    segments: z.array(segment).meta({ description: "The run's own line, from launch to end without a gap" }),
    shares: spent.meta({ description: 'Milliseconds by kind; together the time from launch to end' }),
    rows: z
      .array(
        z.object({
          node_id: z.string(),
          parent_id: z.string().nullable(),
          label: z.string(),
          node_type: z.enum(NODE_TYPES),
          status: z.enum(NODE_STATUSES),
          reused: z.boolean(),
          segments: z.array(segment.extend({ critical: z.boolean() })),
          spent,
        }),
      )
      .meta({ description: 'Agents, each followed by its tools' }),
    phases: z.array(
      z.object({
        node_id: z.string(),
        label: z.string(),
        wall_ms: z.number().nullable(),
        work_ms: z.number(),
        permit_ms: z.number(),
        back_off_ms: z.number(),
        waits: z.int(),
        calls: z.int(),
        input_tokens: z.int(),
        output_tokens: z.int(),
        cost_usd: z.number().nullable(),
      }),
    ),
    critical_path: z
      .object({
        ms: z.number(),
        waited_ms: z.number(),
        turns: z.array(z.object({ key: z.string(), node_id: z.string().nullable(), from: time, to: time })),
      })
      .meta({
        description:
          'Read backwards from the turn that ended last: before each stands the one that ended last among those that had ended when it began',
      }),
  })
  .openapi('Timeline')

const showTimeline = createRoute({
  method: 'get',
  path: '/runs/{id}/timeline',
  tags: ['Runs'],
  summary: "Where a run's time went: queue, waits, work, pauses; by agent and tool",
  request: { params: runParams },
  responses: { 200: jsonAnswer(timelineSchema, 'Timeline'), ...failures(400, 404) },
})

export function createTimelineRoutes({ desk, clock }: Pick<ApiDeps, 'desk' | 'clock'>): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(showTimeline, async (c) => {
    const state = await desk.state(c.req.valid('param').id)
    return c.json(describeTimeline(state, clock.now()), 200)
  })
  return routes
}

function describeTimeline(state: RunState, now: number): z.infer<typeof timelineSchema> {
  const timeline = computeTimeline(state, now)
  const { from, to, hasEnded, run, rows, shares, critical } = timeline
  return {
    run_id: state.run_id,
    ...span({ from, to }),
    has_ended: hasEnded,
    moments: state.history.moments,
    segments: run.map((one) => ({ ...span(one), kind: one.kind })),
    shares,
    rows: rows.map(({ segments, isReused, ...row }) => ({
      ...row,
      reused: isReused,
      segments: segments.map((one) => ({ ...span(one), kind: one.kind, critical: one.isCritical })),
    })),
    phases: computePhaseTotals(state, timeline).map(({ usage, ...totals }) => ({ ...totals, ...usage })),
    critical_path: {
      ...{ ms: critical.ms, waited_ms: critical.waitedMs },
      turns: critical.turns.map(({ key, node_id, ...turn }) => ({ key, node_id, ...span(turn) })),
    },
  }
}

function span({ from, to }: { from: number; to: number }): { from: string; to: string } {
  return { from: toIso(from), to: toIso(to) }
}
