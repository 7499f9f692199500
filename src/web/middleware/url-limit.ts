/** Refuses addresses longer than anything the desk itself would write. */
import type { MiddlewareHandler } from 'hono'
import { RefusedError } from '../../core/http-error.ts'
import type { WebEnv } from '../web-env.ts'

/** Characters of path and query together. */
export const MAX_URL_LENGTH = 4_096

export function createUrlLimit(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (!URL.canParse(c.req.url)) throw new RefusedError(400, 'the address of the request cannot be read')
    const { pathname, search } = new URL(c.req.url)
    const length = pathname.length + search.length
    if (length > MAX_URL_LENGTH) {
      throw new RefusedError(414, `the URL is ${length} characters long; at most ${MAX_URL_LENGTH}`)
    }
    await next()
  }
}
