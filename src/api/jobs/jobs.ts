/** `/jobs`: the lab's runs for clients that know jobs: launch, list, look, cancel. */
import { createRoute, z } from '@hono/zod-openapi'
import { InputError, NotFoundError, quote } from '../../core/errors.ts'
import { suggestName } from '../../core/nearest.ts'
import { readFields } from '../../core/request-body.ts'
import { isJobKind, JOB_INPUTS, JOB_KINDS, parseJobKind, type JobKind } from '../../lab/job-inputs.ts'
import type { LabState } from '../../lab/lab-state.ts'
import type { Summary } from '../../runs/summary.ts'
import type { ApiDeps } from '../api-env.ts'
import { createRoutes, type ApiRoutes } from '../routes.ts'
import { describeFields, failures, jsonAnswer, runParams, strictQuery, wholeNumber } from '../schemas.ts'
import { describeJob, JOB_STATES, jobSchema, statusesOf, type Job } from './job.ts'
import { readJobResult } from './job-result.ts'

/** Longer files come by `POST /series`. */
const MAX_CSV_LENGTH = 4 * 1_024 * 1_024
const CSV = {
  type: 'string',
  description:
    'The text of a price file in place of ticker; longer ones, and several jobs on one, by POST /series',
}

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 500

const launchJob = createRoute({
  method: 'post',
  path: '/jobs',
  tags: ['Jobs'],
  summary: 'Launch a backtest, an optimisation, a walk-forward analysis or a training',
  request: describeFields({ oneOf: JOB_KINDS.map(describeInput) }),
  responses: {
    202: jsonAnswer(z.object({ job_id: z.string(), run_id: z.string() }), 'Launched; both name the same run'),
    ...failures(400, 403, 413, 415, 429),
  },
})

const listJobs = createRoute({
  method: 'get',
  path: '/jobs',
  tags: ['Jobs'],
  summary: 'Jobs, newest first',
  request: {
    query: strictQuery({
      state: z
        .string()
        .optional()
        .meta({ description: `One or more of ${JOB_STATES.join(', ')}, by commas` }),
      kind: z
        .string()
        .optional()
        .meta({ description: `One or more of ${JOB_KINDS.join(', ')}, by commas` }),
      after: z.string().optional().meta({ description: 'A job id: only what comes after it' }),
      limit: wholeNumber(1, MAX_LIMIT).meta({
        description: `Default ${DEFAULT_LIMIT}, at most ${MAX_LIMIT}`,
      }),
    }),
  },
  responses: { 200: jsonAnswer(z.array(jobSchema), 'Jobs, their results left out'), ...failures(400) },
})

const showJob = createRoute({
  method: 'get',
  path: '/jobs/{id}',
  tags: ['Jobs'],
  summary: 'A job with what it has found so far',
  request: { params: runParams },
  responses: { 200: jsonAnswer(jobSchema, 'The job'), ...failures(400, 404) },
})

const cancelJob = createRoute({
  method: 'post',
  path: '/jobs/{id}/cancel',
  tags: ['Jobs'],
  summary: 'Cancel a job; what it has found stays, and again is fine',
  request: { params: runParams },
  responses: { 202: jsonAnswer(jobSchema, 'Accepted'), ...failures(400, 403, 404, 409) },
})

export function createJobRoutes({ desk, lab, series }: ApiDeps): ApiRoutes {
  const routes = createRoutes()

  async function show(summary: Summary): Promise<Job> {
    return describeJob(summary, await desk.folder(summary.run_id), await readResult(summary))
  }

  /** Null also where the files that held it are pruned. */
  async function readResult({ run_id, kind, files }: Summary): Promise<Job['result']> {
    if (files.state === 'pruned' || files.state === 'gone') return null
    const { data } = await desk.state(run_id)
    return readJobResult(kind as JobKind, data as LabState, () => lab.result(run_id))
  }

  routes.openapi(launchJob, async (c) => {
    const { kind, ...fields } = await readFields(c.req.raw, { longFields: { csv: MAX_CSV_LENGTH } })
    const known = parseJobKind(kind)
    const input = await takeInCsv(fields, c.req.raw.signal)
    const { runs } = await desk.launch([{ kind: known, input }])
    const { run_id } = runs[0]!
    return c.json({ job_id: run_id, run_id }, 202)
  })

  routes.openapi(listJobs, async (c) => {
    const { state, kind, after, limit = DEFAULT_LIMIT } = c.req.valid('query')
    const kinds = listWords('kind', kind, JOB_KINDS)
    const { runs, next } = desk.list({
      kind: kinds.length > 0 ? kinds : JOB_KINDS,
      ...(state && { status: statusesOf(listWords('state', state, JOB_STATES)) }),
      ...(after && { after }),
      limit,
    })
    if (next !== null) {
      const url = new URL(c.req.url)
      url.searchParams.set('after', next)
      c.header('Link', `<${url.pathname}${url.search}>; rel="next"`)
    }
    const jobs = runs.map(async (run) => describeJob(run, await desk.folder(run.run_id), null))
    return c.json(await Promise.all(jobs), 200)
  })

  routes.openapi(showJob, async (c) => c.json(await show(findJob(c.req.valid('param').id)), 200))

  routes.openapi(cancelJob, async (c) => {
    const { run_id } = findJob(c.req.valid('param').id)
    return c.json(await show(await desk.cancel(run_id)), 202)
  })
  return routes

  /** Prices that are sent along become an import, so that the journal names them by their hash. */
  async function takeInCsv(
    { csv, ...input }: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    if (csv === undefined) return input
    if (typeof csv !== 'string')
      throw new InputError('csv', `csv is ${quote(csv)}; allowed: the text of a price file`)
    if (input.imported !== undefined) throw new InputError('csv', 'csv: give csv or imported, not both')
    const name = typeof input.ticker === 'string' ? `${input.ticker}.csv` : null
    const { series: imported } = await series.importCsv(textOf(csv), { name: () => name, signal })
    return { ...input, imported }
  }

  function findJob(id: string): Summary {
    const summary = desk.summary(id)
    if (!isJobKind(summary.kind))
      throw new NotFoundError(`run ${id} is no job: it is of kind ${summary.kind}`)
    return summary
  }
}

async function* textOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text)
}

function listWords<Word extends string>(
  field: string,
  text: string | undefined,
  words: readonly Word[],
): Word[] {
  const asked = (text ?? '').split(',').filter((word) => word.trim() !== '')
  return asked.map((typed) => {
    const word = words.find((one) => one.toLowerCase() === typed.trim().toLowerCase())
    if (!word) throw new InputError(field, `${field} is ${quote(typed)}; ${suggestName(typed, words)}`)
    return word
  })
}

/** Reading and refusing the fields is the workflow's. */
function describeInput(kind: JobKind) {
  const described = z.toJSONSchema(JOB_INPUTS[kind], { io: 'input', unrepresentable: 'any' }) as {
    properties: Record<string, object>
    required?: string[]
  }
  return {
    type: 'object' as const,
    properties: { kind: { const: kind }, ...described.properties, csv: CSV },
    required: ['kind', ...(described.required ?? [])],
    additionalProperties: false,
  }
}
