import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RUN_STATUSES } from '../../src/runs/status.ts'
import type { Summary } from '../../src/runs/summary.ts'
import { createRunRows } from '../../src/storage/run-rows.ts'
import { runIdOf, START_MS, summaryOf } from '../support/run-facts.ts'

const BATCHES = ['batch-20261120100000-0000aa', 'batch-20261120100000-0000bb']

function summaryAt(n: number, facts: Partial<Summary> = {}): Summary {
  const ms = START_MS + n * 1_000
  return summaryOf({ run_id: runIdOf(n, 'AAPL', ms), created_at: new Date(ms).toISOString(), ...facts })
}

describe('what is asked of many rows', () => {
  /** 10,000 rows that remember which of them were looked at. */
  function createMany() {
    const touched = new Set<string>()
    const rows = createRunRows()
    const watch = (summary: Summary) =>
      new Proxy(summary, { get: (of, name) => (touched.add(of.run_id), Reflect.get(of, name) as unknown) })
    rows.putAll(
      Array.from({ length: 10_000 }, (_, n) =>
        watch(
          summaryAt(n, {
            batch_id: `batch-20261120100000-${(n >> 2).toString(16).padStart(6, '0')}`,
            status: n >= 9_990 ? 'in_progress' : n >= 9_985 ? 'pending' : 'completed',
          }),
        ),
      ),
    )
    touched.clear()
    return { rows, touched }
  }

  it.each([
    ['one batch', { batch: 'batch-20261120100000-000001' }, 4],
    ['what is at work', { status: ['in_progress', 'pending'] as const }, 15],
    ['how many have ended', { status: ['completed'] as const, limit: 1 }, 9_985],
    ['the newest', { limit: 5 }, 10_000],
  ])('looks only at what it returns: %s', (_what, filter, total) => {
    const { rows, touched } = createMany()
    expect(rows.query(filter).total).toBe(total)
    expect(touched.size).toBeLessThanOrEqual(15)
  })
})

it('stays true to every row however often it is put, moved and removed', () => {
  const step = fc.record({
    n: fc.integer({ min: 0, max: 8 }),
    minute: fc.integer({ min: 0, max: 1 }),
    status: fc.constantFrom(...RUN_STATUSES),
    batch_id: fc.constantFrom(...BATCHES),
    isRemoved: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const rows = createRunRows()
      const model = new Map<string, Summary>()
      for (const { n, minute, isRemoved, ...facts } of steps) {
        const created_at = new Date(START_MS + n * 1_000 + minute * 60_000).toISOString()
        const summary = { ...summaryAt(n, facts), created_at }
        if (isRemoved) {
          rows.remove(summary.run_id)
          model.delete(summary.run_id)
        } else {
          rows.put(summary)
          model.set(summary.run_id, summary)
        }
      }
      const newest = [...model.values()].sort((a, b) =>
        a.created_at === b.created_at ? (a.run_id < b.run_id ? 1 : -1) : a.created_at < b.created_at ? 1 : -1,
      )
      expect(rows.query({}).runs).toEqual(newest)
      for (const batch of BATCHES)
        expect(rows.query({ batch }).runs).toEqual(newest.filter((one) => one.batch_id === batch))
      for (const status of RUN_STATUSES) {
        expect(rows.query({ status: [status] }).runs).toEqual(newest.filter((one) => one.status === status))
        expect(rows.counts()[status]).toBe(newest.filter((one) => one.status === status).length)
      }
      const [last] = newest
      if (last)
        expect(rows.query({ after: last.run_id, batch: BATCHES[0]! }).runs).toEqual(
          newest.slice(1).filter((one) => one.batch_id === BATCHES[0]),
        )
    }),
  )
})
