/**
 * Bundles of other desks on their way in: each is unpacked into a folder of its own below `RESULTS_DIR`, where nobody
 * looks for runs, held against what its journal says, and only then given its place by one rename. Stopped at any point
 * it leaves no run and no part of one; what it did leave is removed at the next start. What the journal itself must say
 * is left to the runs.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../core/clock.ts'
import { InputError } from '../core/errors.ts'
import { isRunId } from '../core/ids.ts'
import { sha256 } from '../core/json.ts'
import { BUNDLE_FIELD, refuseBundle } from '../runs/bundle-upload.ts'
import type { RunEvent } from '../runs/event.ts'
import type { StagedBundle } from '../runs/ports.ts'
import type { RunState } from '../runs/state.ts'
import type { Summary } from '../runs/summary.ts'
import { ARTIFACTS_FOLDER } from './artifacts.ts'
import {
  artifactHashOf,
  type Bundle,
  type BundleLimits,
  EVIDENCE_FILE,
  MAX_LISTING_BYTES,
  renderEvidence,
} from './bundle-format.ts'
import { unpackBundle } from './bundle-reader.ts'
import { makeDirectory, openFile, READ, syncDirectory, toIoError, writeDurably } from './durable-files.ts'
import { createReport, scanSegment } from './journal-scan.ts'
import { JOURNAL_FILE, readChunks } from './journal-segments.ts'
import { MANIFEST_FORMAT, writeManifest } from './manifest.ts'
import {
  DECISION_JSON,
  ERROR_LOG,
  ERROR_LOG_LINES,
  renderDecision,
  renderResultFiles,
} from './result-files.ts'
import { RUN_ID_FILE, type RunDirectories } from './run-directories.ts'
import { MANIFEST_FILE } from './run-files.ts'
import { spoolUpload } from './spool-upload.ts'
import { AGENT_LOG, formatLogFiles, RUN_LOG } from './run-logs.ts'

/** No ticker has such a name, so no run is looked for in it. */
const STAGING_FOLDER = '.staging'
const ZIP_FILE = 'bundle.zip'
const RUN_FOLDER = 'run'
const NEWLINE = 0x0a

const manifestSchema = z.looseObject({
  format: z.literal(MANIFEST_FORMAT),
  summary: z.record(z.string(), z.unknown()),
  decision: z.record(z.string(), z.unknown()).nullable(),
  files: z.array(
    z.strictObject({ path: z.string().max(300), bytes: z.int().min(0), sha256: z.string().max(64) }),
  ),
})

