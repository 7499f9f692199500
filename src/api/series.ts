/** `/series`: price files brought in, for jobs that name them by their hash. */
import { createRoute, z } from '@hono/zod-openapi'
import { CSV_FIELD, CSV_TYPE, readCsvUpload } from '../lab/csv-upload.ts'
import { importedFactsSchema } from '../lab/series-facts.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { failures, jsonAnswer, strictQuery } from './schemas.ts'

const seriesId = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'not the hash of a series: 64 hexadecimal digits')
  .meta({ description: 'SHA-256 of the bars' })

const listing = z.object({ series: seriesId, ...importedFactsSchema.shape }).openapi('ImportedSeries')
const params = z.object({ id: seriesId })
const binary = { schema: { type: 'string' as const, format: 'binary' } }

const importSeries = createRoute({
  method: 'post',
  path: '/series',
  tags: ['Prices'],
  summary: 'Bring in a price file',
  description:
    'Date, Open, High, Low, Close and, where there are, Adj Close and Volume, in any order; as Yahoo, Stooq, TradingView and MetaTrader export them. What is mended is said by line; what cannot be is refused by line. The same bars twice are one series.',
  request: {
    query: strictQuery({
      name: z
        .string()
        .max(200)
        .optional()
        .meta({ description: 'What the file is called; its ticker is told from it' }),
    }),
    body: {
      content: {
        [CSV_TYPE]: binary,
        'multipart/form-data': {
          schema: {
            type: 'object' as const,
            properties: { [CSV_FIELD]: binary.schema },
            required: [CSV_FIELD],
          },
        },
      },
    },
  },
  responses: { 201: jsonAnswer(listing, 'Brought in'), ...failures(400, 403, 409, 413, 415, 429) },
})

const listSeries = createRoute({
  method: 'get',
  path: '/series',
  tags: ['Prices'],
  summary: 'Series that were brought in, newest first',
  responses: { 200: jsonAnswer(z.array(listing), 'Series'), ...failures() },
})

const showSeries = createRoute({
  method: 'get',
  path: '/series/{id}',
  tags: ['Prices'],
  summary: 'What is told of a series',
  request: { params },
  responses: { 200: jsonAnswer(listing, 'The series'), ...failures(400, 404) },
})

const removeSeries = createRoute({
  method: 'delete',
  path: '/series/{id}',
  tags: ['Prices'],
  summary: 'Forget a series; runs keep the bars they have begun with',
  request: { params },
  responses: { 204: { description: 'Forgotten' }, ...failures(400, 403, 404) },
})

export function createSeriesRoutes({ series }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(importSeries, async (c) => {
    const upload = readCsvUpload(c.req.raw)
    const named = c.req.valid('query').name
    const brought = await series.importCsv(upload.bytes, {
      name: () => named || upload.fileName(),
      signal: c.req.raw.signal,
    })
    return c.json(brought, 201)
  })
  routes.openapi(listSeries, async (c) => c.json(await series.list(), 200))
  routes.openapi(showSeries, async (c) => c.json(await series.describe(c.req.valid('param').id), 200))
  routes.openapi(removeSeries, async (c) => {
    await series.remove(c.req.valid('param').id)
    return c.body(null, 204)
  })
  return routes
}
