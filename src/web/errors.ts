/**
 * Errors on their way out: `{"error": "…"}` for programs, a page for browsers, a notice for htmx. The detail of a
 * fault of ours goes to the log and nowhere else.
 */
import type { ErrorHandler, NotFoundHandler } from 'hono'
import { refuseUnrouted, type RouteTable } from '../core/allowed-methods.ts'
import { describeFailure, type HttpFailure } from '../core/http-error.ts'
import { escapeHtml } from './escape-html.ts'
import type { Log } from './log.ts'
import { negotiate } from './negotiate.ts'
import type { WebContext, WebEnv } from './web-env.ts'

/** The document that shows a failure. */
export type FailurePage = (c: WebContext, failure: HttpFailure) => Promise<string>

export interface ErrorDeps {
  log: Log
  renderFailure: FailurePage
}

export function createOnError(deps: ErrorDeps): ErrorHandler<WebEnv> {
  return async (error, c) => {
    const failure = describeFailure(error)
    if (failure.isFault)
      deps.log.error({ err: error, method: c.req.method, path: c.req.path }, 'a request failed')
    for (const [name, value] of Object.entries(failure.headers)) c.header(name, value)
    switch (negotiate(c)) {
      case 'json':
        return c.json({ error: failure.message }, failure.status)
      case 'fragment':
        return c.html(`<p class="notice" role="alert">${escapeHtml(failure.message)}</p>`, failure.status)
      case 'html':
        return c.html(await renderSafely(deps, c, failure), failure.status)
    }
  }
}

export function createOnNotFound(routes: RouteTable): NotFoundHandler<WebEnv> {
  return (c) => {
    throw refuseUnrouted(routes, c.req.method, c.req.path)
  }
}

async function renderSafely(deps: ErrorDeps, c: WebContext, failure: HttpFailure): Promise<string> {
  try {
    return await deps.renderFailure(c, failure)
  } catch (error) {
    deps.log.error({ err: error }, 'the error page could not be rendered')
    return `<!doctype html><meta charset="utf-8"><title>Rundesk</title><p>${escapeHtml(failure.message)}</p>`
  }
}
