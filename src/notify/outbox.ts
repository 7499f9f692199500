/**
 * The journal of what is to be told: every notice, every try, every end of it. What a notice has come to is a fold of its
 * records, so that a restart goes on where the last process was. Stored by `storage/notice-journal.ts`.
 */
import type { Notice } from './notice.ts'

export type OutboxRecord =
  | { type: 'queued'; at: string; id: string; notice: Notice }
  /** A try that failed. */
  | { type: 'tried'; at: string; id: string; problem: string }
  | { type: 'delivered'; at: string; id: string }
  | { type: 'given_up'; at: string; id: string; problem: string }

export interface NoticeJournal {
  /** Everything it holds, in order. */
  load(): Promise<OutboxRecord[]>
  /** Durable when it resolves. */
  append(record: OutboxRecord): Promise<void>
  /** Holds just these from now on. Whole or not at all, also across a crash. */
  replace(records: readonly OutboxRecord[]): Promise<void>
}

export interface Delivery {
  notice: Notice
  state: 'waiting' | 'delivered' | 'given_up'
  tries: number
  queued_at: string
  /** Of the last record. */
  updated_at: string
  /** Why the last try failed; null where none did. */
  problem: string | null
}

/** By notice id, in the order in which they were queued. A record of an unknown notice is left out. */
export function foldDeliveries(
  records: Iterable<OutboxRecord>,
  deliveries = new Map<string, Delivery>(),
): Map<string, Delivery> {
  for (const record of records) foldRecord(deliveries, record)
  return deliveries
}

function foldRecord(deliveries: Map<string, Delivery>, record: OutboxRecord): void {
  const { id, at } = record
  const known = deliveries.get(id)
  if (record.type === 'queued') {
    const fresh = { state: 'waiting' as const, tries: 0, queued_at: at, updated_at: at, problem: null }
    if (!known) deliveries.set(id, { notice: record.notice, ...fresh })
    return
  }
  if (!known) return
  const next = { ...known, updated_at: at }
  if (record.type === 'tried')
    deliveries.set(id, { ...next, tries: known.tries + 1, problem: record.problem })
  else if (record.type === 'given_up')
    deliveries.set(id, { ...next, state: 'given_up', problem: record.problem })
  else deliveries.set(id, { ...next, tries: known.tries + 1, state: 'delivered', problem: null })
}

/** The records that say the same of these deliveries as all that led to them. */
export function recordsOf(deliveries: Iterable<Delivery>): OutboxRecord[] {
  return [...deliveries].flatMap(({ notice, state, tries, queued_at, updated_at: at, problem }) => {
    const { id } = notice
    const failed = Array.from({ length: state === 'delivered' ? tries - 1 : tries }, (): OutboxRecord => {
      return { type: 'tried', at, id, problem: problem ?? 'failed before' }
    })
    const records: OutboxRecord[] = [{ type: 'queued', at: queued_at, id, notice }, ...failed]
    if (state === 'delivered') records.push({ type: state, at, id })
    if (state === 'given_up') records.push({ type: state, at, id, problem: problem ?? '' })
    return records
  })
}
