/** Stored decisions as the committee asks for them: in order, read as little as it takes, kept as small as they can be. */
import { expect, it } from 'vitest'
import type { VerdictKind } from '../src/committee/calibration.ts'
import type { Decision } from '../src/committee/decision.ts'
import { findProposal, readPrior } from '../src/committee/prior.ts'
import { recallVerdicts } from '../src/committee/memory.ts'
import { NotFoundError } from '../src/core/errors.ts'
import { createPastDecisions } from '../src/past-decisions.ts'
import type { RunFilter, RunIndex } from '../src/runs/ports.ts'
import type { Summary } from '../src/runs/summary.ts'
import { createRunRows } from '../src/storage/run-rows.ts'
import { assess, createSampleAssessment } from './support/assessments.ts'
import { runIdOf, summaryOf } from './support/run-facts.ts'

const RULES: VerdictKind = { mode: 'rules', model: null }

/** A row of the index; the run's number is also when it was made. */
function row(n: number, as_of: string, action = 'BUY', change: Partial<Summary> = {}): Summary {
  return {
    ...summaryOf({ run_id: runIdOf(n), status: 'completed', ticker: 'AAPL' }),
    ...{ kind: 'assessment', as_of, decision: { action, confidence: 0.6 }, shape: 'rules analysts=market' },
    created_at: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
    ...change,
  }
}

async function openPast(rows: readonly Summary[], isThere = (_runId: string) => true) {
  const { decision } = await assess(createSampleAssessment(), { ticker: 'AAPL', as_of: '2012-06-29' })
  const held = createRunRows()
  held.putAll(rows)
  const asked: RunFilter[] = []
  const read: string[] = []
  const index: Pick<RunIndex, 'query'> = {
    query: (filter) => {
      asked.push(filter)
      return held.query(filter)
    },
  }
  const past = createPastDecisions({
    index: index as RunIndex,
    results: {
      decision: (runId) => {
        read.push(runId)
        if (!isThere(runId)) return Promise.reject(new NotFoundError('gone'))
        const { as_of, decision: verdict } = held.get(runId)!
        return Promise.resolve({ ...structuredClone(decision), run_id: runId, as_of, ...verdict } as Decision)
      },
    },
  })
  return { past, asked, read, decision, rows: held }
}

async function collect(past: Awaited<ReturnType<typeof openPast>>['past'], kind = RULES, most = Infinity) {
  const found: string[] = []
  for await (const { run_id } of past.settled({ kind, beforeAsOf: '2012-06-29', excludeRunId: runIdOf(9) })) {
    found.push(run_id)
    if (found.length === most) break
  }
  return found
}

it('gives past trades of the kind, the latest day first and of a day the newest run, read one by one', async () => {
  const rows = [
    row(1, '2012-01-31'),
    row(2, '2012-03-30', 'SELL'),
    row(3, '2012-03-30'),
    row(4, '2012-02-29', 'HOLD'),
    row(5, '2012-06-29'),
    row(6, '2012-05-31', 'BUY', { shape: 'llm analysts=market' }),
    row(7, '2012-02-28', 'BUY', { shape: null, ticker: 'IBM' }),
    row(8, '2012-04-30', 'BUY', { status: 'error' }),
    row(9, '2012-04-29'),
  ]
  const { past, read } = await openPast(rows)
  expect(await collect(past, RULES, 1)).toEqual([runIdOf(3)])
  expect(read).toEqual([runIdOf(3)])
  expect(await collect(past)).toEqual([3, 2, 7, 1].map((n) => runIdOf(n)))
  expect(await collect(past, { mode: 'llm', model: 'made:deep', asked: 'once' })).toEqual(
    [6, 7].map((n) => runIdOf(n)),
  )
  // What was read once is not read again.
  expect(read).toHaveLength(5)
})

it('makes the list of a ticker once for all that a run asks in a row', async () => {
  const days = Array.from({ length: 25 }, (_, i) =>
    row(i + 1, `2012-01-${String(i + 1).padStart(2, '0')}`, 'HOLD'),
  )
  const { past, asked, rows } = await openPast(days)
  const find = async (before: string) => {
    const found = await past.prior('AAPL', before, 'the run that asks')
    return found && readPrior(found)
  }
  expect((await recallVerdicts('2012-02-01', find)).map(({ as_of }) => as_of)).toEqual(
    [25, 24, 23, 22, 21, 20, 19, 18].map((day) => `2012-01-${day}`),
  )
  expect(asked).toHaveLength(1)
  const prior = (await find('2012-02-01'))!
  expect(await findProposal(prior, '2011-01-01', find)).toBeNull()
  expect(asked).toHaveLength(2)
  // Whoever begins anew is told of what has ended since.
  rows.put(row(30, '2012-01-31'))
  expect((await find('2012-02-01'))!.as_of).toBe('2012-01-31')
  expect((await past.prior('IBM', '2012-01-10', 'the run that asks')) ?? null).toBeNull()
})

it('passes over what the files no longer hold', async () => {
  const { past } = await openPast(
    [row(1, '2012-01-31'), row(2, '2012-03-30')],
    (runId) => runId !== runIdOf(2),
  )
  expect((await past.prior('AAPL', '2012-06-29', 'x'))!.run_id).toBe(runIdOf(1))
  expect(await collect(past)).toEqual([runIdOf(1)])
})

it('keeps of a decision what is read of it, and no more', async () => {
  const { past, decision } = await openPast([row(1, '2012-06-28')])
  const found = (await past.prior('AAPL', '2012-06-29', 'x'))!
  const whole = {
    run_id: runIdOf(1),
    decision: { ...decision, as_of: '2012-06-28', action: 'BUY', confidence: 0.6 },
  }
  expect(readPrior(found)).toEqual(readPrior(whole))
  expect(readPrior(found)!.marks).not.toEqual({})
  expect(JSON.stringify(found.decision).length).toBeLessThan(2_500)
  expect(JSON.stringify(whole.decision).length).toBeGreaterThan(20_000)
})
