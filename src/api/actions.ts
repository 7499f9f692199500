/** What can be done to a run: cancel, pause, resume. */
import { createRoute } from '@hono/zod-openapi'
import type { ApiDeps } from './api-env.ts'
import { createRoutes, type ApiRoutes } from './routes.ts'
import { FORM_ANSWERS, failures, jsonAnswer, runParams, summarySchema } from './schemas.ts'

const answers = { 202: jsonAnswer(summarySchema, 'Accepted'), ...failures(400, 403, 404, 409) }
const formAnswers = { ...answers, ...FORM_ANSWERS }
const common = { tags: ['Runs'], request: { params: runParams }, responses: answers }

const cancelRun = createRoute({
  ...common,
  method: 'post',
  path: '/runs/{id}/cancel',
  responses: formAnswers,
  summary: 'Cancel a run; again is fine',
})
const deleteRun = createRoute({ ...common, method: 'delete', path: '/runs/{id}', summary: 'Cancel a run' })
const pauseRun = createRoute({
  ...common,
  method: 'post',
  path: '/runs/{id}/pause',
  responses: formAnswers,
  summary: 'Pause a run; its place is free for another',
})
const resumeRun = createRoute({
  ...common,
  method: 'post',
  path: '/runs/{id}/resume',
  responses: formAnswers,
  summary: 'Resume a paused run',
})

export function createActionRoutes({ desk }: ApiDeps): ApiRoutes {
  const routes = createRoutes()
  routes.openapi(cancelRun, async (c) => c.json(await desk.cancel(c.req.valid('param').id), 202))
  routes.openapi(deleteRun, async (c) => c.json(await desk.cancel(c.req.valid('param').id), 202))
  routes.openapi(pauseRun, async (c) => c.json(await desk.pause(c.req.valid('param').id), 202))
  routes.openapi(resumeRun, async (c) => c.json(await desk.resume(c.req.valid('param').id), 202))
  return routes
}
