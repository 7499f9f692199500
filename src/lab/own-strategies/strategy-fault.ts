/**
 * What is wrong with a file of one's own: an error with the line to look at. Whatever was thrown becomes one, so that
 * nobody has to read a stack or is shown a folder of the machine.
 */
import { basename } from 'node:path'
import { tellError, withoutPaths } from '../../core/error-text.ts'
import { InputError, messageOf } from '../../core/errors.ts'

/** An `InputError` of the field `strategy`, whose message begins with file and line. */
export class StrategyFault extends InputError {
  /** Without its folder. */
  readonly file: string
  /** From 1; null where no line is to blame. */
  readonly line: number | null
  /** The message without file and line. */
  readonly reason: string
  constructor(file: string, line: number | null, reason: string, options?: ErrorOptions) {
    super('strategy', `${basename(file)}${line === null ? '' : `, line ${line}`}: ${reason}`)
    this.file = basename(file)
    this.line = line
    this.reason = reason
    if (options?.cause !== undefined) this.cause = options.cause
  }
}

/** Names the line of `file` that was at work when `error` was thrown. A fault that was named before stays as it is. */
export function blameFile(error: unknown, file: string): StrategyFault {
  if (error instanceof StrategyFault) return error
  return new StrategyFault(file, findLine(error, file), tellReason(error), { cause: error })
}

/** The uppermost frame within the file; null where the stack has none. */
export function findLine(error: unknown, file: string): number | null {
  // Frames end in `name.ts?v=…:12:9`; what cannot be parsed begins with `/folder/name.ts:12`.
  const match = new RegExp(`${escape(basename(file))}(?:\\?[^:\\s]*)?:(\\d+)`).exec(readStack(error))
  return match ? Number(match[1]) : null
}

/** Foreign code may have made of it what it likes. */
function readStack(error: unknown): string {
  try {
    return error instanceof Error ? String(error.stack ?? '') : ''
  } catch {
    return ''
  }
}

function tellReason(error: unknown): string {
  return tellError(withoutPaths(readReason(error).replace(/ imported from .*$/s, '')).trim())
}

function readReason(error: unknown): string {
  try {
    const text = String(messageOf(error)).trim()
    const isNamed = error instanceof Error && error.name !== 'Error' && error.name !== 'InputError'
    const name = isNamed ? String(error.name) : ''
    return name === '' || text.startsWith(name)
      ? text || 'it threw an error without a message'
      : `${name}: ${text}`
  } catch {
    return tellError(error)
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
