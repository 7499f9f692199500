/** A long log: said by a run at work, or of a finished run, straight in the files of a desk that nobody serves yet. */
import { systemClock } from '../../src/core/clock.ts'
import { formatStamp } from '../../src/core/ids.ts'
import { SEVERITIES, type LogLine, type RunEvent } from '../../src/runs/event.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { PageDesk } from './page-desk.ts'
import { identityOf, summaryOf } from './run-facts.ts'

/** Events are written so many at a time. */
const BATCH = 2_000
const LINES_PER_EVENT = 5
const SOURCES = ['market', 'bull', 'bear', 'trader', 'risk_manager', 'tool']

/** Line `n` (from 1): every hundredth is a warning, every thousandth an error, every 250th is long. */
export function longLogLine(n: number, startMs: number): LogLine {
  const severity = n % 1_000 === 0 ? 'ERROR' : n % 100 === 0 ? 'WARN' : SEVERITIES[1 + (n % 2)]!
  const source = SOURCES[n % SOURCES.length]!
  const tail =
    n % 250 === 0 ? ` because ${'the range of the day is wide and the volume is thin; '.repeat(6)}end` : ''
  return {
    ts: startMs + n,
    severity,
    source,
    agent_id: source === 'tool' ? null : source,
    message: `line ${n}: the trend of ${(n % 97) + 3} days holds at ${(500 + (n % 313) / 7).toFixed(2)}${tail}`,
  }
}

const SAID_FROM_MS = Date.parse('2026-11-20T10:00:00Z')
const SAID_PER_EVENT = 50

/** Lines `from` to `to` of the long log, said by a run at work. */
export function sayLongLog(desk: PageDesk, runId: string, from: number, to: number): void {
  for (let n = from; n <= to; n += SAID_PER_EVENT) {
    const count = Math.min(SAID_PER_EVENT, to - n + 1)
    const entries = Array.from({ length: count }, (_, i) => longLogLine(n + i, SAID_FROM_MS))
    desk.emit(runId, { type: 'log_appended', key: null, entries })
  }
}

/** The run's id. */
export async function createLongRun(
  place: { dataDir: string; resultsDir: string },
  { lines }: { lines: number },
): Promise<string> {
  const startMs = systemClock.now() - 120_000
  const storage = await openStorage({ ...place, clock: systemClock, log: { warn: () => undefined } })
  const runId = `AAPL--${formatStamp(startMs)}--00f00d`
  const at = new Date(startMs).toISOString()
  const input = { ticker: 'AAPL', as_of: '2012-06-29', analysts: ['market'], rounds: 1, repeats: 1 }
  const identity = { ...identityOf(runId), input, created_at: at }
  const events: object[] = [{ type: 'run_created', ...identity }, { type: 'run_started' }]
  for (let n = 1; n <= lines; n += LINES_PER_EVENT) {
    const count = Math.min(LINES_PER_EVENT, lines - n + 1)
    const entries = Array.from({ length: count }, (_, i) => longLogLine(n + i, startMs))
    events.push({ type: 'log_appended', key: null, entries })
  }
  events.push({ type: 'run_completed', result: null })
  const journal = await storage.journals.create(identity)
  for (let from = 0; from < events.length; from += BATCH) {
    const batch = events
      .slice(from, from + BATCH)
      .map((body, i) => ({ seq: from + i + 1, at, ...body }) as unknown as RunEvent)
    await journal.append(batch, { sync: false })
  }
  await journal.close()
  storage.index.put(summaryOf({ run_id: runId, created_at: at }))
  storage.index.declareComplete()
  await storage.close()
  return runId
}
