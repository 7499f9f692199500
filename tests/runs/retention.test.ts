import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planRetention, type Need, type RetainedRun } from '../../src/runs/retention.ts'
import { RUN_STATUSES, type RunStatus } from '../../src/runs/status.ts'
import { FILES_STATES, WHOLE_FILES, type FilesState } from '../../src/runs/summary.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const NOW = Date.parse('2026-11-20T10:00:00.000Z')

function runEnded(daysAgo: number, facts: Partial<RetainedRun> = {}): RetainedRun {
  const at = new Date(NOW - daysAgo * DAY_MS).toISOString()
  return {
    run_id: `AAPL-${daysAgo}`,
    ticker: 'AAPL',
    kind: 'assessment',
    status: 'completed',
    created_at: at,
    ended_at: at,
    files: WHOLE_FILES,
    ...facts,
  }
}

interface Limits {
  maxPerTicker?: number
  maxAgeDays?: number
  packAfterMs?: number
  needed?: [string, Need][]
}

function plan(runs: RetainedRun[], limits: Limits = {}) {
  const { maxPerTicker = 20, maxAgeDays = 7, packAfterMs = 24 * HOUR_MS, needed = [] } = limits
  return planRetention({ runs, now: NOW, maxPerTicker, maxAgeDays, packAfterMs, needed: new Map(needed) })
}

function prunable(runs: RetainedRun[], limits?: Limits) {
  return plan(runs, limits).due.map(({ run, reason }) => ({ run_id: run.run_id, reason }))
}

