/**
 * A value that takes a while to measure, as pages show it: the last one at once, measured anew behind the page when it
 * has grown old. A page waits for the first one for a moment only.
 */
import type { Clock } from '../core/clock.ts'

/** What a page waits for a first value. */
const FIRST_MS = 300

export interface Measured<T> {
  /** The last value, or null while the first is being measured; throws what measuring it did, where there is none. */
  read(): Promise<T | null>
}

export interface MeasuredOptions<T> {
  clock: Clock
  measure(): Promise<T>
  /** It should be measured again; until then it is shown. */
  isOld(value: T): boolean
  /** It is known not to hold any more: it is not shown again. */
  isOvertaken?(value: T): boolean
}

export function createMeasured<T>(options: MeasuredOptions<T>): Measured<T> {
  const { clock, measure, isOld, isOvertaken = () => false } = options
  let last: { value: T } | null = null
  let measuring: Promise<T> | null = null

  function begin(): Promise<T> {
    measuring ??= measure()
      .then((value) => {
        last = { value }
        return value
      })
      .finally(() => (measuring = null))
    return measuring
  }

  return {
    async read() {
      if (last && isOvertaken(last.value)) last = null
      if (last && !isOld(last.value)) return last.value
      const measured = begin()
      if (last) {
        // That a new one could not be had is told when there is none at all.
        measured.catch(() => undefined)
        return last.value
      }
      const enough = new AbortController()
      const late = clock.sleep(FIRST_MS, enough.signal).then(
        () => null,
        () => null,
      )
      try {
        return await Promise.race([measured, late])
      } finally {
        enough.abort(new Error('it is measured'))
      }
    },
  }
}
