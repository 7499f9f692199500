/** `GET /runs/{id}/logs`, filtered and in pages, and `/logs/download` as a text file. */
import { createRoute, z } from '@hono/zod-openapi'
import { parseLogFilter, type LogFilter } from '../runs/log-filter.ts'
import type { LogEntry } from '../runs/state.ts'
import type { ApiDeps } from './api-env.ts'
import { describeLog, streamText } from './log-text.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import {
  failures,
  jsonAnswer,
  logEntrySchema,
  runParams,
  strictQuery,
  wholeNumber,
  type LogEntryBody,
} from './schemas.ts'

const DEFAULT_LIMIT = 500
const MAX_LIMIT = 5_000

/** Read by `parseLogFilter`, in its words. */
const filterFields = {
  severity: z.string().optional().meta({
    description: 'One severity: that and above. Several by commas: just these',
    example: 'WARN',
  }),
  source: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .meta({ description: 'Names by commas, or the parameter repeated', example: 'trader,tool' }),
  q: z.string().optional().meta({ description: 'A text in message or source; case does not matter' }),
}

const listLogs = createRoute({
  method: 'get',
  path: '/runs/{id}/logs',
  tags: ['Logs'],
  summary: 'Log entries in order, from after_seq on, filtered',
  request: {
    params: runParams,
    query: strictQuery({
      ...filterFields,
      after_seq: wholeNumber(0, Number.MAX_SAFE_INTEGER),
      limit: wholeNumber(1, MAX_LIMIT).meta({
        description: `Default ${DEFAULT_LIMIT}, at most ${MAX_LIMIT}`,
      }),
    }),
  },
  responses: {
    200: jsonAnswer(
      z.object({
        entries: z.array(logEntrySchema),
        next_after_seq: z.int().meta({
          description:
            'What to pass as after_seq to go on. Fewer entries than limit: the end, past all that was left out',
        }),
      }),
      'Entries',
    ),
    ...failures(400, 404),
  },
})

const downloadLog = createRoute({
  method: 'get',
  path: '/runs/{id}/logs/download',
  tags: ['Logs'],
  summary: 'The whole log as a text file, or what the filters leave of it',
  request: { params: runParams, query: strictQuery(filterFields) },
  responses: {
    200: { description: 'Log', content: { 'text/plain': { schema: z.string() } } },
    ...failures(400, 404),
  },
})

export function createLogRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(listLogs, async (c) => {
    const { id } = c.req.valid('param')
    const { after_seq: afterSeq = 0, limit = DEFAULT_LIMIT, ...asked } = c.req.valid('query')
    const page = await desk.readLog(id, { filter: readFilter(asked), afterSeq, limit })
    return c.json({ entries: page.entries.map(describeEntry), next_after_seq: page.nextAfterSeq }, 200)
  })
  routes.openapi(downloadLog, async (c) => {
    const { id } = c.req.valid('param')
    const filter = readFilter(c.req.valid('query'))
    const text = await streamText(describeLog(desk.summary(id), filter), desk.streamLog(id, filter))
    const headers = {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Disposition': `attachment; filename="${id}.log"`,
    }
    if (c.req.method !== 'HEAD') return c.body(text, 200, headers) as never
    // Nobody will read it: what it has open is closed.
    await text.cancel()
    return c.body(null, 200, headers) as never
  })
  return routes
}

function readFilter(asked: { severity?: string; source?: string | string[]; q?: string }): LogFilter {
  const sources = [asked.source ?? []].flat().flatMap((names) => names.split(','))
  // An empty parameter is what a form sends for a field that was left alone.
  return parseLogFilter({
    severity: asked.severity,
    sources: sources.every((name) => name === '') ? undefined : sources,
    q: asked.q,
  })
}

function describeEntry({ seq, ts, iso, severity, source, agent_id, message }: LogEntry): LogEntryBody {
  return { seq, ts, iso, severity, source, agent_id, message }
}
