/**
 * The dispatcher over a pool of worker threads. It promises that lanes take turns, that threads stay warm for a while,
 * that cancelling frees a thread within 100 ms whatever its task is at, and that a thread which dies costs its task one
 * repetition and nobody else anything. Tasks that run a strategy of a person's own are done in threads apart; they count
 * like any other, but however many of them there are, one other task goes on beside them, and one that gives no sign of
 * life for `silentMs` is ended with an error.
 *
 * A task is waiting → running → ended. Cancelled while it waits, it ends at once. Cancelled while it runs, its caller is
 * told at once; its thread is asked to stop, and ended where it does not within `graceMs`. The place counts as taken
 * until then.
 */
import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import { systemClock, type Clock } from '../../core/clock.ts'
import { createDeferred, type Deferred } from '../../core/deferred.ts'
import { tellError, withoutPaths } from '../../core/error-text.ts'
import { AbortedError } from '../../core/errors.ts'
import { ownFileOf, type OwnFile } from '../own-strategies/own-file-of.ts'
import { StrategyFault } from '../own-strategies/strategy-fault.ts'
import type { DispatchOptions, Dispatcher, Task } from '../task.ts'
import { createLanes } from './lanes.ts'
import { createOwnThreads, type OwnThreads } from './own-threads.ts'
import { FLAG, FLAG_BYTES, parseNews, unpackError } from './task-call.ts'
import type { TaskAnswer, TaskCall, TaskNews } from './task-call.ts'

/** In a checkout this file is TypeScript, in the package JavaScript; the worker beside it has the same extension. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const WORKER = new URL(`./worker${EXTENSION}`, import.meta.url)
/** A task asks every few milliseconds; what has not by then is not going to. */
const GRACE_MS = 40
/** Threads without work are kept as long, for starting one takes longer than most tasks. */
const IDLE_TIMEOUT_MS = 120_000
/** Of each thread, for what lives briefly: tasks work on columns and make little of it. */
const YOUNG_MEMORY_MB = 8
const MAX_TRIES = 2
/** A single call of a strategy, or loading it, takes no longer. */
const SILENT_MS = 60_000
/** Signs of life are looked for so often in that time. */
const LOOKS = 4

export interface DispatcherOptions {
  /** As many as the machine runs at once where left out. */
  threads?: number
  /** The module that a thread loads; its default export takes calls. */
  worker?: URL
  clock?: Clock
  graceMs?: number
  idleTimeoutMs?: number
  /** For a task of a strategy of one's own. */
  silentMs?: number
}

interface Job {
  id: number
  name: string
  input: unknown
  options: DispatchOptions
  flags: SharedArrayBuffer
  tries: number
  /** What it runs of a person's own. */
  own: OwnFile | null
  /** Ends the thread. */
  kill: AbortController
  done: Deferred<unknown>
}

