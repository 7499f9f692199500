/**
 * `manifest.json`: what a finished run leaves for good. Written last and whole, so a folder that has one has everything
 * it lists; stays when the rest is pruned, and is what the index is rebuilt from.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { RUN_STATUSES } from '../runs/status.ts'
import { completeSummary, type PublicSummary, type Summary } from '../runs/summary.ts'
import { ARTIFACTS_FOLDER } from './artifacts.ts'
import { hashChunks } from './chunks.ts'
import { codeOf, readOptional, writeDurably } from './durable-files.ts'
import { listRunFiles, MANIFEST_FILE, openRunFile, type RunFile } from './run-files.ts'

export { MANIFEST_FILE } from './run-files.ts'
export const MANIFEST_FORMAT = 1
const ARTIFACT = new RegExp(`^${ARTIFACTS_FOLDER}/([0-9a-f]{64})\\.bin$`)

export interface ManifestFile {
  /** Relative to the run's folder, with forward slashes. */
  path: string
  bytes: number
  sha256: string
}

export interface Manifest {
  format: typeof MANIFEST_FORMAT
  summary: Summary
  /** The decision, or null where the run came to none. */
  decision: unknown
  /** The run's files as they stood when it ended. Packing them changes neither their names here nor their hashes. */
  files: ManifestFile[]
}

export async function writeManifest(folder: string, summary: Summary, decision: unknown): Promise<void> {
  await replaceManifest(folder, {
    ...{ format: MANIFEST_FORMAT, summary, decision },
    files: await listFiles(folder),
  })
}

export async function replaceManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeDurably(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** As an earlier version may have written it. */
export type StoredManifest = Omit<Manifest, 'summary'> & { summary: PublicSummary & Partial<Summary> }

/** The manifest in a run's folder, or null where there is none that belongs to this run and can be read. */
export async function readManifest(folder: string, runId: string): Promise<Manifest | null> {
  const stored = await readStoredManifest(folder, runId)
  return stored && { ...stored, summary: completeSummary(stored.summary) }
}

/** The same with its summary as it stands there. */
export async function readStoredManifest(folder: string, runId: string): Promise<StoredManifest | null> {
  const bytes = await readOptional(join(folder, MANIFEST_FILE)).catch((error: unknown) => {
    if (codeOf(error) === 'ELOOP' || codeOf(error) === 'EISDIR') return null
    throw error
  })
  if (bytes === null) return null
  try {
    const manifest = JSON.parse(bytes.toString('utf8')) as StoredManifest
    const { summary } = manifest
    return isSummary(summary) && summary.run_id === runId ? manifest : null
  } catch {
    return null
  }
}

/** Whether a value read from a file can stand in the index: the fields it is found and sorted by are as they must be. */
export function isSummary(value: unknown): value is Summary {
  if (typeof value !== 'object' || value === null) return false
  const row = value as Record<string, unknown>
  return (
    ['run_id', 'batch_id', 'kind', 'ticker', 'created_at'].every((field) => typeof row[field] === 'string') &&
    !Number.isNaN(Date.parse(row.created_at as string)) &&
    RUN_STATUSES.some((status) => status === row.status)
  )
}

async function listFiles(folder: string): Promise<ManifestFile[]> {
  const files: ManifestFile[] = []
  for (const file of await listRunFiles(folder))
    files.push({ path: file.path, ...(await measureFile(folder, file)) })
  return files
}

/** An artifact's name is its hash, checked whenever it is read; the others are hashed here. */
async function measureFile(folder: string, { path, isPacked }: RunFile): Promise<Omit<ManifestFile, 'path'>> {
  const named = isPacked ? null : ARTIFACT.exec(path)
  if (named) return { bytes: (await stat(join(folder, path))).size, sha256: named[1]! }
  return hashChunks(openRunFile(folder, path))
}
