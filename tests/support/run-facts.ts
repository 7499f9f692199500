/** Identities, events and summaries of runs, with the fields a test does not care about filled in. */
import { formatStamp } from '../../src/core/ids.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import type { RunIdentity } from '../../src/runs/identity.ts'
import type { Summary } from '../../src/runs/summary.ts'

export const START_MS = Date.parse('2026-11-20T10:00:00.000Z')

/** `number` tells runs of one moment apart. */
export function runIdOf(number = 1, ticker = 'AAPL', ms = START_MS): string {
  return `${ticker}--${formatStamp(ms)}--${number.toString(16).padStart(6, '0')}`
}

export function identityOf(runId = runIdOf()): RunIdentity {
  return {
    run_id: runId,
    batch_id: 'batch-20261120100000-0000aa',
    kind: 'assessment',
    ticker: runId.slice(0, runId.indexOf('--')),
    as_of: '2012-06-29',
    input: { ticker: 'AAPL', rounds: 1 },
    parent: null,
    created_at: new Date(START_MS).toISOString(),
  }
}

export function eventOf(
  seq: number,
  body: { type: string; [field: string]: unknown } = { type: 'desk_event' },
): RunEvent {
  return { seq, at: new Date(START_MS + seq).toISOString(), ...body } as RunEvent
}

/** Events `first` to `last`, each told apart by `n`. */
export function eventsOf(first: number, last: number): RunEvent[] {
  return Array.from({ length: last - first + 1 }, (_, i) =>
    eventOf(first + i, { type: 'desk_event', n: first + i }),
  )
}

export function checkpointOf(seq: number): RunEvent {
  return eventOf(seq, { type: 'checkpoint', state: { seq, held: 'x'.repeat(40) } })
}

export function summaryOf(facts: Partial<Summary> = {}): Summary {
  const at = facts.created_at ?? new Date(START_MS).toISOString()
  return {
    run_id: runIdOf(),
    batch_id: 'batch-20261120100000-0000aa',
    kind: 'assessment',
    ticker: 'AAPL',
    as_of: '2012-06-29',
    status: 'completed',
    overall_progress: 100,
    progress_message: null,
    eta_seconds: null,
    current_stage: null,
    created_at: at,
    started_at: at,
    updated_at: at,
    last_event_at: at,
    ended_at: at,
    execution_ms: 1_000,
    decision: null,
    error: null,
    usage: { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    shape: null,
    stats: null,
    phases: {},
    files: { state: 'whole', since: null, imported_at: null },
    ...facts,
  }
}

/** `count` ended runs, a minute apart, the oldest first. */
export function historyOf(count: number, firstMs = START_MS - count * 60_000): Summary[] {
  const tickers = ['AAPL', 'GOOG', 'IBM', 'MSFT']
  return Array.from({ length: count }, (_, i) => {
    const ms = firstMs + i * 60_000
    const ticker = tickers[i % tickers.length]!
    const created = new Date(ms).toISOString()
    return summaryOf({
      run_id: runIdOf(i, ticker, ms),
      ticker,
      created_at: created,
      progress_message: `run ${i}`,
    })
  })
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