export function createDispatcher(options: DispatcherOptions = {}): Dispatcher {
  const {
    threads = availableParallelism(),
    worker = WORKER,
    clock = systemClock,
    graceMs = GRACE_MS,
    silentMs = SILENT_MS,
  } = options
  if (!Number.isInteger(threads) || threads < 1)
    throw new RangeError(`threads is ${threads}; allowed: a whole number from 1`)
  const lanes = createLanes<Job>()
  const running = new Map<number, Job>()
  let pool: Piscina<TaskCall, TaskAnswer> | null = null
  let ownThreads: OwnThreads | null = null
  let lastId = 0
  let isClosed = false

  /** Made when it is first needed: most of a desk's days have no heavy work. */
  function openPool(): Piscina<TaskCall, TaskAnswer> {
    if (pool) return pool
    pool = new Piscina<TaskCall, TaskAnswer>({
      filename: worker.href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      recordTiming: false,
      env: {},
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEMORY_MB },
    })
    pool.on('message', (message: unknown) => {
      const news = parseNews(message)
      if (news) tell(news)
    })
    // A thread that died before it took a task: those that are meant for it would wait for ever.
    pool.on('error', (error: unknown) => {
      for (const job of running.values())
        if (Atomics.load(new Int32Array(job.flags), FLAG.begun) === 0) job.kill.abort(error)
    })
    return pool
  }

  function tell({ task, fraction, message }: TaskNews): void {
    const job = running.get(task)
    if (job && !job.done.isSettled) job.options.onProgress?.(fraction, message)
  }

  function fill(): void {
    while (!isClosed) {
      const job = lanes.next(mayBegin)
      if (!job) return
      running.set(job.id, job)
      void occupy(job)
    }
  }

  /** What is anybody's own may take any time: with nothing but that at work, one other task goes on beside it. */
  function mayBegin(job: Job): boolean {
    if (running.size < threads) return true
    return job.own === null && [...running.values()].every(({ own }) => own !== null)
  }

  /** A job's time in a thread; the place is free when it resolves. */
  async function occupy(job: Job): Promise<void> {
    job.tries++
    const watch = new AbortController()
    try {
      if (job.own) void endWhenSilent(job, job.own, watch.signal)
      const answer = await send(job)
      if ('error' in answer) job.done.reject(unpackError(answer.error))
      else if ('output' in answer) job.done.resolve(answer.output)
    } catch (error) {
      onLost(job, error)
    } finally {
      watch.abort()
      running.delete(job.id)
      fill()
    }
  }

  function send({ id, name, input, flags, own, options: { lane }, kill }: Job): Promise<TaskAnswer> {
    const call: TaskCall = { id, name, input, flags }
    if (!own) return openPool().run(call, { signal: kill.signal })
    ownThreads ??= createOwnThreads({ worker, threads, clock, onNews: tell })
    return ownThreads.run(call, { hash: own.hash, lane, signal: kill.signal })
  }

  async function endWhenSilent(job: Job, { file }: OwnFile, signal: AbortSignal): Promise<void> {
    const words = new Int32Array(job.flags)
    let beats = 0
    for (let silent = 0; silent < LOOKS;) {
      try {
        await clock.sleep(silentMs / LOOKS, signal)
      } catch {
        return
      }
      const now = Atomics.load(words, FLAG.beats)
      // How long its thread takes to start is not its fault.
      silent = now === beats && Atomics.load(words, FLAG.begun) === 1 ? silent + 1 : 0
      beats = now
    }
    const took = `one call of it took longer than ${silentMs / 1000} s and was ended: does it loop for ever?`
    job.done.reject(new StrategyFault(file, null, took))
    job.kill.abort()
  }

  /** Its thread ended without an answer. */
  function onLost(job: Job, error: unknown): void {
    if (job.done.isSettled || isClosed) return
    if (!isOfThread(error)) return job.done.reject(error)
    if (job.tries < MAX_TRIES) {
      job.kill = new AbortController()
      Atomics.store(new Int32Array(job.flags), FLAG.begun, 0)
      return lanes.addFirst(job.options.lane, job)
    }
    const reason = withoutPaths(tellError(job.kill.signal.aborted ? job.kill.signal.reason : error))
    const ended = `ended its thread ${MAX_TRIES} times: ${reason}`
    job.done.reject(
      job.own
        ? new StrategyFault(job.own.file, null, `it ${ended}`)
        : new Error(`${job.name} ${ended}`, { cause: error }),
    )
  }

  function cancel(job: Job, reason: unknown): void {
    if (job.done.isSettled) return
    job.done.reject(reason)
    if (lanes.remove(job.options.lane, job) || !running.has(job.id)) return
    Atomics.store(new Int32Array(job.flags), FLAG.cancelled, 1)
    const { kill } = job
    // A thread of its own serves nobody after it.
    if (job.own) return kill.abort(reason)
    void clock.sleep(graceMs).then(() => running.has(job.id) && kill.abort(reason))
  }

  return {
    threads,
    async run<Input, Output>({ name }: Task<Input, Output>, input: Input, dispatch: DispatchOptions) {
      dispatch.signal.throwIfAborted()
      if (isClosed) throw new AbortedError('shutdown')
      const job: Job = {
        ...{ id: ++lastId, name, input, options: dispatch, tries: 0, own: ownFileOf(input) },
        flags: new SharedArrayBuffer(FLAG_BYTES),
        kill: new AbortController(),
        done: createDeferred<unknown>(),
      }
      const onAbort = () => cancel(job, dispatch.signal.reason)
      dispatch.signal.addEventListener('abort', onAbort, { once: true })
      lanes.add(dispatch.lane, job)
      fill()
      try {
        return (await job.done.promise) as Output
      } finally {
        dispatch.signal.removeEventListener('abort', onAbort)
      }
    },
    async close() {
      isClosed = true
      for (let job = lanes.next(); job; job = lanes.next()) job.done.reject(new AbortedError('shutdown'))
      for (const job of running.values()) job.done.reject(new AbortedError('shutdown'))
      await Promise.all([pool?.destroy(), ownThreads?.close()])
    },
  }
}

/** What cannot be sent to a thread at all is no fault of the thread. */
function isOfThread(error: unknown): boolean {
  return !(error instanceof DOMException && error.name === 'DataCloneError')
}
