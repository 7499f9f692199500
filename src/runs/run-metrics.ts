/**
 * How many runs there are and how long they take, over every run of the index, also those whose files are gone. A tally
 * is kept as rows come, change and go, so that asking costs the same at any number of runs. Pure but for the tally
 * itself; says nothing of labels, which only the workflows know.
 */
import { createSamples, type Samples, type Spread } from '../core/samples.ts'
import type { RunKind } from './identity.ts'
import { isTerminal, RUN_STATUSES, type RunStatus } from './status.ts'
import { FILES_STATES, type FilesState, type Summary } from './summary.ts'

export const ENDED_STATUSES = ['completed', 'error', 'canceled'] as const satisfies RunStatus[]
export type EndedStatus = (typeof ENDED_STATUSES)[number]

export interface PhaseMetrics {
  kind: RunKind
  /** Of the phase's node. */
  id: string
  /** Milliseconds. */
  spread: Spread
}

export interface RunMetrics {
  total: number
  by_status: Record<RunStatus, number>
  /** Of the kinds there are runs of. */
  by_kind: Partial<Record<RunKind, Record<RunStatus, number>>>
  by_files: Record<FilesState['state'], number>
  /** Milliseconds worked by runs that began and have ended, however they ended. */
  duration: Spread
  /** The same by the way they ended. */
  duration_by_status: Record<EndedStatus, Spread>
  /** In no order. A phase in which a run failed or was canceled counts up to that moment. */
  phases: PhaseMetrics[]
}

export interface RunTally {
  /** A row has come (`before` undefined), has changed, or has gone (`after` undefined). */
  replace(before: Summary | undefined, after: Summary | undefined): void
  measure(): RunMetrics
}

export function createRunTally(summaries: Iterable<Summary> = []): RunTally {
  const byKind = new Map<RunKind, Record<RunStatus, number>>()
  const byFiles = zeroes(FILES_STATES)
  const durations = createSamples()
  const durationsByStatus = { completed: createSamples(), error: createSamples(), canceled: createSamples() }
  const phases = new Map<RunKind, Map<string, Samples>>()

  function count({ kind, status, files }: Summary, by: 1 | -1): void {
    const ofKind = getOrMake(byKind, kind, () => zeroes(RUN_STATUSES))
    ofKind[status] += by
    byFiles[files.state] += by
    if (by < 0 && sum(ofKind) === 0) byKind.delete(kind)
  }

  function measureRun(summary: Summary, verb: 'add' | 'remove'): void {
    const { kind, status, execution_ms: worked, phases: took } = summary
    if (!hasEnded(status)) return
    // One that was canceled while it waited took no time that says anything.
    if (summary.started_at !== null) {
      durations[verb](worked)
      durationsByStatus[status][verb](worked)
    }
    const ofKind = getOrMake(phases, kind, () => new Map<string, Samples>())
    for (const [id, ms] of Object.entries(took)) getOrMake(ofKind, id, createSamples)[verb](ms)
  }

  function replace(before: Summary | undefined, after: Summary | undefined): void {
    if (before) count(before, -1)
    if (after) count(after, 1)
    if (before && after && hasSameTimes(before, after)) return
    if (before) measureRun(before, 'remove')
    if (after) measureRun(after, 'add')
  }

  function measure(): RunMetrics {
    const by_status = zeroes(RUN_STATUSES)
    for (const counts of byKind.values())
      for (const status of RUN_STATUSES) by_status[status] += counts[status]
    const spreads = [...phases].flatMap(([kind, ofKind]) =>
      [...ofKind].map(([id, samples]) => ({ kind, id, spread: samples.spread() })),
    )
    return {
      total: sum(by_status),
      by_status,
      by_kind: Object.fromEntries([...byKind].map(([kind, counts]) => [kind, { ...counts }])),
      by_files: { ...byFiles },
      duration: durations.spread(),
      duration_by_status: {
        completed: durationsByStatus.completed.spread(),
        error: durationsByStatus.error.spread(),
        canceled: durationsByStatus.canceled.spread(),
      },
      phases: spreads.filter(({ spread }) => spread.n > 0),
    }
  }

  for (const summary of summaries) replace(undefined, summary)
  return { replace, measure }
}

function hasEnded(status: RunStatus): status is EndedStatus {
  return isTerminal(status)
}

/** Also what is neither there before nor after; a run that has ended changes only in what is left of its files. */
function hasSameTimes(before: Summary, after: Summary): boolean {
  if (!hasEnded(before.status) && !hasEnded(after.status)) return true
  if (before.status !== after.status || before.kind !== after.kind) return false
  if ((before.started_at === null) !== (after.started_at === null)) return false
  return before.execution_ms === after.execution_ms && isSamePhases(before.phases, after.phases)
}

function isSamePhases(a: Summary['phases'], b: Summary['phases']): boolean {
  if (a === b) return true
  const ids = Object.keys(a)
  return ids.length === Object.keys(b).length && ids.every((id) => a[id] === b[id])
}

function zeroes<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((a, b) => a + b, 0)
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
