/**
 * Tells a receiver of runs that ended. A notice is journaled before the end of its run is published and stays until it
 * was received or has been tried for two days; a crash in between sends it again, never loses it. Each failed try is
 * followed by a longer wait. Notices do not wait for one another. Runs never wait for a receiver.
 */
import { toIso, type Clock } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'
import type { Notice } from './notice.ts'
import { foldDeliveries, recordsOf, type Delivery, type NoticeJournal, type OutboxRecord } from './outbox.ts'
import { postNotice, type Webhook } from './webhook.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
/** What is waited after the first failed try, the second, …; after the last of them nothing is tried any more. */
export const WAITS_MS = [
  ...[5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS],
  ...[4 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS],
]
const SETTLED_KEPT = 500

export interface NotifierLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
}

export interface NotifierOptions {
  journal: NoticeJournal
  webhook: Webhook
  clock: Clock
  log: NotifierLog
  /** Notices that came to an end and are still known, so that none is sent anew and they can be shown. */
  settledKept?: number
}

export interface Notifier {
  /** Goes on with what an earlier process left. */
  start(): Promise<void>
  /** Resolves once the notice would survive a crash, with the way to send it. One that is known already is not sent anew. */
  enqueue(notice: Notice): Promise<() => void>
  /** The newest first. */
  list(): Delivery[]
  /** Ends tries under way; they are made again at the next start. */
  close(): Promise<void>
}

export function createNotifier(options: NotifierOptions): Notifier {
  const { journal, webhook, clock, log, settledKept = SETTLED_KEPT } = options
  let deliveries = new Map<string, Delivery>()
  const closing = new AbortController()
  const underWay = new Set<Promise<void>>()
  /** Notices that are being sent, or wait for their next try. */
  const pursued = new Set<string>()
  const queueing = new Map<string, Promise<void>>()
  let writing: Promise<unknown> = Promise.resolve()
  let loaded: Promise<void> | null = null

  function load(): Promise<void> {
    loaded ??= journal.load().then((records) => void (deliveries = foldDeliveries(records)))
    return loaded
  }

  /** One record after the other, in the order given. */
  function record(entry: OutboxRecord): Promise<void> {
    const done = writing.then(async () => {
      await journal.append(entry)
      foldDeliveries([entry], deliveries)
    })
    writing = done.catch(() => undefined)
    return done
  }

  async function queue(notice: Notice): Promise<void> {
    const { id } = notice
    const queued = record({ type: 'queued', at: toIso(clock.now()), id, notice })
    queueing.set(id, queued)
    await queued.finally(() => queueing.delete(id))
  }

  function deliver(id: string): void {
    if (pursued.has(id) || deliveries.get(id)?.state !== 'waiting') return
    pursued.add(id)
    const work = pursue(id).catch((error: unknown) => {
      if (!closing.signal.aborted) log.warn({ err: error, delivery: id }, 'a notice is not pursued any more')
    })
    underWay.add(work)
    void work.finally(() => {
      underWay.delete(work)
      pursued.delete(id)
    })
  }

  async function pursue(id: string): Promise<void> {
    const { signal } = closing
    for (;;) {
      const { notice, tries } = deliveries.get(id)!
      if (tries > 0) await clock.sleep(WAITS_MS[tries - 1] ?? 0, signal)
      const outcome = await postNotice(webhook, notice, clock.now(), signal)
      const at = toIso(clock.now())
      if (outcome.ok) return await settle({ type: 'delivered', at, id })
      const { problem } = outcome
      await record({ type: 'tried', at, id, problem })
      if (outcome.isFinal || tries >= WAITS_MS.length) {
        log.warn(
          { delivery: id, problem, tries: tries + 1 },
          'a notice could not be delivered and is given up',
        )
        return await settle({ type: 'given_up', at, id, problem })
      }
      if (tries === 0) log.warn({ delivery: id, problem }, 'a notice was not received; it is tried again')
    }
  }

  async function settle(entry: OutboxRecord): Promise<void> {
    await record(entry)
    if (listSettled().length < 2 * settledKept) return
    writing = writing.then(shorten).catch((error: unknown) => {
      log.warn({ reason: messageOf(error) }, 'the journal of notices could not be shortened')
    })
    await writing
  }

  function listSettled(): Delivery[] {
    return [...deliveries.values()].filter(({ state }) => state !== 'waiting')
  }

  /** In turn with what is recorded, so that nothing recorded meanwhile is lost. */
  async function shorten(): Promise<void> {
    const kept = new Map(deliveries)
    for (const { notice } of listSettled().slice(0, -settledKept)) kept.delete(notice.id)
    await journal.replace(recordsOf(kept.values()))
    deliveries = kept
  }

  return {
    async start() {
      await load()
      const oldest = clock.now() - WAITS_MS.reduce((sum, ms) => sum + ms, 0)
      for (const { notice, state, queued_at } of [...deliveries.values()]) {
        if (state !== 'waiting') continue
        if (Date.parse(queued_at) >= oldest) deliver(notice.id)
        else await settle({ type: 'given_up', at: toIso(clock.now()), id: notice.id, problem: 'too old' })
      }
    },
    async enqueue(notice) {
      await load()
      const { id } = notice
      if (!deliveries.has(id)) await (queueing.get(id) ?? queue(notice))
      return () => deliver(id)
    },
    list: () => [...deliveries.values()].reverse(),
    async close() {
      closing.abort(new Error('the desk is shutting down'))
      await Promise.all(underWay)
      await writing
    },
  }
}
