/**
 * The WebSocket side of the desk, put together: its routes, the server that upgrades, and the end of it. When the desk
 * shuts down every socket is told so; what has not closed by itself when `end` is called is cut off.
 */
import type { Server } from 'node:http'
import type { Hono } from 'hono'
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws'
import type { Clock } from '../../core/clock.ts'
import { createHeartbeat } from '../../core/heartbeat.ts'
import type { PayloadMeter } from '../../core/payload-meter.ts'
import type { RunDesk } from '../../runs/desk.ts'
import type { Log } from '../log.ts'
import type { WebEnv } from '../web-env.ts'
import { createAllChannel } from './all-channel.ts'
import {
  BEAT_MS,
  CLOSE_CODES,
  createClientSocket,
  MAX_FRAME_BYTES,
  type ClientSocket,
} from './client-socket.ts'
import { createRunChannels } from './run-channels.ts'
import type { Show } from './show.ts'
import { createSocketRoutes } from './socket-routes.ts'
import { attachUpgrade } from './upgrade.ts'

/** Its types do not know `closeTimeout` yet: what a client that was told to close is given to do so, in milliseconds. */
const SERVER_OPTIONS: ServerOptions & { closeTimeout: number } = {
  noServer: true,
  clientTracking: false,
  maxPayload: MAX_FRAME_BYTES,
  perMessageDeflate: false,
  closeTimeout: 5_000,
}

export interface SocketsDeps {
  desk: Pick<RunDesk, 'feed' | 'list' | 'summary' | 'state' | 'watch' | 'workflows'>
  config: { enableMultiRun: boolean; enableLogStream: boolean }
  clock: Clock
  log: Log
  meter: PayloadMeter
  shutdown: AbortSignal
  /** What may wait for a client that does not read. */
  maxQueuedBytes?: number
}

export interface Sockets {
  /** To be mounted behind the guards. */
  readonly routes: Hono<WebEnv>
  /** Has the server upgrade what `app` admits. */
  attach(server: Server, app: Hono<WebEnv>): void
  /** Sockets that are open. */
  readonly open: number
  /** Runs that are being watched through them. */
  readonly watched: number
  /** Cuts off what is left. */
  end(): void
}

export function createSockets(deps: SocketsDeps): Sockets {
  const { desk, config, clock, log, shutdown } = deps
  const onFault = (error: unknown) => log.error({ err: error }, 'sockets could not be told of a change')
  const shared = { desk, clock, shutdown, onFault }
  const all = createAllChannel(shared)
  const runs = createRunChannels({ ...shared, meter: deps.meter, logStream: config.enableLogStream })
  const server = new WebSocketServer(SERVER_OPTIONS)
  const heartbeat = createHeartbeat<ClientSocket>(BEAT_MS, clock, shutdown)
  const clients = new Set<ClientSocket>()
  /** Also those that were told to close and have not yet. */
  const connections = new Set<WebSocket>()

  shutdown.addEventListener('abort', () => {
    for (const client of [...clients]) client.close(CLOSE_CODES.shutdown, 'the desk is shutting down')
  })

  function open(ws: WebSocket, show: Show): void {
    connections.add(ws)
    ws.once('close', () => connections.delete(ws))
    const client: ClientSocket = createClientSocket(ws, {
      clock,
      log,
      maxQueuedBytes: deps.maxQueuedBytes,
      onAction: (action) => show.act(client, action),
      onGone() {
        clients.delete(client)
        heartbeat.remove(client)
        show.end(client)
      },
    })
    clients.add(client)
    if (shutdown.aborted) return client.close(CLOSE_CODES.shutdown, 'the desk is shutting down')
    heartbeat.add(client)
    show.begin(client)
  }

  return {
    routes: createSocketRoutes({ desk, all, runs, multiRun: config.enableMultiRun, shutdown, open }),
    attach: (httpServer, app) => attachUpgrade(httpServer, app, server, log),
    get open() {
      return clients.size
    },
    get watched() {
      return runs.open
    },
    end() {
      for (const ws of connections) ws.terminate()
    },
  }
}
