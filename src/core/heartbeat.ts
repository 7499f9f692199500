/** Beats everyone who is listed at even intervals: one timer for all of them, none while there is nobody. */
import type { Clock } from './clock.ts'

export interface Heartbeat<Member> {
  /** From now on until it is removed; the first beat comes within one interval. */
  add(member: Member): void
  remove(member: Member): void
  /** Those that are listed. */
  readonly members: ReadonlySet<Member>
}

/** Beats until `shutdown` aborts. */
export function createHeartbeat<Member extends { beat(): void }>(
  everyMs: number,
  clock: Clock,
  shutdown: AbortSignal,
): Heartbeat<Member> {
  const members = new Set<Member>()
  let isBeating = false

  async function keepBeating(): Promise<void> {
    isBeating = true
    try {
      while (members.size > 0) {
        await clock.sleep(everyMs, shutdown)
        for (const member of members) member.beat()
      }
    } catch (error) {
      if (!shutdown.aborted) throw error
    } finally {
      isBeating = false
    }
  }

  return {
    members,
    add(member) {
      members.add(member)
      if (!isBeating) void keepBeating()
    },
    remove: (member) => void members.delete(member),
  }
}
