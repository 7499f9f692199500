/**
 * One watched run, shared by everyone who watches it. Changes are gathered for a moment and told once: a message is made
 * and serialised for all of them together, at most ten a second, whoever was told of longest ago first. The end is told
 * last, when nothing else is left to tell. Answers to a watcher's own actions stand outside of that and always say where
 * everybody else is, so that what is sent next fits on.
 */
import type { Clock } from '../../core/clock.ts'
import { InputError } from '../../core/errors.ts'
import type { PayloadMeter } from '../../core/payload-meter.ts'
import type { Aspect, Change } from '../../runs/change.ts'
import type { RunState } from '../../runs/state.ts'
import { isTerminal } from '../../runs/status.ts'
import type { Workflow } from '../../runs/workflow.ts'
import type { ClientSocket } from './client-socket.ts'
import { createLogReader, type LogReader } from './log-reader.ts'
import { encodeMessage, type ClientAction, type ServerMessage } from './messages.ts'
import { createPace } from './pace.ts'
import { createToldLog } from './told-log.ts'
import { createToldRun, type PatchSeqs } from './told-run.ts'

export const MAX_MESSAGES_PER_SECOND = 10
/** How long changes are gathered while there is room for more messages. */
const GATHER_MS = 50

export interface RunChannelDeps {
  clock: Clock
  meter: PayloadMeter
  boot: string
  /** Logs are sent live. */
  logStream: boolean
  /** Ends everything. */
  shutdown: AbortSignal
  onFault(error: unknown): void
}

export interface RunChannel {
  /** Where the numbers stand. */
  readonly seqs: PatchSeqs
  /** Everything was told. */
  readonly isSettled: boolean
  onChange(change: Change): void
  /** Shows the run to a socket from now on. */
  join(socket: ClientSocket): void
  act(socket: ClientSocket, action: ClientAction): void
  leave(socket: ClientSocket): void
}

/** What takes turns in being told; `null` when it has nothing to tell. */
type Lane = 'status' | 'tree' | 'content' | 'log'

