/** What every index of runs owes whoever asks for counts and times: checked against all of its rows, added up anew. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RUN_KINDS } from '../../src/runs/identity.ts'
import type { RunIndex } from '../../src/runs/ports.ts'
import type { RunMetrics } from '../../src/runs/run-metrics.ts'
import { RUN_STATUSES } from '../../src/runs/status.ts'
import { FILES_STATES, type Summary } from '../../src/runs/summary.ts'
import { runIdOf, summaryOf } from '../support/run-facts.ts'

const KINDS = RUN_KINDS.slice(0, 2)
const ENDED = ['completed', 'error', 'canceled'] as const

export function describeIndexMetrics(name: string, createIndex: () => Promise<RunIndex>): void {
  describe(`${name} measures its runs`, () => {
    it('and has nothing to say of none', async () => {
      expect(orderPhases((await createIndex()).metrics())).toEqual(addUp([]))
    })

    it('as adding up every row would, after any changes', async () => {
      const ms = fc.integer({ min: 0, max: 2_000 })
      const facts = fc.record({
        status: fc.constantFrom(...RUN_STATUSES),
        kind: fc.constantFrom(...KINDS),
        execution_ms: ms,
        started_at: fc.constantFrom(null, '2026-11-20T10:00:00.000Z'),
        phases: fc.dictionary(fc.constantFrom('phase_data', 'phase_risk', '__proto'), ms),
        files: fc.constantFrom(...FILES_STATES).map((state) => ({ state, since: null, imported_at: null })),
      })
      const change = fc.record({
        run: fc.integer({ min: 1, max: 8 }),
        facts: fc.option(facts, { freq: 5 }),
        isAsked: fc.boolean(),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(change, { maxLength: 40 }), async (changes) => {
          const index = await createIndex()
          const rows = new Map<string, Summary>()
          for (const { run, facts: given, isAsked } of changes) {
            const run_id = runIdOf(run)
            if (given) {
              const row = summaryOf({ ...given, run_id })
              index.put(row)
              rows.set(run_id, row)
            } else {
              index.remove(run_id)
              rows.delete(run_id)
            }
            if (isAsked) index.metrics()
          }
          expect(orderPhases(index.metrics())).toEqual(addUp([...rows.values()]))
        }),
        { numRuns: 40 },
      )
    })
  })
}

function addUp(rows: readonly Summary[]): RunMetrics {
  const countBy = <Key extends string>(
    among: readonly Summary[],
    keys: readonly Key[],
    of: (row: Summary) => Key,
  ) =>
    Object.fromEntries(keys.map((key) => [key, among.filter((row) => of(row) === key).length])) as Record<
      Key,
      number
    >
  const kinds = KINDS.filter((kind) => rows.some((row) => row.kind === kind))
  const ended = rows.filter(({ status }) => ENDED.some((one) => one === status))
  const took = (among: readonly Summary[]) =>
    spreadOf(among.filter((row) => row.started_at !== null).map((row) => row.execution_ms))
  const phases = kinds.flatMap((kind) => {
    const ofKind = ended.filter((row) => row.kind === kind).flatMap((row) => Object.entries(row.phases))
    const ids = [...new Set(ofKind.map(([id]) => id))]
    return ids.map((id) => ({
      kind,
      id,
      spread: spreadOf(ofKind.flatMap(([one, ms]) => (one === id ? [ms] : []))),
    }))
  })
  return orderPhases({
    total: rows.length,
    by_status: countBy(rows, RUN_STATUSES, (row) => row.status),
    by_kind: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        countBy(
          rows.filter((row) => row.kind === kind),
          RUN_STATUSES,
          (row) => row.status,
        ),
      ]),
    ),
    by_files: countBy(rows, FILES_STATES, (row) => row.files.state),
    duration: took(ended),
    duration_by_status: {
      completed: took(ended.filter((row) => row.status === 'completed')),
      error: took(ended.filter((row) => row.status === 'error')),
      canceled: took(ended.filter((row) => row.status === 'canceled')),
    },
    phases,
  })
}

function spreadOf(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = (part: number) => sorted.find((_, i) => (i + 1) / sorted.length >= part) ?? null
  const average = values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
  return { n: values.length, average, p50: rank(0.5), p95: rank(0.95) }
}

function orderPhases(metrics: RunMetrics): RunMetrics {
  const nameOf = ({ kind, id }: RunMetrics['phases'][number]) => `${kind} ${id}`
  return { ...metrics, phases: metrics.phases.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) }
}
