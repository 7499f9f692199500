/**
 * What files of one's own hold, found out in a thread of its own that is ended where a file takes too long, so that
 * whatever stands in one of them neither blocks the desk nor hides the others.
 */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../core/clock.ts'
import { createDeferred } from '../../core/deferred.ts'
import { tellError, withoutPaths } from '../../core/error-text.ts'
import type { FileOutcome, FileToRead, ReaderNews } from './reader-thread.ts'
import { parseFacts } from './strategy-shape.ts'

export interface ReadLimits {
  clock: Clock
  /** For each file. */
  limitMs: number
}

/** In a checkout this file is TypeScript, in the package JavaScript; the thread beside it has the same extension. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
const READER = new URL(`./reader-thread${EXTENSION}`, import.meta.url)
const MAX_HEAP_MB = 256

/** One outcome for each file, in their order. */
export async function readFiles(files: readonly FileToRead[], limits: ReadLimits): Promise<FileOutcome[]> {
  const outcomes: FileOutcome[] = []
  while (outcomes.length < files.length)
    outcomes.push(...(await readSome(files.slice(outcomes.length), limits)))
  return outcomes
}

/** Of the first files, as far as one thread came; at least one. */
async function readSome(
  files: readonly FileToRead[],
  { clock, limitMs }: ReadLimits,
): Promise<FileOutcome[]> {
  const outcomes: FileOutcome[] = []
  // Keys of the environment are no business of a strategy, and what it prints is nobody's.
  const worker = new Worker(READER, {
    ...{ workerData: files, env: {}, stdout: true, stderr: true },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
  const exited = createDeferred()
  let fault = 'it ended its thread'
  let watch = new AbortController()
  worker.stdout.resume()
  worker.stderr.resume()
  worker.on('message', (message: unknown) => {
    const news = parseNews(message, outcomes.length)
    if (!news) return
    watch.abort()
    if ('ended' in news) {
      outcomes.push(news.outcome)
      // A file may have left something that would keep the thread alive.
      if (outcomes.length === files.length) void worker.terminate()
      return
    }
    watch = new AbortController()
    clock.sleep(limitMs, watch.signal).then(
      () => {
        fault = `it was not loaded within ${limitMs / 1000} s: does it loop for ever?`
        void worker.terminate()
      },
      () => undefined,
    )
  })
  worker.on('error', (error) => {
    fault = `it ended its thread: ${withoutPaths(tellError(error))}`
  })
  worker.on('exit', () => exited.resolve())
  await exited.promise
  watch.abort()
  if (outcomes.length < files.length) outcomes.push({ problem: { line: null, message: fault } })
  return outcomes
}

/** Of the file with this number. A file may send whatever it likes: null for what is not meant here. */
function parseNews(value: unknown, file: number): ReaderNews | null {
  if (typeof value !== 'object' || value === null) return null
  const { begun, ended, outcome } = value as { begun?: unknown; ended?: unknown; outcome?: unknown }
  if (begun === file) return { begun }
  if (ended !== file || typeof outcome !== 'object' || outcome === null) return null
  const { strategy, problem } = outcome as { strategy?: unknown; problem?: unknown }
  if (typeof problem === 'object' && problem !== null) {
    const { line, message } = problem as { line?: unknown; message?: unknown }
    const at = Number.isInteger(line) ? (line as number) : null
    return { ended, outcome: { problem: { line: at, message: tellError(message) } } }
  }
  const facts = parseFacts(strategy)
  return facts && { ended, outcome: { strategy: facts } }
}
