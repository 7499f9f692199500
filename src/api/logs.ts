/** `GET /runs/{id}/logs` in pages, and `/logs/download` as a text file. */
import { createRoute, z } from '@hono/zod-openapi'
import type { RunDesk } from '../runs/desk.ts'
import { collectLog } from '../runs/log-view.ts'
import type { LogEntry } from '../runs/state.ts'
import type { ApiDeps } from './api-env.ts'
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

const listLogs = createRoute({
  method: 'get',
  path: '/runs/{id}/logs',
  tags: ['Logs'],
  summary: 'Log entries in order, from after_seq on',
  request: {
    params: runParams,
    query: strictQuery({
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
        next_after_seq: z.int().meta({ description: 'What to pass as after_seq to go on' }),
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
  summary: 'The whole log as a text file',
  request: { params: runParams },
  responses: {
    200: { description: 'Log', content: { 'text/plain': { schema: z.string() } } },
    ...failures(400, 404),
  },
})

export function createLogRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(listLogs, async (c) => {
    const { id } = c.req.valid('param')
    const { after_seq = 0, limit = DEFAULT_LIMIT } = c.req.valid('query')
    const entries = (await readLog(desk, id, after_seq)).slice(0, limit).map(describeEntry)
    return c.json({ entries, next_after_seq: entries.at(-1)?.seq ?? after_seq }, 200)
  })
  routes.openapi(downloadLog, async (c) => {
    const { id } = c.req.valid('param')
    const lines = (await readLog(desk, id, 0)).map(formatEntry)
    return c.text(lines.join(''), 200, { 'Content-Disposition': `attachment; filename="${id}.log"` })
  })
  return routes
}

/** Entries after `afterSeq`: from memory where it reaches back far enough, else from the journal. */
async function readLog(desk: RunDesk, runId: string, afterSeq: number): Promise<LogEntry[]> {
  const { log } = await desk.state(runId)
  const kept = log.entries.filter((entry) => entry.seq > afterSeq)
  const isComplete = kept.length === Math.max(0, log.last_seq - afterSeq)
  if (isComplete) return kept
  const all = await collectLog(desk.events(runId))
  return all.filter((entry) => entry.seq > afterSeq)
}

function describeEntry({ seq, ts, iso, severity, source, agent_id, message }: LogEntry): LogEntryBody {
  return { seq, ts, iso, severity, source, agent_id, message }
}

function formatEntry({ iso, severity, source, message }: LogEntry): string {
  return `${iso} ${severity.padEnd(5)} ${source}: ${message.replaceAll('\n', '\n    ')}\n`
}
