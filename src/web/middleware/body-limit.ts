/** Refuses bodies larger than any form of the desk: by their announced length, or while they arrive. */
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { RefusedError } from '../../core/http-error.ts'
import type { WebEnv } from '../web-env.ts'

export const MAX_BODY_BYTES = 64 * 1_024

export function createBodyLimit(): MiddlewareHandler<WebEnv> {
  return bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new RefusedError(413, `the body is larger than ${MAX_BODY_BYTES} bytes`)
    },
  })
}
