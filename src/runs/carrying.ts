/**
 * Carrying runs from desk to desk: giving one out as a bundle, and taking one in after everything in it was held against
 * its journal. A run that is taken in is one of this desk's like any other from the moment it is published.
 */
import { toIso, type Clock } from '../core/clock.ts'
import { ConflictError, LimitError, NotFoundError } from '../core/errors.ts'
import { sha256, sha256Stream } from '../core/json.ts'
import { encodeLine } from '../core/ndjson.ts'
import { describeGone } from './describe-gone.ts'
import type { RunKind } from './event.ts'
import type { FoldOptions } from './fold.ts'
import type { Bundles, JournalStore, Results, RunIndex, PreparedBundle, StagedBundle } from './ports.ts'
import { isTerminal, STATUS_WORDS } from './status.ts'
import type { FilesState, Summary } from './summary.ts'
import { verifyBundle } from './verify-bundle.ts'
import type { Workflow } from './workflow.ts'

/** Each takes the disk for itself and, for its state, memory. */
const IMPORTS_AT_ONCE = 2
const RETRY_SECONDS = 5

export interface CarryingDeps {
  bundles: Bundles
  journals: JournalStore
  results: Results
  index: RunIndex
  workflows: ReadonlyMap<RunKind, Workflow>
  clock: Clock
  fold: FoldOptions
  summary(runId: string): Summary
  /** What is left of a run's files, as they are found now. */
  look(runId: string): Promise<FilesState['state']>
  /** Keeps the files of a run while it is read. */
  watch(runId: string): () => void
  /** Aborts when the desk shuts down. */
  shutdown: AbortSignal
  /** Called with the id of a run that has come in. */
  onImported(runId: string): void
}

export interface ExportedRun {
  /** Of a file that holds it. */
  name: string
  stream: ReadableStream<Uint8Array>
}

export interface Carrying {
  exportRun(runId: string): Promise<ExportedRun>
  checkExport(runId: string): Promise<Pick<ExportedRun, 'name'>>
  importRun(bytes: ReadableStream<Uint8Array>): Promise<Summary>
}

export function createCarrying(deps: CarryingDeps): Carrying {
  const { bundles, journals, results, index, clock } = deps
  let importing = 0

  async function prepare(runId: string): Promise<PreparedBundle> {
    const { status } = deps.summary(runId)
    if (!isTerminal(status)) {
      throw new ConflictError(`run ${runId} is ${STATUS_WORDS[status]}: it can be exported once it has ended`)
    }
    if ((await deps.look(runId)) === 'gone') throw new NotFoundError(describeGone(deps.summary(runId)))
    const { ended_at, created_at } = deps.summary(runId)
    return bundles.prepare(runId, ended_at ?? created_at)
  }

  async function exportRun(runId: string): Promise<ExportedRun> {
    const release = deps.watch(runId)
    try {
      const bundle = await prepare(runId)
      return { name: nameFile(runId), stream: await bundle.open(release) }
    } catch (error) {
      release()
      throw error
    }
  }

  async function checkExport(runId: string): Promise<Pick<ExportedRun, 'name'>> {
    const release = deps.watch(runId)
    try {
      await prepare(runId)
      return { name: nameFile(runId) }
    } finally {
      release()
    }
  }

  async function importRun(bytes: ReadableStream<Uint8Array>): Promise<Summary> {
    if (importing >= IMPORTS_AT_ONCE)
      throw new LimitError(`${importing} bundles are being imported already; try again later`, RETRY_SECONDS)
    importing += 1
    try {
      deps.shutdown.throwIfAborted()
      const staged = await bundles.stage(bytes, deps.shutdown)
      try {
        return await takeIn(staged)
      } finally {
        await staged.discard()
      }
    } catch (error) {
      if (!deps.shutdown.aborted) throw error
      throw new ConflictError('the desk is shutting down and takes in no runs', { cause: error })
    } finally {
      importing -= 1
    }
  }

  async function takeIn(staged: StagedBundle): Promise<Summary> {
    const { runId } = staged
    if (await journals.exists(runId)) throw new ConflictError(await describePresent(staged))
    const { workflows, fold, shutdown: signal } = deps
    const importedAt = toIso(clock.now())
    const summary = await verifyBundle(staged, { workflows, fold, importedAt, signal })
    signal.throwIfAborted()
    await staged.publish(summary)
    index.put(summary)
    deps.onImported(runId)
    return summary
  }

  async function describePresent({
    runId,
    isPruned,
    journalHash,
    decisionHash,
  }: StagedBundle): Promise<string> {
    const present = await hashJournal(runId)
    const head = `run ${runId} is here already`
    if (present === null || isPruned) {
      const decision = await results.decision(runId)
      const hash = decision && sha256(`${JSON.stringify(decision, null, 2)}\n`)
      return `${head}, with ${hash === decisionHash ? 'the same' : 'another'} decision`
    }
    return `${head}, with ${present === journalHash ? 'the same' : 'other'} content`
  }

  /** Null where its files were pruned. */
  async function hashJournal(runId: string): Promise<string | null> {
    const lines = sha256Stream()
    try {
      for await (const event of journals.read(runId)) lines.update(encodeLine(event))
    } catch (error) {
      if (error instanceof NotFoundError) return null
      throw error
    }
    return lines.digest('hex')
  }

  return { exportRun, checkExport, importRun }
}

function nameFile(runId: string): string {
  return `${runId}.zip`
}
