/** How many streams and sockets are open right now, by what they carry: counted at the door, read by whoever shows it. */

/** `page` the HTML of pages, `events` JSON as server-sent events, `socket` WebSockets. */
export const STREAM_KINDS = ['page', 'events', 'socket'] as const
export type StreamKind = (typeof STREAM_KINDS)[number]

export interface OpenStreams {
  /** Returns what is to be called once when it closes. */
  add(kind: StreamKind): () => void
  readonly counts: Readonly<Record<StreamKind, number>>
}

export function createOpenStreams(): OpenStreams {
  const counts = { page: 0, events: 0, socket: 0 }
  return {
    counts,
    add(kind) {
      counts[kind] += 1
      return () => void (counts[kind] -= 1)
    },
  }
}
