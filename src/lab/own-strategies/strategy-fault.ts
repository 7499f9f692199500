/**
 * What is wrong with a file of one's own: an error with the line to look at. Whatever was thrown becomes one, so that
 * nobody has to read a stack or is shown a folder of the machine.
 */
import { basename, dirname } from 'node:path'
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
  return new StrategyFault(file, findLine(error, file), tellReason(error, file), { cause: error })
}

/** The uppermost frame within the file; null where the stack has none. */
export function findLine(error: unknown, file: string): number | null {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  // Frames end in `name.ts?v=…:12:9`; what cannot be parsed begins with `/folder/name.ts:12`.
  const match = new RegExp(`${escape(basename(file))}(?:\\?[^:\\s]*)?:(\\d+)`).exec(stack)
  return match ? Number(match[1]) : null
}

function tellReason(error: unknown, file: string): string {
  const folder = dirname(file)
  const text = messageOf(error)
    .replace(/ imported from .*$/s, '')
    .replaceAll(`file://${folder}/`, '')
    .replaceAll(`${folder}/`, '')
    .trim()
  const name =
    error instanceof Error && error.name !== 'Error' && error.name !== 'InputError' ? error.name : ''
  return name === '' || text.startsWith(name)
    ? text || 'it threw an error without a message'
    : `${name}: ${text}`
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
