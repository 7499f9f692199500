/** What a socket shows: told when the socket is there, what it asks, and when it is gone. */
import type { ClientSocket } from './client-socket.ts'
import type { ClientAction } from './messages.ts'

export interface Show {
  begin(socket: ClientSocket): void
  /** Throws `InputError` for what it cannot do. */
  act(socket: ClientSocket, action: ClientAction): void
  /** Null where the request never became a socket. */
  end(socket: ClientSocket | null): void
}
