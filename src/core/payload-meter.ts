/**
 * How much live updates save: bytes that were sent as patches beside the bytes of the snapshots they stand for, by run
 * and in total since the process started. Counts once for each reader a message was sent to.
 */
export interface PayloadUse {
  /** Messages sent. */
  messages: number
  sent_bytes: number
  /** What sending the whole each time would have come to. */
  whole_bytes: number
}

/** `socket` are WebSocket messages, `page` the HTML of pages. */
export const PAYLOAD_CHANNELS = ['socket', 'page'] as const
export type PayloadChannel = (typeof PAYLOAD_CHANNELS)[number]

/** Runs of which the use is remembered; beyond it that of the one counted least recently is forgotten. */
const MAX_RUNS = 500

export interface PayloadMeter {
  /** `runId` null where a message is of several runs. `readers` is how many it was sent to. */
  count(
    channel: PayloadChannel,
    runId: string | null,
    bytes: { sent: number; whole: number },
    readers?: number,
  ): void
  total(channel: PayloadChannel): PayloadUse
  /** The runs counted last, the newest first. */
  runs(channel: PayloadChannel): [runId: string, use: PayloadUse][]
}

export function createPayloadMeter(): PayloadMeter {
  const channels = new Map(
    PAYLOAD_CHANNELS.map((channel) => [channel, { total: noUse(), runs: new Map<string, PayloadUse>() }]),
  )
  return {
    count(channel, runId, { sent, whole }, readers = 1) {
      const { total, runs } = channels.get(channel)!
      add(total, sent, whole, readers)
      if (runId === null) return
      const use = runs.get(runId) ?? noUse()
      add(use, sent, whole, readers)
      runs.delete(runId)
      runs.set(runId, use)
      if (runs.size > MAX_RUNS) runs.delete(runs.keys().next().value!)
    },
    total: (channel) => ({ ...channels.get(channel)!.total }),
    runs: (channel) => [...channels.get(channel)!.runs].reverse(),
  }
}

function add(use: PayloadUse, sent: number, whole: number, readers: number): void {
  use.messages += readers
  use.sent_bytes += sent * readers
  use.whole_bytes += whole * readers
}

function noUse(): PayloadUse {
  return { messages: 0, sent_bytes: 0, whole_bytes: 0 }
}

/** The part saved, 0..1; null where nothing was sent. */
export function savedShare({ sent_bytes: sent, whole_bytes: whole }: PayloadUse): number | null {
  return whole === 0 ? null : Math.max(0, 1 - sent / whole)
}
