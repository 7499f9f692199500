/** 200 runs, each with one watcher on `/ws?run_id=`, for 30 seconds. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchContext } from './context.ts'
import { percentile, type Measurement, type Outcome } from './harness.ts'
import { watchManyRuns, type WatchOutcome } from './socket-watching.ts'

const RUNS = 200
const FOR_MS = 30_000
const GOAL_P95_MS = 250
/** What the runs themselves come to hold grows while they work; sockets and their queues must not. */
const GOAL_HEAP_RATIO = 1.75

export const sockets: Measurement<BenchContext> = {
  name: 'sockets',
  async run(): Promise<Outcome> {
    const dir = mkdtempSync(join(tmpdir(), 'rundesk-bench-'))
    try {
      const place = { dataDir: join(dir, 'data'), resultsDir: join(dir, 'results') }
      const outcome = await watchManyRuns({ place, runs: RUNS, forMs: FOR_MS })
      return {
        readings: readingsOf(outcome),
        block: { ...outcome.block, during: `telling ${RUNS} watchers of ${RUNS} runs` },
      }
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  },
}

function readingsOf({ delays, p95Ms, messages, lost, memory, use }: WatchOutcome): Outcome['readings'] {
  const { start, third, end } = memory
  const mb = (value: number) => value.toFixed(0)
  return [
    {
      what: `delivery to ${RUNS} watchers of ${RUNS} runs, p95`,
      // What did not arrive was not fast but lost.
      value: lost.length === 0 ? p95Ms : Number.NaN,
      goal: GOAL_P95_MS,
      unit: 'ms',
      basis: [
        `median ${percentile(delays, 0.5).toFixed(0)} ms, p99 ${percentile(delays, 0.99).toFixed(0)} ms`,
        `the desk waited ${((end.waitedMs - start.waitedMs) / 1_000).toFixed(1)} s for a processor`,
        `${delays.length} changes in ${messages} messages over ${FOR_MS / 1_000} s`,
        lost.length === 0
          ? 'nothing lost, all states as REST gives them'
          : `LOST: ${lost.slice(0, 3).join('; ')}`,
      ].join(', '),
    },
    {
      what: `heap of the desk at the end vs a third of the way`,
      value: end.heapMb / third.heapMb,
      goal: GOAL_HEAP_RATIO,
      unit: '×',
      basis: `heap ${mb(start.heapMb)} → ${mb(third.heapMb)} → ${mb(end.heapMb)} MB, RSS ${mb(start.rssMb)} → ${mb(third.rssMb)} → ${mb(end.rssMb)} MB, sent ${mb(use.sent_bytes / 2 ** 20)} MB as patches`,
    },
  ]
}
