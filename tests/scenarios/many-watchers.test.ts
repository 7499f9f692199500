/**
 * Many runs at work with a watcher each, in processes of their own: a short version of what the benchmark does with 200
 * runs for 30 seconds.
 */
import { expect, test } from 'vitest'
import { createTempDesk } from '../support/temp-desk.ts'
import { watchManyRuns } from '../bench/socket-watching.ts'

const RUNS = Number(process.env.WATCHED_RUNS ?? 40)
const FOR_MS = Number(process.env.WATCHED_MS ?? 3_000)

test(`${RUNS} runs with a watcher each lose nothing`, { timeout: 60_000 + FOR_MS * 2 }, async () => {
  const outcome = await watchManyRuns({ place: createTempDesk(), runs: RUNS, forMs: FOR_MS })
  expect(outcome.lost).toEqual([])
  expect(outcome.delays.length).toBeGreaterThan(RUNS * 5)
  const { memory, p95Ms, messages } = outcome
  console.info(
    `${RUNS} watchers: ${messages} messages, p95 ${p95Ms.toFixed(0)} ms, heap ${memory.start.heapMb.toFixed(0)} → ${memory.end.heapMb.toFixed(0)} MB, RSS ${memory.end.rssMb.toFixed(0)} MB`,
  )
})