export function createRunChannel(
  deps: RunChannelDeps,
  workflow: Workflow,
  start: RunState,
  startSeqs: PatchSeqs,
): RunChannel {
  const { clock, meter, logStream } = deps
  const { run_id } = start
  const told = createToldRun(workflow, start, deps.boot, startSeqs)
  const log = createToldLog(start)
  const pace = createPace({ perSecond: MAX_MESSAGES_PER_SECOND, gatherMs: GATHER_MS })
  const watchers = new Map<ClientSocket, LogReader>()
  /** What may be behind, the one that waited longest first. */
  const dirty = new Set<Lane>()
  let state = start
  let isScheduled = false
  let snapshot: { of: string; bytes: Buffer } | null = null

  const logSeq = () => (logStream ? log.seq : 0)

  function schedule(): void {
    if (isScheduled || dirty.size === 0 || watchers.size === 0 || deps.shutdown.aborted) return
    isScheduled = true
    void clock.sleep(pace.waitMs(clock.now()), deps.shutdown).then(
      () => {
        isScheduled = false
        try {
          flush()
        } catch (error) {
          deps.onFault(error)
        }
        schedule()
      },
      () => undefined,
    )
  }

  function flush(): void {
    const now = clock.now()
    let isCounted = false
    let room = pace.room(now)
    while (room > 0 && dirty.size > 0) {
      const lane = nextLane()
      dirty.delete(lane)
      const isSent = tell(lane, isCounted)
      if (!isSent) continue
      if (lane !== 'log') isCounted = true
      if (isBehind(lane)) dirty.add(lane)
      pace.count(now)
      room--
    }
  }

  /** The one that waited longest; the end waits for all others. */
  function nextLane(): Lane {
    const [first, second] = dirty
    return first === 'status' && second && isTerminal(state.status) ? second : first!
  }

  function isBehind(lane: Lane): boolean {
    if (lane === 'content') return told.isContentBehind(state)
    return lane === 'log' && log.isBehind
  }

  /** False where there was nothing to tell. */
  function tell(lane: Lane, isCounted: boolean): boolean {
    if (lane === 'log') return tellLog()
    const message = advance(lane)
    if (!message) return false
    const bytes = encodeMessage(message)
    const readers = broadcast(bytes)
    snapshot = null
    if (readers === 0) return true
    // All patches of one moment stand for one snapshot.
    const whole = isCounted ? 0 : told.snapshotBytes(logSeq())
    meter.count('socket', run_id, { sent: bytes.length, whole }, readers)
    return true
  }

  function advance(lane: Exclude<Lane, 'log'>): ServerMessage | null {
    switch (lane) {
      case 'status':
        return told.advanceStatus(state)
      case 'tree':
        return told.advanceTree(state)
      case 'content':
        return told.advanceContent(state)
    }
  }

  function broadcast(bytes: Buffer): number {
    let readers = 0
    for (const socket of watchers.keys()) if (socket.send(bytes)) readers++
    return readers
  }

  function tellLog(): boolean {
    const news = log.advance()
    if (!news) return false
    if (news.kind === 'anew') {
      const { seq, epoch, entries } = log.whole()
      const common = shared({ type: 'log_snapshot_run', run_id, seq, epoch, entries })
      for (const [socket, reader] of watchers) {
        if (!reader.isPlain) socket.send(encodeMessage(reader.snapshot(run_id)))
        else if (socket.send(common())) reader.skipTo(seq, epoch)
      }
      return true
    }
    const { after, entries } = news
    const seq = log.seq
    const common = shared({ type: 'log_append_run', run_id, seq, entries })
    for (const [socket, reader] of watchers) {
      if (reader.fits(after)) {
        if (socket.send(common())) reader.skipTo(seq, reader.epoch)
        continue
      }
      const own = reader.append(run_id, entries)
      if (own) socket.send(encodeMessage(own))
    }
    return true
  }

  function answer(socket: ClientSocket, message: ServerMessage): void {
    socket.send(encodeMessage(message))
  }

  /** Made once for everyone who asks before the next change. */
  function snapshotNow(): Buffer {
    const { status, content } = told.seqs
    const of = [status, content, logSeq(), JSON.stringify(told.status)].join()
    if (snapshot?.of !== of) snapshot = { of, bytes: encodeMessage(told.snapshot(logSeq())) }
    return snapshot.bytes
  }

  function readerOf(socket: ClientSocket, action: string): LogReader {
    if (!logStream) throw new InputError('action', `${action} is not possible: logs are not sent here`)
    return watchers.get(socket)!
  }

  return {
    get seqs() {
      return told.seqs
    },
    get isSettled() {
      return dirty.size === 0
    },
    onChange(change) {
      state = change.state
      for (const lane of change.aspects.flatMap((aspect) => LANES[aspect] ?? [])) dirty.add(lane)
      if (logStream && change.aspects.includes('log')) log.follow(state)
      if (!logStream) dirty.delete('log')
      schedule()
    },
    join(socket) {
      watchers.set(socket, createLogReader(log))
      answer(socket, told.init({ stream: logStream, seq: logSeq() }))
      answer(socket, told.statusUpdate({ withDecision: true }))
      schedule()
    },
    leave: (socket) => void watchers.delete(socket),
    act(socket, action) {
      switch (action.action) {
        case 'resync':
          socket.send(snapshotNow())
          return answer(socket, told.statusUpdate({ withDecision: false }))
        case 'log_dump':
          return answer(socket, readerOf(socket, action.action).snapshot(run_id))
        case 'log_filter': {
          const reader = readerOf(socket, action.action)
          reader.narrow(action.filter)
          return answer(socket, reader.snapshot(run_id))
        }
        case 'ping': {
          const reader = watchers.get(socket)!
          const seqs = { ...told.seqs, log: logStream ? reader.seq : 0 }
          const log_epoch = reader.epoch
          const { boot } = deps
          return answer(socket, { type: 'pong', run_id, boot, ...told.status, seqs, log_epoch })
        }
      }
    },
  }
}

/** What has to be told when an aspect of a run changed. */
const LANES: Partial<Record<Aspect, readonly Lane[]>> = {
  status: ['status'],
  tree: ['tree', 'status'],
  content: ['content'],
  log: ['log'],
}

/** Serialised when it is first needed, and once. */
function shared(message: ServerMessage): () => Buffer {
  let bytes: Buffer | null = null
  return () => (bytes ??= encodeMessage(message))
}
