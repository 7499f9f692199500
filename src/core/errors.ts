/**
 * As many error classes as there are different reactions to them. Everything else is a plain `Error`:
 * a fault of ours, logged in full and shown to the outside without its stack.
 */

/** What was asked for cannot be accepted as given. Names the field and the value. HTTP 400. */
export class InputError extends Error {
  override name = 'InputError'
  readonly field: string
  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** No such run, ticker, page or file. HTTP 404. */
export class NotFoundError extends Error {
  override name = 'NotFoundError'
}

/** The thing exists but its state does not allow this now. HTTP 409. */
export class ConflictError extends Error {
  override name = 'ConflictError'
}

/** A limit is reached; trying again after `retryAfterSeconds` may succeed. HTTP 429. */
export class LimitError extends Error {
  override name = 'LimitError'
  readonly retryAfterSeconds: number
  constructor(message: string, retryAfterSeconds: number) {
    super(message)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The disk refused; the message says why without naming a place on the machine. HTTP 503. */
export class StorageError extends Error {
  override name = 'StorageError'
  /** What the system called it, like `ENOSPC`. */
  readonly code: string
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Work stopped because it was told to: `reason` says by what. Never reported as a failure. */
export class AbortedError extends Error {
  override name = 'AbortedError'
  readonly reason: 'canceled' | 'failed' | 'paused' | 'shutdown'
  constructor(reason: AbortedError['reason']) {
    super(`aborted: ${reason}`)
    this.reason = reason
  }
}

/** The message of anything thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Shows a received value in a message: quoted, shortened, control characters made visible. Takes anything. */
export function quote(value: unknown, maxLength = 60): string {
  const text = typeof value === 'string' ? value : describe(value)
  const shown = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
  return JSON.stringify(shown)
}

function describe(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // Too deep, or holding itself.
    return Array.isArray(value) ? 'a list' : 'a value'
  }
}
