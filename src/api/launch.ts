/** `POST /start-multi` and `POST /start-process`: launches as JSON or as a form, all of them or none. */
import { createRoute, z } from '@hono/zod-openapi'
import { assessmentLaunchSchema, parseLaunchForm } from '../committee/launch-form.ts'
import { InputError } from '../core/errors.ts'
import { readFields } from '../core/request-body.ts'
import { RUN_STATUSES } from '../runs/status.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { FORM_ANSWERS, describeFields, failures, jsonAnswer } from './schemas.ts'

const launchedSchema = z
  .object({
    batch_id: z.string(),
    runs: z.array(z.object({ run_id: z.string(), ticker: z.string(), status: z.enum(RUN_STATUSES) })),
  })
  .openapi('Launched')

const startMulti = createRoute({
  method: 'post',
  path: '/start-multi',
  tags: ['Launch'],
  summary: 'Launch an assessment of each ticker, all or none',
  request: describeLaunch('company_symbols'),
  responses: {
    202: jsonAnswer(launchedSchema, 'Launched'),
    ...FORM_ANSWERS,
    ...failures(400, 403, 413, 415, 429),
  },
})

const startProcess = createRoute({
  method: 'post',
  path: '/start-process',
  tags: ['Launch'],
  summary: 'Launch an assessment of one ticker (for older clients)',
  request: describeLaunch('company_symbol'),
  responses: {
    202: jsonAnswer(z.object({ run_id: z.string() }), 'Launched'),
    ...failures(400, 403, 413, 415, 429),
  },
})

export function createLaunchRoutes({ desk, launchBounds }: ApiDeps): ApiRoutes {
  const routes = createRoutes()

  async function launch(fields: Record<string, unknown>, symbolsField: string) {
    const inputs = parseLaunchForm(fields, { ...launchBounds, symbolsField })
    if (symbolsField === 'company_symbol' && inputs.length > 1) {
      throw new InputError(symbolsField, `${symbolsField} names ${inputs.length} tickers; it takes one`)
    }
    return desk.launch(inputs.map((input) => ({ kind: 'assessment', input })))
  }

  routes.openapi(startMulti, async (c) => {
    const { batch_id, runs } = await launch(await readFields(c.req.raw), 'company_symbols')
    return c.json(
      { batch_id, runs: runs.map(({ run_id, ticker, status }) => ({ run_id, ticker, status })) },
      202,
    )
  })
  routes.openapi(startProcess, async (c) => {
    const { runs } = await launch(await readFields(c.req.raw), 'company_symbol')
    return c.json({ run_id: runs[0]!.run_id }, 202)
  })
  return routes
}

/** Reading and refusing the fields is `parseLaunchForm`'s. */
export function describeLaunch(symbolsField: string) {
  const schema = z.toJSONSchema(assessmentLaunchSchema, { io: 'input', unrepresentable: 'any' }) as {
    properties: Record<string, object>
  }
  const { company_symbols, ...others } = schema.properties
  return describeFields({
    type: 'object' as const,
    properties: { [symbolsField]: company_symbols!, ...others },
    required: [symbolsField],
    additionalProperties: false,
  })
}
