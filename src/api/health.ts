/** `GET /healthz` (the process answers) and `GET /readyz` (its runs are resumed and accepted). Open, without detail. */
import { createRoute, z } from '@hono/zod-openapi'
import { RefusedError } from '../core/http-error.ts'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { jsonAnswer, openFailures } from './schemas.ts'

const statusSchema = z.object({ status: z.string() })

const health = createRoute({
  method: 'get',
  path: '/healthz',
  tags: ['Health'],
  summary: 'The process answers',
  responses: { 200: jsonAnswer(statusSchema, 'It does') },
})
const readiness = createRoute({
  method: 'get',
  path: '/readyz',
  tags: ['Health'],
  summary: 'Runs are resumed and accepted',
  responses: { 200: jsonAnswer(statusSchema, 'They are'), ...openFailures(503) },
})

export function createHealthRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(health, (c) => c.json({ status: 'ok' }, 200))
  routes.openapi(readiness, (c) => {
    if (!desk.ready) throw new RefusedError(503, 'not ready')
    return c.json({ status: 'ready' }, 200)
  })
  return routes
}
