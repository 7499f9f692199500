/** `GET /metrics/runs`: how many runs there are, and how long they and their phases take. */
import { createRoute, z } from '@hono/zod-openapi'
import type { Spread } from '../core/samples.ts'
import type { RunDesk } from '../runs/desk.ts'
import { RUN_KINDS } from '../runs/event.ts'
import { ENDED_STATUSES } from '../runs/run-metrics.ts'
import { RUN_STATUSES } from '../runs/status.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, jsonAnswer } from './schemas.ts'

const ms = z.number().nullable()
const spreadShape = {
  n: z.int().meta({ description: 'How many there were' }),
  average_ms: ms.meta({ description: 'Null where there was none' }),
  p50_ms: ms,
  p95_ms: ms,
}
const spreadSchema = z.object(spreadShape).openapi('Durations')
const countsSchema = z.record(z.enum(RUN_STATUSES), z.int())

const phaseSchema = z
  .object({ kind: z.enum(RUN_KINDS), id: z.string(), label: z.string(), ...spreadShape })
  .openapi('PhaseDurations')

const metricsSchema = z
  .object({
    runs: z.object({
      total: z.int(),
      by_status: countsSchema,
      by_kind: z.partialRecord(z.enum(RUN_KINDS), countsSchema),
    }),
    duration: spreadSchema,
    duration_by_status: z.record(z.enum(ENDED_STATUSES), spreadSchema),
    phases: z.array(phaseSchema),
  })
  .openapi('RunMetrics')

const showMetrics = createRoute({
  method: 'get',
  path: '/metrics/runs',
  tags: ['Metrics'],
  summary: 'Counts of runs, and how long they and their phases take',
  description: `Over every run there ever was, also those whose files are gone. Times are of work, in milliseconds, without waiting, pauses and
the time the server was down; percentiles by nearest rank. A duration is of each run that began and has ended, however it
ended; a phase in which a run failed or was canceled counts up to that moment, and one that rests on steps of another run
does not count.`,
  responses: { 200: jsonAnswer(metricsSchema, 'Counts and durations'), ...failures() },
})

export function createRunMetricsRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(showMetrics, (c) => c.json(describeMetrics(desk), 200))
  return routes
}

function describeMetrics(desk: Pick<RunDesk, 'metrics' | 'workflows'>): z.infer<typeof metricsSchema> {
  const { total, by_status, by_kind, duration, duration_by_status, phases } = desk.metrics()
  const order = orderPhases(desk)
  const described = phases.map(({ kind, id, spread }) => {
    const label = desk.workflows.get(kind)?.phases?.[id] ?? id
    return { kind, id, label, ...describeSpread(spread) }
  })
  return {
    runs: { total, by_status, by_kind },
    duration: describeSpread(duration),
    duration_by_status: {
      completed: describeSpread(duration_by_status.completed),
      error: describeSpread(duration_by_status.error),
      canceled: describeSpread(duration_by_status.canceled),
    },
    phases: described.sort((a, b) => order(a.kind, a.id) - order(b.kind, b.id) || (a.id < b.id ? -1 : 1)),
  }
}

/** As the workflows name them; what they do not name comes last. */
function orderPhases({ workflows }: Pick<RunDesk, 'workflows'>): (kind: string, id: string) => number {
  const named = [...workflows].flatMap(([kind, { phases = {} }]) =>
    Object.keys(phases).map((id) => `${kind} ${id}`),
  )
  return (kind, id) => {
    const place = named.indexOf(`${kind} ${id}`)
    return place < 0 ? named.length : place
  }
}

function describeSpread({ n, average, p50, p95 }: Spread) {
  return { n, average_ms: average, p50_ms: p50, p95_ms: p95 }
}
