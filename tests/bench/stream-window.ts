/**
 * A window of time in a server that writes to many: what the process used in it, and what was written when. Both the
 * desk and the bare writer are watched by this, in the same way and at the same cost.
 */
import { ServerResponse } from 'node:http'

/** One message as it was handed to the sockets, the same bytes to each. */
export interface SentMessage {
  /** Milliseconds since the window opened. */
  offsetMs: number
  bytes: Uint8Array
  /** The clock all processes of a machine share, in milliseconds. */
  atMs: number
}

export interface Window {
  cpuMs: number
  wallMs: number
  sent: SentMessage[]
}

/** Milliseconds on a clock that is the same in every process of this machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

export function createWindowWatch(): { open(): void; close(): Window } {
  let openedMs: number | null = null
  let cpu = process.cpuUsage()
  let sent: SentMessage[] = []
  let last: unknown = null

  const write = ServerResponse.prototype.write
  ServerResponse.prototype.write = function (this: ServerResponse, chunk: Uint8Array) {
    // A message goes to all its readers in one go, so that its second and later writes cost one comparison.
    if (chunk !== last) {
      last = chunk
      if (openedMs !== null && isMessage(chunk)) {
        const atMs = monotonicMs()
        sent.push({ offsetMs: atMs - openedMs, bytes: chunk, atMs })
      }
    }
    return write.call(this, chunk, 'utf8')
  } as typeof write

  return {
    open() {
      sent = []
      cpu = process.cpuUsage()
      openedMs = monotonicMs()
    },
    close() {
      const { user, system } = process.cpuUsage(cpu)
      const wallMs = monotonicMs() - openedMs!
      openedMs = null
      return { cpuMs: (user + system) / 1_000, wallMs, sent }
    },
  }
}

/** The text of the `id:` line that a message begins with. */
export function idOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(10)
  return Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('latin1')
}

function isMessage(chunk: unknown): chunk is Uint8Array {
  return chunk instanceof Uint8Array && chunk[0] === 0x69 && chunk[1] === 0x64
}
