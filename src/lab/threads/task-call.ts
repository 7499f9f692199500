/** What goes between the dispatcher and its threads: a call, its answer, and word of its progress. */
import { InputError, messageOf, NotFoundError } from '../../core/errors.ts'

/** Words of the memory that both sides see. */
export const FLAG = Object.freeze({ cancelled: 0, begun: 1 } as const)
export const FLAG_BYTES = 8

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
  fraction: number
  message: string | null
}

export function packError(error: unknown): PackedError {
  return {
    name: error instanceof Error ? error.name : 'Error',
    message: messageOf(error),
    field: error instanceof InputError ? error.field : null,
    stack: error instanceof Error ? (error.stack ?? null) : null,
  }
}

/** The same error on this side: of a class that is told apart where it had one. */
export function unpackError({ name, message, field, stack }: PackedError): Error {
  const error =
    field !== null
      ? new InputError(field, message)
      : name === 'NotFoundError'
        ? new NotFoundError(message)
        : new Error(message)
  if (stack !== null) error.stack = stack
  return error
}
