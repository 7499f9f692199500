/**
 * Refuses bodies larger than any form of the desk: by their announced length, or while they arrive. Bundles and price
 * files have bounds of their own where they are read, and a job may bring a small price file along.
 */
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { RefusedError } from '../../core/http-error.ts'
import { IMPORT_PATH } from '../routes-import.ts'
import { SERIES_FORM_PATH } from '../routes-series.ts'
import type { WebEnv } from '../web-env.ts'

export const MAX_BODY_BYTES = 64 * 1_024
/** Of a job with the text of a price file in it, escaped. */
const MAX_JOB_BYTES = 8 * 1_024 * 1_024
/** Where a body is bounded by whoever reads it. */
const UPLOADS: readonly string[] = [IMPORT_PATH, SERIES_FORM_PATH, '/series']

export function createBodyLimit(): MiddlewareHandler<WebEnv> {
  const limit = limitTo(MAX_BODY_BYTES)
  const limitJob = limitTo(MAX_JOB_BYTES)
  return (c, next) => {
    if (c.req.method === 'POST' && UPLOADS.includes(c.req.path)) return next()
    return c.req.method === 'POST' && c.req.path === '/jobs' ? limitJob(c, next) : limit(c, next)
  }
}

function limitTo(maxSize: number): MiddlewareHandler<WebEnv> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new RefusedError(413, `the body is larger than ${maxSize} bytes`)
    },
  })
}
