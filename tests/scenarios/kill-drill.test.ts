/**
 * `kill -9` at random moments while batches run and are launched again: nothing is lost, nothing is done twice, and
 * every verdict is the one an undisturbed desk gives. KILL_DRILL_KILLS sets how often (the full drill is in .ci/run).
 */
import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const KILLS = Number(process.env.KILL_DRILL_KILLS ?? 8)
const STEP_DELAY_MS = 40
/** Longer than a step, or nothing would ever be completed between two kills. */
const INTERVAL_MS = { min: 60, max: 700 }
const TICKERS = 'AAPL,GOOG,IBM,MSFT'
const AS_OF = '2012-06-29'

test(
  `${KILLS} kills lose nothing, repeat nothing and change no verdict`,
  { timeout: 60_000 + KILLS * 20_000 },
  async () => {
    const desk = createTempDesk()
    const env = { DEMO_STEP_DELAY_MS: String(STEP_DELAY_MS), RUN_RESULTS_MAX_AGE_DAYS: '0' }
    let server = await startServer({ ...desk, env })
    const undisturbed = await referenceDecisions(server.url)

    const launched: { run_id: string; ticker: string }[] = []
    let killed = 0
    while (killed < KILLS) {
      const client = createRunClient(server.url)
      const open = await Promise.all(launched.slice(-4).map((run) => client.summary(run.run_id)))
      if (open.every((run) => run.status === 'completed'))
        launched.push(...(await client.launch(TICKERS, AS_OF)).runs)
      await systemClock.sleep(INTERVAL_MS.min + Math.random() * (INTERVAL_MS.max - INTERVAL_MS.min))
      await server.kill('SIGKILL')
      killed++
      server = await startServer({ ...desk, env })
    }

    const client = createRunClient(server.url)
    let repeatedAttempts = 0
    for (const { run_id: runId, ticker } of launched) {
      expect(await client.ended(runId)).toMatchObject({ status: 'completed', error: null })
      const events = await client.journal(runId)
      expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1))
      const completed = events
        .filter((event) => event.type === 'step_completed')
        .map((event) => (event as { key?: string }).key)
      expect(new Set(completed).size).toBe(completed.length)
      for (const event of events) {
        if (event.type !== 'step_started') continue
        const { key, attempt } = event as { key?: string; attempt?: number }
        if (attempt! > 1) repeatedAttempts++
        const before = events.filter((other) => other.seq < event.seq)
        expect(
          before.some((other) => other.type === 'step_completed' && (other as { key?: string }).key === key),
        ).toBe(false)
      }
      expect(comparable(await client.decision(runId))).toEqual(undisturbed.get(ticker))
    }
    expect(launched.length).toBeGreaterThanOrEqual(4)
    console.info(
      `kill drill: ${killed} kills, ${launched.length} runs, ${repeatedAttempts} steps taken up again`,
    )
    await server.kill('SIGTERM')
  },
)

async function referenceDecisions(url: string): Promise<Map<string, unknown>> {
  const client = createRunClient(url)
  const decisions = new Map<string, unknown>()
  for (const { run_id: runId, ticker } of (await client.launch(TICKERS, AS_OF)).runs) {
    await client.ended(runId)
    decisions.set(ticker, comparable(await client.decision(runId)))
  }
  return decisions
}

/** A decision without what names the run and the times: `contract` of "the same decision". */
function comparable(decision: Record<string, unknown>): unknown {
  const { run_id: _runId, prior: _prior, ...rest } = decision
  const { journal_hash: _hash, ...provenance } = rest.provenance as Record<string, unknown>
  return { ...rest, provenance }
}
