/**
 * `Bundles` over files: a run's folder as a zip file, and back. A run that is packed gives the same bundle as before; of
 * one whose files were pruned, what was kept.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConflictError, NotFoundError } from '../core/errors.ts'
import { toIso, type Clock } from '../core/clock.ts'
import { readPackageVersion } from '../core/package-root.ts'
import type { Bundles, JournalStore } from '../runs/ports.ts'
import { isTerminal } from '../runs/status.ts'
import { WHOLE_FILES } from '../runs/summary.ts'
import {
  type Bundle,
  BUNDLE_FORMAT,
  BUNDLE_LIMITS,
  BUNDLE_VERSION,
  type BundleLimits,
  EVIDENCE_FILE,
  isBundledPath,
  renderEvidence,
} from './bundle-format.ts'
import { createBundleStaging, type BundleStaging } from './bundle-import.ts'
import { streamBundle, type BundleSource } from './bundle-writer.ts'
import { toIoError } from './durable-files.ts'
import { encodeEvent } from './journal-scan.ts'
import { JOURNAL_FILE } from './journal-segments.ts'
import { readManifest, type Manifest } from './manifest.ts'
import { RUN_ID_FILE, type RunDirectories } from './run-directories.ts'
import { listRunFiles, MANIFEST_FILE, openRunFile } from './run-files.ts'

/** How much of a journal is encoded before it is sent on. */
const CHUNK_CHARS = 64 * 1_024

export interface StoredBundles extends Bundles, Pick<BundleStaging, 'removeLeftovers'> {}

export interface BundlesOptions {
  resultsDir: string
  directories: RunDirectories
  journals: JournalStore
  clock: Clock
  limits?: Partial<BundleLimits>
}

export function createBundles(options: BundlesOptions): StoredBundles {
  const { resultsDir, directories, journals, clock } = options
  const limits = { ...BUNDLE_LIMITS, ...options.limits }
  const staging = createBundleStaging({ resultsDir, directories, clock, limits })
  const version = readPackageVersion()

  const prepare: Bundles['prepare'] = async (runId, at) => {
    const folder = await directories.get(runId)
    const manifest = await readManifest(folder, runId)
    if (!manifest || !isTerminal(manifest.summary.status))
      throw new ConflictError(
        `run ${runId} has no manifest yet: it can be exported once its files are written`,
      )
    const paths = (await listFiles(folder, runId)).filter((path) => isBundledPath(path))
    const files_state = paths.includes(JOURNAL_FILE) ? 'whole' : 'pruned'
    const lastSeq = files_state === 'whole' ? await findLastSeq(runId) : 0
    const sources = paths
      .filter((path) => path !== JOURNAL_FILE && isBundledPath(path, files_state))
      .map((path): BundleSource => ({ path, open: () => openRunFile(folder, path) }))
    sources.push(textSource(RUN_ID_FILE, await readFile(join(folder, RUN_ID_FILE), 'utf8')))
    sources.push(textSource(MANIFEST_FILE, renderManifest(manifest, files_state)))
    const evidence = renderEvidence(manifest.decision)
    if (evidence !== null) sources.push(textSource(EVIDENCE_FILE, evidence))
    if (files_state === 'whole')
      sources.push({ path: JOURNAL_FILE, open: () => encodeJournal(runId, lastSeq) })
    sources.sort((a, b) => (a.path < b.path ? -1 : 1))
    const head: Omit<Bundle, 'files'> = {
      format: BUNDLE_FORMAT,
      version: BUNDLE_VERSION,
      run_id: runId,
      exported_at: toIso(clock.now()),
      exported_by: version,
      files_state,
    }
    return { open: (onClose) => streamBundle({ head, sources, at: new Date(at), onClose }) }
  }

  async function listFiles(folder: string, runId: string): Promise<string[]> {
    try {
      return (await listRunFiles(folder)).map(({ path }) => path)
    } catch (error) {
      throw toIoError(`the files of run ${runId} could not be listed`, error)
    }
  }

  /** A journal that stops early would make a bundle that nobody can import. */
  async function findLastSeq(runId: string): Promise<number> {
    const { events, damage } = await journals.readCurrent(runId)
    if (damage) {
      throw new ConflictError(
        `the journal of run ${runId} is damaged at line ${damage.line} of ${damage.file}: it cannot be exported`,
      )
    }
    const last = events.at(-1)
    if (!last) throw new NotFoundError(`run ${runId} has no journal`)
    return last.seq
  }

  /** All segments in one, each line as it stands in them. */
  async function* encodeJournal(runId: string, lastSeq: number): AsyncGenerator<Uint8Array> {
    let waiting = ''
    let seq = 0
    for await (const event of journals.read(runId)) {
      waiting += encodeEvent(event)
      seq = event.seq
      if (waiting.length < CHUNK_CHARS) continue
      yield Buffer.from(waiting)
      waiting = ''
    }
    if (seq !== lastSeq) throw new Error(`the journal of run ${runId} cannot be read beyond event ${seq}`)
    yield Buffer.from(waiting)
  }

  return { prepare, stage: staging.stage, removeLeftovers: staging.removeLeftovers }
}

/** Without where the run came from and how its files are kept here: that is no part of it. */
function renderManifest(manifest: Manifest, filesState: Bundle['files_state']): string {
  const { summary } = manifest
  const files =
    filesState === 'whole' ? WHOLE_FILES : { ...summary.files, state: filesState, imported_at: null }
  return `${JSON.stringify({ ...manifest, summary: { ...summary, files } }, null, 2)}\n`
}

function textSource(path: string, text: string): BundleSource {
  return {
    path,
    async *open() {
      yield Buffer.from(text)
    },
  }
}
