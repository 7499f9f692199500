/**
 * What the forms of a page do: launch, cancel, pause, resume. A browser is sent back to a page; htmx is told that
 * there is nothing to show, for the stream brings what changed. Programs go on to the JSON routes of the same paths.
 */
import { Hono } from 'hono'
import { parseLaunchForm } from '../committee/launch-form.ts'
import { InputError } from '../core/errors.ts'
import { describeFailure } from '../core/http-error.ts'
import { parseRunId } from '../core/ids.ts'
import { listTyped, readFields } from '../core/request-body.ts'
import type { RunDesk } from '../runs/desk.ts'
import type { Documents } from './documents.ts'
import { parseNext } from './middleware/session.ts'
import { negotiate } from './negotiate.ts'
import type { LaunchPageResolver } from './page.ts'
import type { WebContext, WebEnv } from './web-env.ts'

export interface ActionDeps {
  desk: RunDesk
  maxTickers: number
  resolveLaunchPage: LaunchPageResolver
  documents: Documents
}

export function createActionRoutes(deps: ActionDeps): Hono<WebEnv> {
  const { desk } = deps
  const routes = new Hono<WebEnv>()
  const verbs = {
    cancel: (runId: string) => desk.cancel(runId),
    pause: (runId: string) => desk.pause(runId),
    resume: (runId: string) => desk.resume(runId),
  }

  routes.post('/start-multi', async (c, next) => {
    const answer = negotiate(c)
    if (answer === 'json') return next()
    const fields = await readFields(c.req.raw)
    try {
      const inputs = parseLaunchForm(fields, { maxTickers: deps.maxTickers })
      const { batch_id } = await desk.launch(inputs.map((input) => ({ kind: 'assessment', input })))
      const target = `/runs?batch=${encodeURIComponent(batch_id)}`
      if (answer === 'html') return c.redirect(target, 303)
      c.header('HX-Redirect', target)
      return c.body(null, 204)
    } catch (error) {
      const failure = describeFailure(error)
      if (failure.isFault || answer !== 'html') throw error
      for (const [name, value] of Object.entries(failure.headers)) c.header(name, value)
      const field = error instanceof InputError ? error.field : null
      const page = await deps.resolveLaunchPage(listTyped(fields), { field, message: failure.message })
      return c.html(await deps.documents.renderLoose(page, '/'), failure.status)
    }
  })

  // Where a refused launch leaves a browser: asked for once more, the address leads back to the form.
  routes.get('/start-multi', async (c, next) => (negotiate(c) === 'html' ? c.redirect('/', 303) : next()))

  for (const [verb, act] of Object.entries(verbs)) {
    routes.post(`/runs/:id/${verb}`, async (c, next) => {
      const answer = negotiate(c)
      if (answer === 'json') return next()
      const runId = c.req.param('id')
      parseRunId(runId)
      await act(runId)
      return answer === 'html' ? c.redirect(cameFrom(c) ?? `/runs/${runId}`, 303) : c.body(null, 204)
    })
  }

  return routes
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
