/**
 * What goes between the dispatcher and its threads: a call, its answer, and word of its progress. Code of a person's own
 * may send whatever it likes from a thread, so what arrives is looked at before it is believed.
 */
import { tellError, withoutPaths } from '../../core/error-text.ts'
import { InputError, NotFoundError } from '../../core/errors.ts'

/** Words of the memory that both sides see; `beats` counts the signs of life that a task gives. */
export const FLAG = Object.freeze({ cancelled: 0, begun: 1, beats: 2 } as const)
export const FLAG_BYTES = 12
const MAX_STACK_CHARS = 2_000

export interface TaskCall {
  id: number
  /** Of the task. */
  name: string
  input: unknown
  /** `FLAG_BYTES` of shared memory. */
  flags: SharedArrayBuffer
}

/** A task that throws has answered; a thread that ends without an answer has not. */
export type TaskAnswer = { output: unknown } | { error: PackedError } | { cancelled: true }

export interface PackedError {
  name: string
  message: string
  /** Of an `InputError`. */
  field: string | null
  stack: string | null
}

export interface TaskNews {
  task: number
  /** 0..1. */
  fraction: number
  message: string | null
}

/** Null for what is no news. */
export function parseNews(value: unknown): TaskNews | null {
  if (typeof value !== 'object' || value === null) return null
  const { task, fraction, message } = value as Record<string, unknown>
  if (!Number.isInteger(task) || typeof fraction !== 'number' || !Number.isFinite(fraction)) return null
  if (typeof message !== 'string' && message !== null) return null
  return {
    task: task as number,
    fraction: Math.min(1, Math.max(0, fraction)),
    message: message === null ? null : tellError(message),
  }
}

/** Short and without paths, whatever was thrown and however long it is. */
export function packError(error: unknown): PackedError {
  const message = tellError(error)
  try {
    const name = error instanceof Error ? String(error.name) : 'Error'
    const field = error instanceof InputError ? String(error.field) : null
    return { name: tellError(name), message: withoutPaths(message), field, stack: packStack(error) }
  } catch {
    return { name: 'Error', message: withoutPaths(message), field: null, stack: null }
  }
}

/** The frames alone, for the log: before them stands the message, of any length. */
function packStack(error: unknown): string | null {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return null
  const at = error.stack.search(/^ +at /m)
  return at < 0 ? null : error.stack.slice(at, at + MAX_STACK_CHARS)
}

/** The same error on this side: of a class that is told apart where it had one. */
export function unpackError({ name, message, field, stack }: PackedError): Error {
  const error =
    field !== null
      ? new InputError(field, message)
      : name === 'NotFoundError'
        ? new NotFoundError(message)
        : new Error(message)
  if (stack !== null) error.stack = `${error.name}: ${message}\n${stack}`
  return error
}
