/** The button "Prune now" of the System page: does it and leads back to what it did. Programs go on to the JSON route. */
import { Hono } from 'hono'
import type { RunDesk } from '../runs/desk.ts'
import { negotiate } from './negotiate.ts'
import type { WebEnv } from './web-env.ts'

const PAGE = '/system#retention'

export function createRetentionActions(desk: Pick<RunDesk, 'prune'>): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  routes.post('/retention/prune', async (c, next) => {
    const answer = negotiate(c)
    if (answer === 'json') return next()
    await desk.prune()
    if (answer === 'html') return c.redirect(PAGE, 303)
    c.header('HX-Redirect', PAGE)
    return c.body(null, 204)
  })
  return routes
}
