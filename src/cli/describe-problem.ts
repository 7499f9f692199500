/** What anything thrown means to the caller: one line for stderr and an exit code. */
import { InputError, messageOf } from '../core/errors.ts'
import { SettingError } from '../config.ts'
import { DeskError } from './client.ts'
import { EXIT } from './exit-codes.ts'
import { cleanLine } from './terminal.ts'

/** Answers that say the request was wrong, not that it came at the wrong time. */
const WRONGLY_ASKED = new Set([400, 404, 413, 422])

export function describeProblem(error: unknown): { line: string; code: number } {
  const isUsage =
    error instanceof SettingError ||
    error instanceof InputError ||
    (error instanceof DeskError && WRONGLY_ASKED.has(error.status))
  return { line: cleanLine(messageOf(error)), code: isUsage ? EXIT.usage : EXIT.failed }
}
