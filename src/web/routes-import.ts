/** The form that takes in a bundle: a browser is sent to the run, programs go on to the JSON route of the same path. */
import { Hono } from 'hono'
import { readBundleUpload } from '../runs/bundle-upload.ts'
import type { RunDesk } from '../runs/desk.ts'
import { negotiate } from './negotiate.ts'
import { runHref } from './view-models/run-row.ts'
import type { WebEnv } from './web-env.ts'

/** Takes a body of its own size, which whoever reads it bounds. */
export const IMPORT_PATH = '/runs/import'

export function createImportRoutes(desk: Pick<RunDesk, 'importRun'>): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  routes.post(IMPORT_PATH, async (c, next) => {
    if (negotiate(c) !== 'html') return next()
    const { run_id: runId } = await desk.importRun(readBundleUpload(c.req.raw))
    return c.redirect(runHref(runId), 303)
  })

  // Where a bundle that was refused leaves a browser: asked for once more, the address leads back to the form.
  routes.get(IMPORT_PATH, async (c, next) =>
    negotiate(c) === 'html' ? c.redirect('/runs#bundle', 303) : next(),
  )

  return routes
}
