/**
 * The JSON side of the desk: the routes of every resource and the document that describes them. Knows nothing of
 * pages; guards stand in front of it where it is mounted.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { refuseUnrouted } from '../core/allowed-methods.ts'
import { describeFailure, RefusedError } from '../core/http-error.ts'
import { createActionRoutes } from './actions.ts'
import type { ApiDeps, ApiEnv } from './api-env.ts'
import { createBundleRoutes } from './bundles.ts'
import { createConcurrencyRoutes } from './concurrency.ts'
import { createDecisionRoutes } from './decision.ts'
import { createEstimateRoutes } from './estimate.ts'
import { createEventRoutes } from './events.ts'
import { createHealthRoutes } from './health.ts'
import { createJobExportRoutes } from './jobs/exports.ts'
import { createJobRoutes } from './jobs/jobs.ts'
import { createLaunchRoutes } from './launch.ts'
import { createLogRoutes } from './logs.ts'
import { nameOperations } from './operation-ids.ts'
import { createPrometheusRoutes } from './prometheus/prometheus.ts'
import { createRetentionRoutes } from './retention.ts'
import { createRoutes } from './routes.ts'
import { createRunMetricsRoutes } from './run-metrics.ts'
import { createRunRoutes } from './run.ts'
import { createRunsRoutes } from './runs.ts'
import { createSeriesRoutes } from './series.ts'
import { createBackgroundRunRoutes } from './trading/background-runs.ts'
import { createTradingStreamRoutes } from './trading/run-stream.ts'
import { createTimelineRoutes } from './timeline.ts'

export interface Api {
  /** Answers by itself, or mounted with `app.route('/', api.routes)`. */
  readonly routes: OpenAPIHono<ApiEnv>
  /** The OpenAPI 3.1 document, as `/openapi.json` answers it. */
  readonly document: object
}

const DESCRIPTION = `Durable assessments: launch, follow, read. Every error is {"error": "message"}.

Before any route is asked, a request may be refused: 403 for a Host that is not this one's, 401 where nobody is signed in (a browser
is sent to /login with 303), 403 for a change or a stream that another site asks for, 405 with Allow where an address
answers other methods, 413 for a body and 414 for a URL that is too long.

/runs and what is below it, /verdicts, and /start-multi, answer a page or a redirect where Accept prefers text/html.`

export function createApi(deps: ApiDeps): Api {
  const routes = createRoutes()
  const resources = [
    createHealthRoutes,
    createLaunchRoutes,
    createEstimateRoutes,
    createRunsRoutes,
    createRunRoutes,
    createTimelineRoutes,
    createDecisionRoutes,
    createLogRoutes,
    createEventRoutes,
    createActionRoutes,
    createConcurrencyRoutes,
    createBundleRoutes,
    createRetentionRoutes,
    createRunMetricsRoutes,
    createPrometheusRoutes,
    createBackgroundRunRoutes,
    createTradingStreamRoutes,
    createJobRoutes,
    createJobExportRoutes,
    createSeriesRoutes,
  ]
  for (const create of resources) routes.route('/', create(deps))

  const document = nameOperations(
    routes.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Rundesk',
        version: deps.version,
        description: DESCRIPTION,
      },
    }),
  )
  routes.get('/openapi.json', (c) => c.json(document))

  routes.notFound((c) => {
    throw refuseUnrouted(routes.router, c.req.method, c.req.path)
  })
  routes.onError((error, c) => {
    const failure = describeFailure(error instanceof HTTPException ? describeException(error) : error)
    if (failure.isFault)
      deps.log.error({ err: error, method: c.req.method, path: c.req.path }, 'a request failed')
    return c.json({ error: failure.message }, failure.status, failure.headers)
  })
  return { routes, document }
}

/** What the framework itself refuses. */
function describeException(error: HTTPException): Error {
  return error.status === 400 || error.status === 415 ? new RefusedError(error.status, error.message) : error
}
