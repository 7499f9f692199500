/** Several runs named at once, as a form, an address or a JSON body names them. */
import { InputError, quote } from '../core/errors.ts'
import { isRunId } from '../core/ids.ts'

export interface RunIdsBounds {
  /** What the runs are asked for, to follow `at most 6 runs are`: `compared`. */
  verb: string
  min: number
  max: number
}

/**
 * Each once, in the order given; in a text they stand between commas. Throws `InputError` for what is no run id, and for
 * fewer or more than allowed.
 */
export function parseRunIds(given: unknown, { verb, min, max }: RunIdsBounds): string[] {
  const parts = [given ?? []].flat().flatMap((part) => (typeof part === 'string' ? part.split(',') : [part]))
  const ids = new Set<string>()
  for (const part of parts) {
    const id = typeof part === 'string' ? part.trim() : ''
    if (id === '' && typeof part === 'string') continue
    if (!isRunId(id)) throw new InputError('ids', `ids holds ${quote(part)}, which is not a run id`)
    ids.add(id)
  }
  if (ids.size >= min && ids.size <= max) return [...ids]
  const named =
    ids.size === 0 ? 'no run' : ids.size === 1 ? `one run, ${quote([...ids][0])}` : `${ids.size} runs`
  const bounds = min === 1 ? `1 to ${max} runs` : `${min} to ${max}`
  throw new InputError('ids', `ids names ${named}; ${bounds} can be ${verb} at once`)
}
