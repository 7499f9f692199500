/**
 * Refuses bodies larger than any form of the desk: by their announced length, or while they arrive. A bundle has a bound
 * of its own where it is read.
 */
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { RefusedError } from '../../core/http-error.ts'
import { IMPORT_PATH } from '../routes-import.ts'
import type { WebEnv } from '../web-env.ts'

export const MAX_BODY_BYTES = 64 * 1_024

export function createBodyLimit(): MiddlewareHandler<WebEnv> {
  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new RefusedError(413, `the body is larger than ${MAX_BODY_BYTES} bytes`)
    },
  })
  return (c, next) => (c.req.method === 'POST' && c.req.path === IMPORT_PATH ? next() : limit(c, next))
}