export interface BundleStaging {
  /** As the port says. */
  stage(bytes: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<StagedBundle>
  /** Removes what a process left that was killed over an import. To be called before the first. */
  removeLeftovers(): Promise<void>
}

export interface BundleStagingOptions {
  resultsDir: string
  directories: RunDirectories
  clock: Clock
  limits: BundleLimits
}

export function createBundleStaging(options: BundleStagingOptions): BundleStaging {
  const { directories, clock, limits } = options
  const resultsDir = resolve(options.resultsDir)
  const staging = join(resultsDir, STAGING_FOLDER)

  async function stage(bytes: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<StagedBundle> {
    const place = join(staging, randomBytes(6).toString('hex'))
    try {
      await makeDirectory(resultsDir)
      await mkdir(place, { recursive: true, mode: 0o700 })
      const { maxBytes } = limits
      const length = await spoolUpload(bytes, join(place, ZIP_FILE), { maxBytes, clock, signal })
      if (length === 0)
        throw new InputError(BUNDLE_FIELD, `${BUNDLE_FIELD} is empty: choose the .zip file of a run`)
      const bundle = await unpackBundle(join(place, ZIP_FILE), join(place, RUN_FOLDER), limits)
      await rm(join(place, ZIP_FILE))
      return await openStaged(place, bundle)
    } catch (error) {
      await discard(place)
      throw signal.aborted ? error : toIoError('the bundle could not be unpacked', error)
    }
  }

  async function openStaged(place: string, bundle: Bundle): Promise<StagedBundle> {
    const folder = join(place, RUN_FOLDER)
    const { run_id: runId, files } = bundle
    const isPruned = bundle.files_state === 'pruned'
    const hashes = new Map(files.map((file) => [file.path, file.sha256]))
    for (const needed of [RUN_ID_FILE, MANIFEST_FILE, ...(isPruned ? [] : [JOURNAL_FILE])])
      if (!hashes.has(needed)) throw refuseBundle(`${needed} is missing`)
    const manifest = await readManifestFile(join(folder, MANIFEST_FILE))

    const artifacts = new Map<string, number>()
    for (const { path, bytes, sha256: hash } of files) {
      const name = artifactHashOf(path)
      if (name !== null && name !== hash) throw refuseBundle(`${path} does not hold what its name says`)
      if (name !== null) artifacts.set(name, bytes)
    }

    const events = () => readEvents(join(folder, JOURNAL_FILE), limits.maxLineBytes)

    async function compareFiles(state: RunState | null): Promise<void> {
      const expected = new Map([[RUN_ID_FILE, sha256(`${runId}\n`)]])
      const texts = state
        ? renderResultFiles(state, countErrorLines(state, hashes.get(ERROR_LOG)))
        : renderDecision(manifest)
      for (const [path, text] of texts) expected.set(path, sha256(text))
      const evidence = renderEvidence(manifest.decision)
      if (evidence !== null) expected.set(EVIDENCE_FILE, sha256(evidence))
      if (state) for (const [path, hash] of await hashLogs(events)) expected.set(path, hash)
      for (const [path, hash] of expected) {
        if (!hashes.has(path)) throw refuseBundle(`${path} is missing`)
        if (hashes.get(path) !== hash)
          throw refuseBundle(`${path} says something else than ${sourceOf(state)}`)
      }
      for (const path of hashes.keys()) {
        const isSource = path === MANIFEST_FILE || path === JOURNAL_FILE || artifactHashOf(path) !== null
        if (!isSource && !expected.has(path))
          throw refuseBundle(`${path} does not follow from ${sourceOf(state)}`)
      }
    }

    async function publish(summary: Summary): Promise<void> {
      try {
        await rm(join(folder, EVIDENCE_FILE), { force: true })
        if (isPruned) {
          // Nothing is left here of which a new list of files could be made.
          const kept = { ...manifest, summary }
          await writeDurably(join(folder, MANIFEST_FILE), `${JSON.stringify(kept, null, 2)}\n`)
        } else {
          await writeManifest(folder, summary, manifest.decision)
        }
        await syncTree(folder)
        await directories.adopt(runId, folder)
      } catch (error) {
        throw toIoError(`run ${runId} could not be imported`, error)
      }
    }

    return {
      runId,
      isPruned,
      artifacts,
      summary: manifest.summary,
      decision: manifest.decision,
      journalHash: hashes.get(JOURNAL_FILE) ?? null,
      decisionHash: hashes.get(DECISION_JSON) ?? null,
      events,
      compareFiles,
      publish,
      discard: () => discard(place),
    }
  }

  async function discard(place: string): Promise<void> {
    await rm(place, { recursive: true, force: true }).catch(() => undefined)
    // Fails while another import is under way.
    await rmdir(staging).catch(() => undefined)
  }

  async function removeLeftovers(): Promise<void> {
    const names = await readdir(staging).catch(() => [])
    for (const name of names) {
      const marker = await readFile(join(staging, name, RUN_FOLDER, RUN_ID_FILE), 'utf8').catch(() => '')
      const runId = marker.trim()
      if (isRunId(runId)) await directories.dropUnfilled(runId)
      await discard(join(staging, name))
    }
  }

  return { stage, removeLeftovers }
}

function sourceOf(state: RunState | null): string {
  return state ? 'the journal' : 'the manifest'
}

async function readManifestFile(path: string) {
  if ((await stat(path)).size > MAX_LISTING_BYTES)
    throw refuseBundle(`${MANIFEST_FILE} is larger than ${MAX_LISTING_BYTES} bytes`)
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch {
    throw refuseBundle(`${MANIFEST_FILE} is not JSON`)
  }
  const parsed = manifestSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw refuseBundle(`${MANIFEST_FILE}: ${issue.path.join('.') || 'it'}: ${issue.message}`)
}

/** The journal from its first line to its last, each checked as on opening a journal. Throws where one is not as it must be. */
async function* readEvents(path: string, maxLineBytes: number): AsyncGenerator<RunEvent> {
  const handle = await openFile(path, READ)
  try {
    const report = createReport()
    for await (const batch of scanSegment(boundLines(readChunks(handle), maxLineBytes), report)) {
      if (report.firstSeq !== 1)
        throw refuseBundle(`${JOURNAL_FILE} begins with event ${report.firstSeq}, not with event 1`)
      yield* batch
    }
    const { damage, torn, lastSeq } = report
    if (damage) throw refuseBundle(`${JOURNAL_FILE}, line ${damage.line}: ${damage.reason}`)
    if (torn) throw refuseBundle(`${JOURNAL_FILE}, line ${(lastSeq ?? 0) + 1}: the line cannot be read`)
    if (lastSeq === null) throw refuseBundle(`${JOURNAL_FILE} has no events`)
  } finally {
    await handle.close()
  }
}

/** A line is read whole: one that is too long for that is refused before it is. */
async function* boundLines(chunks: AsyncIterable<Buffer>, maxLineBytes: number): AsyncGenerator<Buffer> {
  let open = 0
  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(NEWLINE)
    open = last === -1 ? open + chunk.length : chunk.length - last - 1
    if (open > maxLineBytes)
      throw refuseBundle(`a line of ${JOURNAL_FILE} is longer than ${maxLineBytes} bytes`)
    yield chunk
  }
}

/** `error.log` has as many log lines as the desk that wrote it kept in memory: with how many it is the one listed. */
function countErrorLines(state: RunState, listed: string | undefined): number {
  for (let lines = ERROR_LOG_LINES; lines >= 0; lines--) {
    const text = renderResultFiles(state, lines).get(ERROR_LOG)
    if (text === undefined || sha256(text) === listed) return lines
  }
  return ERROR_LOG_LINES
}

/** By path, the hashes of the log files that follow from the journal. */
async function hashLogs(events: () => AsyncIterable<RunEvent>): Promise<Map<string, string>> {
  const all = createHash('sha256')
  const agents = createHash('sha256')
  for await (const text of formatLogFiles(events)) {
    all.update(text.all)
    agents.update(text.agents)
  }
  return new Map([
    [`${ARTIFACTS_FOLDER}/${RUN_LOG}`, all.digest('hex')],
    [AGENT_LOG, agents.digest('hex')],
  ])
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await syncTree(path)
    else await syncFile(path)
  }
  await syncDirectory(folder)
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
