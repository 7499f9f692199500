/** Asks every open socket now and then whether it is still there; one timer for all, none while there is no socket. */
import type { Clock } from '../../core/clock.ts'
import type { ClientSocket } from './client-socket.ts'

/** Between two questions. A socket that has not answered when the next is due is cut off. */
export const BEAT_MS = 30_000

export interface SocketHeartbeat {
  add(socket: ClientSocket): void
  remove(socket: ClientSocket): void
}

export function createSocketHeartbeat(clock: Clock, shutdown: AbortSignal): SocketHeartbeat {
  const sockets = new Set<ClientSocket>()
  let isBeating = false

  async function beat(): Promise<void> {
    isBeating = true
    try {
      while (sockets.size > 0) {
        await clock.sleep(BEAT_MS, shutdown)
        for (const socket of sockets) socket.beat()
      }
    } catch (error) {
      if (!shutdown.aborted) throw error
    } finally {
      isBeating = false
    }
  }

  return {
    add(socket) {
      sockets.add(socket)
      if (!isBeating) void beat()
    },
    remove: (socket) => void sockets.delete(socket),
  }
}
