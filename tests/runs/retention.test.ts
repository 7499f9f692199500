import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { computePrunable, type RetainedRun } from '../../src/runs/retention.ts'
import { RUN_STATUSES, type RunStatus } from '../../src/runs/status.ts'

const DAY_MS = 86_400_000
const NOW = Date.parse('2026-11-20T10:00:00.000Z')

function runEnded(daysAgo: number, facts: Partial<RetainedRun> = {}): RetainedRun {
  const at = new Date(NOW - daysAgo * DAY_MS).toISOString()
  return {
    run_id: `AAPL-${daysAgo}`,
    ticker: 'AAPL',
    status: 'completed',
    created_at: at,
    ended_at: at,
    ...facts,
  }
}

function prunable(
  runs: RetainedRun[],
  limits: { maxPerTicker?: number; maxAgeDays?: number; active?: string[] } = {},
) {
  const { maxPerTicker = 20, maxAgeDays = 7, active = [] } = limits
  return computePrunable({ runs, now: NOW, maxPerTicker, maxAgeDays, active: new Set(active) })
}

describe('retention', () => {
  it('lets go of runs that ended longer ago than the limit, and says so', () => {
    expect(prunable([runEnded(6.9), runEnded(7), runEnded(7.1)])).toEqual([
      { run_id: 'AAPL-7.1', reason: 'ended more than 7 days ago' },
    ])
  })

  it('keeps the newest runs of each ticker, by creation', () => {
    const runs = [runEnded(1), runEnded(2), runEnded(3), runEnded(1, { run_id: 'IBM-1', ticker: 'IBM' })]
    expect(prunable(runs, { maxPerTicker: 2 })).toEqual([
      { run_id: 'AAPL-3', reason: 'AAPL has 2 newer runs' },
    ])
    expect(prunable(runs, { maxPerTicker: 1 })).toEqual([
      { run_id: 'AAPL-2', reason: 'AAPL has 1 newer run' },
      { run_id: 'AAPL-3', reason: 'AAPL has 1 newer run' },
    ])
  })

  it('deletes nothing at all when the age limit is 0, whatever the count', () => {
    expect(prunable([runEnded(1), runEnded(2), runEnded(4_000)], { maxAgeDays: 0, maxPerTicker: 1 })).toEqual(
      [],
    )
  })

  it('never takes a run that has not ended, however old', () => {
    const open = (['pending', 'in_progress', 'paused'] as RunStatus[]).map((status) =>
      runEnded(100, { run_id: status, status, ended_at: null }),
    )
    expect(prunable(open, { maxPerTicker: 1 })).toEqual([])
  })

  it('never takes a run that is in use, even when its summary says it ended', () => {
    expect(prunable([runEnded(100)], { active: ['AAPL-100'] })).toEqual([])
  })

  it('counts from creation where an ended run has no end', () => {
    expect(prunable([runEnded(8, { status: 'error', ended_at: null })])).toHaveLength(1)
  })

  it('leaves at most the limit of ended runs of a ticker, none too old, and the newest among them', () => {
    const run = fc.record({
      ticker: fc.constantFrom('AAPL', 'IBM'),
      status: fc.constantFrom(...RUN_STATUSES),
      daysAgo: fc.integer({ min: 0, max: 20 }),
    })
    fc.assert(
      fc.property(
        fc.array(run),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 20 }),
        (given, keep, days) => {
          const runs = given.map(({ daysAgo, ...facts }, i) =>
            runEnded(daysAgo, { ...facts, run_id: `run-${i}` }),
          )
          const due = new Set(
            prunable(runs, { maxPerTicker: keep, maxAgeDays: days }).map((entry) => entry.run_id),
          )
          const isEnded = (one: RetainedRun) => ['completed', 'error', 'canceled'].includes(one.status)
          for (const one of runs.filter((entry) => due.has(entry.run_id))) expect(isEnded(one)).toBe(true)
          for (const ticker of ['AAPL', 'IBM']) {
            const ended = runs.filter((one) => one.ticker === ticker && isEnded(one))
            const kept = ended.filter((one) => !due.has(one.run_id))
            expect(kept.length).toBeLessThanOrEqual(keep)
            for (const one of kept) expect(NOW - Date.parse(one.ended_at!)).toBeLessThanOrEqual(days * DAY_MS)
            const young = ended.filter((one) => NOW - Date.parse(one.ended_at!) <= days * DAY_MS)
            expect(kept).toHaveLength(Math.min(keep, young.length))
            const gone = young.filter((one) => due.has(one.run_id)).map((one) => one.created_at)
            for (const one of kept) for (const created of gone) expect(one.created_at >= created).toBe(true)
          }
        },
      ),
    )
  })
})
