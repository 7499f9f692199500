/** Signing in and out. */
import { Hono } from 'hono'
import { readFields } from '../core/request-body.ts'
import type { Documents } from './documents.ts'
import { parseNext, type Sessions } from './middleware/session.ts'
import { negotiate } from './negotiate.ts'
import type { WebEnv } from './web-env.ts'

export function createLoginRoutes(sessions: Sessions, documents: Documents): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  routes.get('/login', (c) => {
    const next = parseNext(c.req.query('next'))
    if (sessions.isSignedIn(c)) return c.redirect(next, 303)
    return c.html(documents.renderLogin({ next, error: null }))
  })

  routes.post('/login', async (c) => {
    const fields = await readFields(c.req.raw)
    const next = parseNext(typeof fields.next === 'string' ? fields.next : undefined)
    const password = typeof fields.password === 'string' ? fields.password : ''
    if (!sessions.enabled || sessions.signIn(c, password)) return c.redirect(next, 303)
    const error = 'That is not the password.'
    return negotiate(c) === 'json'
      ? c.json({ error: 'wrong password' }, 401)
      : c.html(documents.renderLogin({ next, error }), 401)
  })

  routes.post('/logout', (c) => {
    sessions.signOut(c)
    return c.redirect(sessions.enabled ? '/login' : '/', 303)
  })

  return routes
}
