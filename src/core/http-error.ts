/** What an error looks like from outside: one table for every door that speaks HTTP. Nothing of ours leaks through it. */
import { ConflictError, InputError, LimitError, NotFoundError, StorageError } from './errors.ts'

/** Refused before anything was done, with a status of its own: 401, 403, 405, 408, 413, 414, 415, 503. */
export class RefusedError extends Error {
  override name = 'RefusedError'
  readonly status: 400 | 401 | 403 | 405 | 408 | 413 | 414 | 415 | 503
  readonly headers: Record<string, string>
  constructor(status: RefusedError['status'], message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

export interface HttpFailure {
  status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 414 | 415 | 429 | 500 | 503
  /** Fit for the outside. */
  message: string
  headers: Record<string, string>
  /** A fault of ours: to be logged with its detail. */
  isFault: boolean
}

/** What a client is told to wait while the disk refuses. */
const STORAGE_RETRY_SECONDS = 30

export function describeFailure(error: unknown): HttpFailure {
  if (error instanceof InputError) return failure(400, error.message)
  if (error instanceof NotFoundError) return failure(404, error.message)
  if (error instanceof ConflictError) return failure(409, error.message)
  if (error instanceof RefusedError) return failure(error.status, error.message, error.headers)
  if (error instanceof LimitError) {
    return failure(429, error.message, {
      'Retry-After': String(Math.max(1, Math.ceil(error.retryAfterSeconds))),
    })
  }
  if (error instanceof StorageError) {
    return { ...failure(503, error.message, { 'Retry-After': String(STORAGE_RETRY_SECONDS) }), isFault: true }
  }
  return { status: 500, message: 'internal error', headers: {}, isFault: true }
}

function failure(
  status: HttpFailure['status'],
  message: string,
  headers: Record<string, string> = {},
): HttpFailure {
  return { status, message, headers, isFault: false }
}
