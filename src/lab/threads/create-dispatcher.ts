/**
 * The dispatcher over a pool of worker threads. It promises that lanes take turns, that threads stay warm for a while,
 * that cancelling frees a thread within 100 ms whatever its task is at, and that a thread which dies costs its task one
 * repetition and nobody else anything.
 *
 * A task is waiting → running → ended. Cancelled while it waits, it ends at once. Cancelled while it runs, its caller is
 * told at once; its thread is asked to stop, and ended where it does not within `graceMs`. The place counts as taken
 * until then.
 */
import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import { systemClock, type Clock } from '../../core/clock.ts'
import { createDeferred, type Deferred } from '../../core/deferred.ts'
import { AbortedError, messageOf } from '../../core/errors.ts'
import type { DispatchOptions, Dispatcher, Task } from '../task.ts'
import { createLanes } from './lanes.ts'
import { FLAG, FLAG_BYTES, unpackError, type TaskAnswer, type TaskCall, type TaskNews } from './task-call.ts'

/** In a checkout this file is TypeScript, in the package JavaScript; the worker beside it has the same extension. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const WORKER = new URL(`./worker${EXTENSION}`, import.meta.url)
/** A task asks every few milliseconds; what has not by then is not going to. */
const GRACE_MS = 40
/** Threads without work are kept as long, for starting one takes longer than most tasks. */
const IDLE_TIMEOUT_MS = 120_000
const MAX_TRIES = 2

export interface DispatcherOptions {
  /** As many as the machine runs at once where left out. */
  threads?: number
  /** The module that a thread loads; its default export takes calls. */
  worker?: URL
  clock?: Clock
  graceMs?: number
  idleTimeoutMs?: number
}

interface Job {
  id: number
  name: string
  input: unknown
  options: DispatchOptions
  flags: SharedArrayBuffer
  tries: number
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
  } = options
  if (!Number.isInteger(threads) || threads < 1)
    throw new RangeError(`threads is ${threads}; allowed: a whole number from 1`)
  const lanes = createLanes<Job>()
  const running = new Map<number, Job>()
  let pool: Piscina<TaskCall, TaskAnswer> | null = null
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
    })
    pool.on('message', tell)
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
    while (running.size < threads && !isClosed) {
      const job = lanes.next()
      if (!job) return
      running.set(job.id, job)
      void occupy(job)
    }
  }

  /** A job's time in a thread; the place is free when it resolves. */
  async function occupy(job: Job): Promise<void> {
    job.tries++
    const { id, name, input, flags } = job
    try {
      const answer = await openPool().run({ id, name, input, flags }, { signal: job.kill.signal })
      if ('error' in answer) job.done.reject(unpackError(answer.error))
      else if ('output' in answer) job.done.resolve(answer.output)
    } catch (error) {
      onLost(job, error)
    } finally {
      running.delete(id)
      fill()
    }
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
    const reason = messageOf(job.kill.signal.aborted ? job.kill.signal.reason : error)
    job.done.reject(new Error(`${job.name} ended its thread ${MAX_TRIES} times: ${reason}`, { cause: error }))
  }

  function cancel(job: Job, reason: unknown): void {
    if (job.done.isSettled) return
    job.done.reject(reason)
    if (lanes.remove(job.options.lane, job) || !running.has(job.id)) return
    Atomics.store(new Int32Array(job.flags), FLAG.cancelled, 1)
    const { kill } = job
    void clock.sleep(graceMs).then(() => running.has(job.id) && kill.abort(reason))
  }

  return {
    threads,
    async run<Input, Output>({ name }: Task<Input, Output>, input: Input, dispatch: DispatchOptions) {
      dispatch.signal.throwIfAborted()
      if (isClosed) throw new AbortedError('shutdown')
      const job: Job = {
        ...{ id: ++lastId, name, input, options: dispatch, tries: 0 },
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
      await pool?.destroy()
    },
  }
}

/** What cannot be sent to a thread at all is no fault of the thread. */
function isOfThread(error: unknown): boolean {
  return !(error instanceof DOMException && error.name === 'DataCloneError')
}
