/**
 * What the forms of a page do: estimate and launch; cancel, pause, resume, run again and set the budget of a run. A browser
 * is sent to the page that shows it; htmx is told that there is nothing to show, for the stream brings what changed, or
 * where to go. Programs go on to the JSON routes of the same paths.
 */
import { Hono } from 'hono'
import { parseLaunchForm, type LaunchBounds } from '../committee/launch-form.ts'
import { InputError } from '../core/errors.ts'
import { describeFailure } from '../core/http-error.ts'
import { parseRunId } from '../core/ids.ts'
import { listTyped, readFields } from '../core/request-body.ts'
import { parseBudget, parseRerun } from '../runs/budget-form.ts'
import { CANCEL_BOUNDS, cancelRuns } from '../runs/cancel-runs.ts'
import { parseRunIds } from '../runs/run-ids.ts'
import type { RunDesk } from '../runs/desk.ts'
import type { Documents } from './documents.ts'
import type { Log } from './log.ts'
import { parseNext } from './middleware/session.ts'
import { negotiate, type Answer } from './negotiate.ts'
import type { LaunchEstimator, LaunchPageResolver, PageResolver, RunPageResolver } from './page.ts'
import type { Renderer } from './render.ts'
import type { WebContext, WebEnv } from './web-env.ts'

export interface ActionDeps {
  desk: RunDesk
  launchBounds: LaunchBounds
  resolveLaunchPage: LaunchPageResolver
  estimateLaunch: LaunchEstimator
  resolveRunPage: RunPageResolver
  resolvePage: PageResolver
  renderer: Renderer
  log: Log
  documents: Documents
}

export function createActionRoutes(deps: ActionDeps): Hono<WebEnv> {
  const { desk, documents } = deps
  const routes = new Hono<WebEnv>()
  const verbs: Record<string, (runId: string) => Promise<unknown>> = {
    cancel: (runId) => desk.cancel(runId),
    pause: (runId) => desk.pause(runId),
    resume: (runId) => desk.resume(runId),
  }

  routes.post('/start-multi', async (c, next) => {
    const answer = negotiate(c)
    if (answer === 'json') return next()
    const fields = await readFields(c.req.raw)
    try {
      const inputs = parseLaunchForm(fields, deps.launchBounds)
      const { batch_id } = await desk.launch(inputs.map((input) => ({ kind: 'assessment', input })))
      return sendTo(c, answer, `/runs?batch=${encodeURIComponent(batch_id)}`)
    } catch (error) {
      const failure = describeFailure(error)
      if (failure.isFault || answer !== 'html') throw error
      for (const [name, value] of Object.entries(failure.headers)) c.header(name, value)
      const field = error instanceof InputError ? error.field : null
      const refusal = { field, message: failure.message }
      const page = await deps.resolveLaunchPage(listTyped(fields), { refusal })
      return c.html(await documents.renderLoose(page, '/'), failure.status)
    }
  })

  routes.post('/estimate', async (c, next) => {
    const answer = negotiate(c)
    if (answer === 'json') return next()
    const fields = await readFields(c.req.raw)
    const estimate = await deps.estimateLaunch(fields)
    if (answer === 'fragment') return c.html(deps.renderer.render('partials/assess/estimate', { estimate }))
    const page = await deps.resolveLaunchPage(listTyped(fields), { estimate })
    return c.html(await documents.renderLoose(page, '/'))
  })

  // Where a post that started nothing leaves a browser: asked for once more, the address leads back to the form.
  for (const path of ['/start-multi', '/estimate'])
    routes.get(path, async (c, next) => (negotiate(c) === 'html' ? c.redirect('/', 303) : next()))

  for (const [verb, act] of Object.entries(verbs)) {
    routes.post(`/runs/:id/${verb}`, async (c, next) => {
      const answer = negotiate(c)
      if (answer === 'json') return next()
      const runId = c.req.param('id')
      parseRunId(runId)
      await act(runId)
      return sendBack(c, answer, runId)
    })
  }

  // Asks before it does what cannot be undone: only the form of the page that lists the runs is sure.
  routes.post('/runs/cancel', async (c, next) => {
    const answer = negotiate(c)
    if (answer === 'json') return next()
    const { ids, sure, back } = await readFields(c.req.raw, { maxFields: CANCEL_BOUNDS.max })
    const runIds = parseRunIds(ids, CANCEL_BOUNDS)
    if (sure === undefined && answer === 'html') {
      const query = new URLSearchParams({ ids: runIds.join(','), back: cameFrom(c) ?? '/runs' })
      const page = await deps.resolvePage(new URL(`/runs/cancel?${query.toString()}`, c.req.url))
      return c.html(await documents.renderLoose(page!, '/runs/cancel'))
    }
    await cancelRuns(desk, runIds, (error, runId) =>
      deps.log.error({ err: error, run_id: runId }, 'a run could not be canceled'),
    )
    return answer === 'html'
      ? c.redirect(parseNext(typeof back === 'string' ? back : '/runs'), 303)
      : c.body(null, 204)
  })

  routes.post('/runs/:id/budget', async (c, next) => {
    const answer = negotiate(c)
    if (answer === 'json') return next()
    const runId = c.req.param('id')
    parseRunId(runId)
    const fields = await readFields(c.req.raw)
    try {
      await desk.setBudget(runId, parseBudget(fields))
      return sendBack(c, answer, runId)
    } catch (error) {
      const field = error instanceof InputError ? error.field : null
      if (field !== 'usd' && field !== 'tokens') throw error
      const { status, message } = describeFailure(error)
      const page = await deps.resolveRunPage(runId, listTyped(fields), { field, message })
      return answer === 'html'
        ? c.html(await documents.renderLoose(page, `/runs/${runId}`), status)
        : c.html(await documents.renderRegion(page, 'run-cost'), status)
    }
  })

  routes.post('/runs/:id/rerun', async (c, next) => {
    const answer = negotiate(c)
    if (answer === 'json') return next()
    const runId = c.req.param('id')
    parseRunId(runId)
    const rerun = await desk.rerun(runId, parseRerun(await readFields(c.req.raw)))
    return sendTo(c, answer, `/runs/${encodeURIComponent(rerun.run_id)}`)
  })

  return routes
}

/** To the page whose form was sent. */
function sendBack(c: WebContext, answer: Answer, runId: string): Response {
  return answer === 'html' ? c.redirect(cameFrom(c) ?? `/runs/${runId}`, 303) : c.body(null, 204)
}

/** To what was begun: a browser goes there by itself, a script is told where. */
function sendTo(c: WebContext, answer: Answer, target: string): Response {
  if (answer === 'html') return c.redirect(target, 303)
  c.header('HX-Redirect', target)
  return c.body(null, 204)
}

/** The page of this desk whose form was sent, as the browser tells it. */
function cameFrom(c: WebContext): string | null {
  const referer = c.req.header('referer')
  if (referer === undefined || !URL.canParse(referer)) return null
  const { origin, pathname, search } = new URL(referer)
  if (origin !== new URL(c.req.url).origin) return null
  const path = parseNext(pathname + search)
  return path === '/' && pathname !== '/' ? null : path
}