function filesOf(state: FilesState['state'], importedDaysAgo: number | null = null): FilesState {
  const at = importedDaysAgo === null ? null : new Date(NOW - importedDaysAgo * DAY_MS).toISOString()
  return { state, since: state === 'whole' ? null : new Date(NOW).toISOString(), imported_at: at }
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
      { run_id: 'AAPL-3', reason: 'AAPL has 2 newer runs of its kind' },
    ])
    expect(prunable(runs, { maxPerTicker: 1 })).toEqual([
      { run_id: 'AAPL-2', reason: 'AAPL has 1 newer run of its kind' },
      { run_id: 'AAPL-3', reason: 'AAPL has 1 newer run of its kind' },
    ])
  })

  it('counts each kind apart: quick backtests do not push out a search', () => {
    const search = runEnded(3, { run_id: 'search', kind: 'optimize' })
    const backtests = [1, 2].map((day) => runEnded(day, { run_id: `backtest-${day}`, kind: 'backtest' }))
    expect(prunable([search, ...backtests], { maxPerTicker: 1 })).toEqual([
      { run_id: 'backtest-2', reason: 'AAPL has 1 newer run of its kind' },
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

  it('keeps back what is needed, and says what for and why it would have gone', () => {
    const runs = [runEnded(1), runEnded(2), runEnded(100)]
    const needed: [string, Need][] = [
      ['AAPL-2', 'watched'],
      ['AAPL-100', 'reused'],
    ]
    const { due, kept, toPack } = plan(runs, { maxPerTicker: 1, needed })
    expect(due).toEqual([])
    expect(kept).toEqual([
      { run: runs[1], reason: 'AAPL has 1 newer run of its kind', need: 'watched' },
      { run: runs[2], reason: 'ended more than 7 days ago', need: 'reused' },
    ])
    expect(toPack).toEqual([runs[0]])
  })

  it('takes the files of a run once: those that went already are neither due nor counted', () => {
    const runs = [
      runEnded(1, { files: filesOf('pruned') }),
      runEnded(2, { files: filesOf('gone') }),
      runEnded(3, { files: filesOf('packed') }),
      runEnded(4, { files: filesOf('packed') }),
      runEnded(100, { files: filesOf('pruned') }),
    ]
    expect(prunable(runs, { maxPerTicker: 1 })).toEqual([
      { run_id: 'AAPL-4', reason: 'AAPL has 1 newer run of its kind' },
    ])
  })

  it('counts a run that was brought here from the moment it came', () => {
    const runs = [runEnded(1), runEnded(300, { files: filesOf('whole', 0.5) })]
    expect(prunable(runs, { maxPerTicker: 2 })).toEqual([])
    expect(prunable(runs, { maxPerTicker: 1 })).toEqual([
      { run_id: 'AAPL-1', reason: 'AAPL has 1 newer run of its kind' },
    ])
    expect(prunable([runEnded(300, { files: filesOf('whole', 8) })])).toHaveLength(1)
  })

  it('packs what stays and is not fresh any more, also where nothing is ever deleted', () => {
    const runs = [runEnded(0.9), runEnded(1), runEnded(5), runEnded(6, { files: filesOf('packed') })]
    expect(plan(runs).toPack).toEqual([runs[1], runs[2]])
    expect(plan(runs, { maxAgeDays: 0 }).toPack).toEqual([runs[1], runs[2]])
    expect(plan(runs, { needed: [['AAPL-5', 'watched']] }).toPack).toEqual([runs[1]])
    expect(plan(runs, { maxPerTicker: 2 }).toPack).toEqual([runs[1]])
  })

  it('counts from creation where an ended run has no end', () => {
    expect(prunable([runEnded(8, { status: 'error', ended_at: null })])).toHaveLength(1)
  })

  it('leaves at most the limit of ended runs of a ticker and kind, none too old, and the newest among them', () => {
    const run = fc.record({
      ticker: fc.constantFrom('AAPL', 'IBM'),
      kind: fc.constantFrom<RetainedRun['kind']>('assessment', 'backtest'),
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
          for (const group of ['AAPL assessment', 'AAPL backtest', 'IBM assessment', 'IBM backtest']) {
            const ended = runs.filter((one) => `${one.ticker} ${one.kind}` === group && isEnded(one))
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

  it('puts every run that has files and ended into one place at most, and none that has not', () => {
    const run = fc.record({
      ticker: fc.constantFrom('AAPL', 'IBM'),
      status: fc.constantFrom(...RUN_STATUSES),
      files: fc.constantFrom(...FILES_STATES).map((state) => filesOf(state)),
      daysAgo: fc.integer({ min: 0, max: 20 }),
      need: fc.option(fc.constantFrom<Need>('active', 'reused', 'watched')),
    })
    fc.assert(
      fc.property(
        fc.array(run),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 9 }),
        (given, keep, days) => {
          const runs = given.map(({ daysAgo, need: _need, ...facts }, i) =>
            runEnded(daysAgo, { ...facts, run_id: `run-${i}` }),
          )
          const needed = given.flatMap(({ need }, i) => (need ? [[`run-${i}`, need] as [string, Need]] : []))
          const { due, kept, toPack } = plan(runs, { maxPerTicker: keep, maxAgeDays: days, needed })
          const named = [...due.map((one) => one.run), ...kept.map((one) => one.run), ...toPack]
          expect(new Set(named).size).toBe(named.length)
          const isNeeded = new Set(needed.map(([runId]) => runId))
          for (const one of named) {
            expect(['completed', 'error', 'canceled']).toContain(one.status)
            expect(['whole', 'packed']).toContain(one.files.state)
          }
          for (const { run: one } of due) expect(isNeeded.has(one.run_id)).toBe(false)
          for (const { run: one } of kept) expect(isNeeded.has(one.run_id)).toBe(true)
          for (const one of toPack)
            expect([isNeeded.has(one.run_id), one.files.state]).toEqual([false, 'whole'])
          if (days === 0) expect([due, kept]).toEqual([[], []])
        },
      ),
    )
  })

  it('plans for ten thousand runs without holding the process up', () => {
    const runs = Array.from({ length: 10_000 }, (_, i) =>
      runEnded((i * 7_919) % 400, { run_id: `run-${i}`, ticker: `T${i % 250}` }),
    )
    const times = Array.from({ length: 5 }, () => {
      const before = performance.now()
      plan(runs)
      return performance.now() - before
    })
    expect(Math.min(...times)).toBeLessThan(50)
  })
})
