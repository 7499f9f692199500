/**
 * Threads for strategies of a person's own. Such a file shares globals with whatever else its thread runs, so a thread
 * serves one file in one line of work and nobody else ever: what it does to `Math` or leaves behind changes nobody's
 * numbers but its own. A thread without work is kept for a moment, for the next task of the same search, and ended.
 * How many work at a time is for the dispatcher to say.
 */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../core/clock.ts'
import { createDeferred, type Deferred } from '../../core/deferred.ts'
import type { OwnAnswer, OwnThreadData } from './own-thread.ts'
import { parseNews, type PackedError, type TaskAnswer, type TaskCall, type TaskNews } from './task-call.ts'

/** In a checkout this file is TypeScript, in the package JavaScript; the thread beside it has the same extension. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const THREAD = new URL(`./own-thread${EXTENSION}`, import.meta.url)
const IDLE_MS = 3_000
/** Runs of strategies of one's own take turns; each finds its thread again. */
const IDLE_PER_THREAD = 2
/** Of each thread. */
const MEMORY = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 }

export interface OwnThreadsOptions {
  /** The module whose default export takes calls. */
  worker: URL
  /** As many work at a time. */
  threads: number
  clock: Clock
  onNews(news: TaskNews): void
}

export interface OwnCall {
  hash: string
  lane: string
  /** Ends the thread. */
  signal: AbortSignal
}

export interface OwnThreads {
  /** Rejects where the thread ends without an answer. */
  run(call: TaskCall, options: OwnCall): Promise<TaskAnswer>
  close(): Promise<void>
}

interface OwnThread {
  key: string
  worker: Worker
  work: { id: number; answer: Deferred<TaskAnswer> } | null
  /** Aborts when it is given work again. */
  idle: AbortController
  gone: Deferred<void>
}

export function createOwnThreads({ worker, threads, clock, onNews }: OwnThreadsOptions): OwnThreads {
  /** The longest without work first. */
  const all = new Set<OwnThread>()

  function start(key: string, hash: string): OwnThread {
    const made = new Worker(THREAD, {
      workerData: { worker: worker.href, ownHash: hash } satisfies OwnThreadData,
      // Keys of the environment are no business of a strategy, and what it prints is nobody's.
      ...{ env: {}, stdout: true, stderr: true, resourceLimits: MEMORY },
    })
    made.stdout.resume()
    made.stderr.resume()
    const thread: OwnThread = {
      ...{ key, worker: made, work: null, idle: new AbortController(), gone: createDeferred() },
    }
    let fault: unknown = null
    made.on('message', (message: unknown) => {
      const answer = parseAnswer(message, thread.work?.id)
      if (answer) return thread.work!.answer.resolve(answer)
      const news = parseNews(message)
      if (news?.task === thread.work?.id && news) onNews(news)
    })
    made.on('error', (error) => (fault = error))
    made.on('exit', (code) => {
      all.delete(thread)
      thread.idle.abort()
      thread.work?.answer.reject(fault ?? new Error(`worker exited with code: ${code}`))
      thread.gone.resolve()
    })
    all.add(thread)
    return thread
  }

  function end(thread: OwnThread): void {
    all.delete(thread)
    thread.idle.abort()
    void thread.worker.terminate()
  }

  function rest(thread: OwnThread): void {
    if (!all.delete(thread)) return
    all.add(thread)
    thread.idle = new AbortController()
    clock.sleep(IDLE_MS, thread.idle.signal).then(
      () => end(thread),
      () => undefined,
    )
    const idle = [...all].filter(({ work }) => work === null)
    for (const one of idle.slice(0, Math.max(0, idle.length - threads * IDLE_PER_THREAD))) end(one)
  }

  return {
    async run(call, { hash, lane, signal }) {
      const key = `${hash} ${lane}`
      const thread = [...all].find((one) => one.key === key && one.work === null) ?? start(key, hash)
      thread.idle.abort()
      const answer = createDeferred<TaskAnswer>()
      thread.work = { id: call.id, answer }
      const onAbort = () => void thread.worker.terminate()
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        if (signal.aborted) onAbort()
        thread.worker.postMessage(call)
        return await answer.promise
      } finally {
        signal.removeEventListener('abort', onAbort)
        thread.work = null
        rest(thread)
      }
    },
    async close() {
      const open = [...all]
      for (const thread of open) end(thread)
      await Promise.all(open.map(({ gone }) => gone.promise))
    },
  }
}

/** Null for what does not answer the call of this number. */
function parseAnswer(value: unknown, id: number | undefined): TaskAnswer | null {
  if (typeof value !== 'object' || value === null || id === undefined) return null
  const { answered, answer } = value as Partial<OwnAnswer>
  if (answered !== id || typeof answer !== 'object' || answer === null) return null
  if ('error' in answer) return isPacked(answer.error) ? answer : null
  return 'output' in answer || 'cancelled' in answer ? answer : null
}

function isPacked(value: unknown): value is PackedError {
  if (typeof value !== 'object' || value === null) return false
  const { name, message, field, stack } = value as Record<string, unknown>
  const isText = (one: unknown) => typeof one === 'string'
  return (
    isText(name) && isText(message) && (field === null || isText(field)) && (stack === null || isText(stack))
  )
}
