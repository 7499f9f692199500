/**
 * `GET /ws` and `GET /ws?run_id=…`. Everything that can be refused is refused here, before the request becomes a socket,
 * with a status and a reason like any other: behind the guards for host, origin, session and number of streams.
 */
import { Hono } from 'hono'
import type { WebSocket } from 'ws'
import { InputError, NotFoundError, quote } from '../../core/errors.ts'
import { isRunId } from '../../core/ids.ts'
import { RefusedError } from '../../core/http-error.ts'
import type { RunDesk } from '../../runs/desk.ts'
import { bindingsOf, type WebEnv } from '../web-env.ts'
import { CLOSE_CODES } from './client-socket.ts'
import { awaitFirstRun, findFirstRun } from './first-run.ts'
import { encodeMessage } from './messages.ts'
import type { RunChannels, Seat } from './run-channels.ts'
import type { Show } from './show.ts'

export interface SocketRouteDeps {
  desk: Pick<RunDesk, 'feed' | 'list' | 'summary'>
  all: Show
  runs: RunChannels
  /** False: a socket that names no run follows the one that works. */
  multiRun: boolean
  shutdown: AbortSignal
  /** Makes an opened connection the client of a show. */
  open(ws: WebSocket, show: Show): void
}

export function createSocketRoutes(deps: SocketRouteDeps): Hono<WebEnv> {
  const { desk, runs, all } = deps
  const routes = new Hono<WebEnv>()

  routes.get('/ws', async (c) => {
    const { upgrade } = bindingsOf(c)
    const asked = parseRunId(c.req.query('run_id'))
    if (!upgrade) {
      const error = 'this address speaks WebSocket: connect with ws:// or wss://'
      return c.json({ error }, 426, { Upgrade: 'websocket', Connection: 'Upgrade' })
    }
    if (deps.shutdown.aborted) throw new RefusedError(503, 'the desk is shutting down')
    const show = await chooseShow(asked)
    upgrade.admit({ accept: (ws) => deps.open(ws, show), abandon: () => show.end(null) })
    return c.body(null, 204)
  })

  async function chooseShow(asked: string | null): Promise<Show> {
    if (asked !== null) return showRun(await takeSeat(asked))
    if (deps.multiRun) return all
    const first = findFirstRun(desk)
    return first === null ? awaitRun() : showRun(await takeSeat(first))
  }

  async function takeSeat(runId: string): Promise<Seat> {
    desk.summary(runId)
    try {
      return await runs.take(runId)
    } catch (error) {
      // It is known, so that this can only be its files.
      if (!(error instanceof NotFoundError)) throw error
      throw new NotFoundError(`run ${runId} cannot be watched any more: its files were removed`)
    }
  }

  /** The next run that is launched, as soon as there is one. */
  function awaitRun(): Show {
    let inner: Show | null = null
    let isOver = false
    let stop: () => void = () => undefined
    return {
      begin(socket) {
        socket.send(encodeMessage({ type: 'init_all', runs: [] }))
        stop = awaitFirstRun(desk, (runId) => {
          void runs.take(runId).then(
            (seat) => {
              if (isOver) return seat.giveBack()
              inner = showRun(seat)
              inner.begin(socket)
            },
            () => socket.close(CLOSE_CODES.fault, 'the run cannot be shown'),
          )
        })
      },
      act(socket, action) {
        if (inner) return inner.act(socket, action)
        if (action.action === 'ping')
          return void socket.send(encodeMessage({ type: 'pong', boot: desk.feed.boot }))
        if (action.action === 'resync') return void socket.send(encodeMessage({ type: 'init_all', runs: [] }))
        throw new InputError('action', `action is ${quote(action.action)}; there is no run yet`)
      },
      end(socket) {
        isOver = true
        stop()
        inner?.end(socket)
      },
    }
  }

  return routes
}

function showRun({ channel, giveBack }: Seat): Show {
  return {
    begin: (socket) => channel.join(socket),
    act: (socket, action) => channel.act(socket, action),
    end(socket) {
      if (socket) channel.leave(socket)
      giveBack()
    },
  }
}

/** Null where none is named; an empty one counts as not given, as forms send it. */
function parseRunId(text: string | undefined): string | null {
  if (text === undefined || text === '') return null
  if (!isRunId(text)) throw new InputError('run_id', `run_id ${quote(text)} is not a run id`)
  return text
}
