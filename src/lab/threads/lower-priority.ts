/**
 * Lets everything else of the machine, the thread that answers pages above all, go before the present thread. Only Linux
 * schedules threads one by one; elsewhere, and where the system refuses, it does nothing.
 */
import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/** The thread's number for the system; null where it cannot be told. */
export function findThreadId(): number | null {
  try {
    const id = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    return Number.isInteger(id) && id > 0 ? id : null
  } catch {
    return null
  }
}

export function lowerPriority(priority: number = constants.priority.PRIORITY_BELOW_NORMAL): void {
  const thread = findThreadId()
  // Of the process's own number the priority would be that of its main thread.
  if (thread === null || thread === process.pid) return
  try {
    setPriority(thread, priority)
  } catch {
    // The work is done all the same, only without giving way.
  }
}
