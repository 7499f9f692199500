/** Which rows of the index a filter lets through. */
import type { RunFilter } from '../runs/ports.ts'
import type { Summary } from '../runs/summary.ts'
import { thinkerOf } from '../runs/thinker.ts'
import type { Row } from './ordered-rows.ts'

type Test = (row: Row) => boolean

/** Null where everything matches. What costs more is asked last. */
export function createMatcher(filter: RunFilter): Test | null {
  const tests: Test[] = []
  const add = <T>(wanted: T | undefined, test: (summary: Summary, wanted: T) => boolean) => {
    if (wanted !== undefined) tests.push(({ summary }) => test(summary, wanted))
  }
  add(filter.status, (run, wanted) => wanted.includes(run.status))
  add(filter.kind, (run, wanted) => wanted.includes(run.kind))
  add(filter.ticker?.trim().toUpperCase() || undefined, (run, wanted) => run.ticker === wanted)
  add(filter.batch || undefined, (run, wanted) => run.batch_id === wanted)
  add(filter.action, (run, wanted) => run.decision !== null && wanted.includes(run.decision.action))
  add(filter.as_of, (run, wanted) => run.as_of === wanted)
  add(filter.files, (run, wanted) => wanted.includes(run.files.state))
  // A moment reads on from its day, so that text order is the order of time.
  add(filter.from, (run, wanted) => run.created_at >= wanted)
  add(filter.to, (run, wanted) => run.created_at.slice(0, wanted.length) <= wanted)
  add(filter.thinker, (run, wanted) => thinkerOf(run) === wanted)
  const needle = filter.q?.trim().toLowerCase()
  if (needle) tests.push((row) => (row.haystack ??= createHaystack(row.summary)).includes(needle))
  if (tests.length <= 1) return tests[0] ?? null
  return (row) => tests.every((test) => test(row))
}

/** A line break between the fields keeps a search from matching across two of them. */
function createHaystack({ run_id, ticker, current_stage, progress_message, error }: Summary): string {
  return [run_id, ticker, current_stage ?? '', progress_message ?? '', error ?? ''].join('\n').toLowerCase()
}
