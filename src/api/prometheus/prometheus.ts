/** `GET /metrics`: the desk and its process in Prometheus' text format. What writes it is loaded when first asked. */
import { createRoute, z } from '@hono/zod-openapi'
import { loadOnce } from '../../core/load-once.ts'
import type { ApiDeps } from '../api-env.ts'
import { createRoutes, type ApiRoutes } from '../routes.ts'
import { failures } from '../schemas.ts'
import { countSinceStart } from './since-start.ts'

const EXAMPLE = `# HELP rundesk_queue_running Runs at work
# TYPE rundesk_queue_running gauge
rundesk_queue_running 2
`

const showMetrics = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['Metrics'],
  summary: 'The desk and its process, for Prometheus',
  responses: {
    200: {
      description: 'Text format 0.0.4',
      content: { 'text/plain': { schema: z.string(), example: EXAMPLE } },
    },
    ...failures(),
  },
})

export function createPrometheusRoutes(deps: ApiDeps): ApiRoutes {
  const sinceStart = countSinceStart(deps.desk.feed, deps.shutdown)
  const load = loadOnce(async () => {
    const { createRegistry } = await import('./registry.ts')
    return createRegistry(deps, sinceStart)
  })
  const routes = createRoutes()
  routes.openapi(showMetrics, async (c) => {
    const registry = await load()
    return c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }) as never
  })
  return routes
}
