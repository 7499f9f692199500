/** `POST /estimate`: what a launch would take, asked with the fields of the launch; starts nothing. */
import { createRoute, z } from '@hono/zod-openapi'
import { parseLaunchForm } from '../committee/launch-form.ts'
import { readFields } from '../core/request-body.ts'
import type { ApiDeps } from './api-env.ts'
import { describeLaunch } from './launch.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { FORM_ANSWERS, failures, jsonAnswer } from './schemas.ts'

const rangeSchema = z
  .object({ low: z.number(), typical: z.number(), high: z.number() })
  .openapi('EstimatedRange')

const estimateSchema = z
  .object({
    ticker: z.string(),
    basis: z.enum(['past', 'table']).meta({
      description:
        'Measured on finished runs of the same shape, or counted from a table of what each role asks',
    }),
    runs: z.int().meta({ description: 'Runs it was measured on' }),
    calls: rangeSchema,
    seconds: rangeSchema,
    tokens: rangeSchema.meta({ description: 'Read and written together' }),
    usd: rangeSchema.nullable().meta({ description: 'Null where the price of a model is unknown' }),
    unpriced: z
      .array(z.string())
      .meta({ description: 'Models that would be asked and whose price is unknown' }),
  })
  .openapi('Estimate')

const estimateLaunch = createRoute({
  method: 'post',
  path: '/estimate',
  tags: ['Launch'],
  summary: 'What a launch would take in time, tokens and USD; starts nothing',
  description:
    'Asked with the fields of the launch, and refused like it for models that cannot be used. The market is not asked: whether a ticker exists, or has bars at the date, only the launch finds out.',
  request: describeLaunch('company_symbols'),
  responses: {
    200: jsonAnswer(z.array(estimateSchema), 'One for each ticker'),
    ...FORM_ANSWERS,
    ...failures(400, 403, 413, 415),
  },
})

export function createEstimateRoutes({ estimate, launchBounds }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(estimateLaunch, async (c) => {
    const inputs = parseLaunchForm(await readFields(c.req.raw), launchBounds)
    const estimates = await estimate(inputs)
    return c.json(
      estimates.map(({ shape: _shape, needs: _needs, ...shown }, index) => ({
        ticker: inputs[index]!.ticker,
        ...shown,
      })),
      200,
    )
  })
  return routes
}
