/**
 * What a bundle is: a zip file with the files of one run that has ended, by the names they have in its folder, and
 * `bundle.json`, which lists each with its size and hash. Says what may be in one and how large it may be; writing and
 * reading are left to `bundle-writer.ts` and `bundle-reader.ts`.
 */
import { z } from 'zod'
import { isRunId } from '../core/ids.ts'
import { MAX_BUNDLE_BYTES } from '../runs/bundle-upload.ts'
import { ARTIFACTS_FOLDER } from './artifacts.ts'
import { JOURNAL_FILE } from './journal-segments.ts'
import { DECISION_JSON, DECISION_MARKDOWN, ERROR_LOG, REPORTS_FOLDER } from './result-files.ts'
import { MANIFEST_FILE } from './run-files.ts'
import { RUN_ID_FILE } from './run-directories.ts'
import { AGENT_LOG, RUN_LOG } from './run-logs.ts'

export const BUNDLE_FORMAT = 'rundesk-bundle'
export const BUNDLE_VERSION = 1
/** Last in the zip file, for it is known when the others have been read. */
export const BUNDLE_FILE = 'bundle.json'
/** The evidence of the decision by itself, for a person; no file of the run's folder. */
export const EVIDENCE_FILE = 'evidence.json'

export interface BundleLimits {
  /** Of the zip file. */
  maxBytes: number
  /** Of all its files together. */
  maxUnpackedBytes: number
  maxEntries: number
  /** How many times as large as in the zip file a file may be, from `ratioFromBytes` on. */
  maxRatio: number
  ratioFromBytes: number
  /** Of one line of the journal. */
  maxLineBytes: number
}

const MIB = 1_024 * 1_024

export const BUNDLE_LIMITS: BundleLimits = {
  maxBytes: MAX_BUNDLE_BYTES,
  maxUnpackedBytes: 1_024 * MIB,
  maxEntries: 20_000,
  maxRatio: 200,
  ratioFromBytes: MIB,
  maxLineBytes: 64 * MIB,
}

/** Of `bundle.json` and `manifest.json`, which are read whole: room for the longest list of files. */
export const MAX_LISTING_BYTES = 8 * MIB

const fileSchema = z.strictObject({
  path: z.string().min(1).max(200),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type BundledFile = z.infer<typeof fileSchema>

export const bundleSchema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  version: z.literal(BUNDLE_VERSION),
  run_id: z.string().refine(isRunId, 'not a run id'),
  exported_at: z.iso.datetime(),
  /** The version of the desk that made it. */
  exported_by: z.string().max(100),
  /** `pruned`: only what retention leaves of a run; journal, reports, logs and artifacts are gone. */
  files_state: z.enum(['whole', 'pruned']),
  files: z.array(fileSchema),
})
export type Bundle = z.infer<typeof bundleSchema>

const ARTIFACT = new RegExp(`^${ARTIFACTS_FOLDER}/[0-9a-f]{64}\\.bin$`)
const REPORT = new RegExp(`^${REPORTS_FOLDER}/[A-Za-z0-9_-]{1,150}\\.md$`)
const KEPT_WHEN_PRUNED: readonly string[] = [
  RUN_ID_FILE,
  MANIFEST_FILE,
  DECISION_JSON,
  DECISION_MARKDOWN,
  EVIDENCE_FILE,
]
const IN_ONE_PLACE: readonly string[] = [
  ...KEPT_WHEN_PRUNED,
  JOURNAL_FILE,
  ERROR_LOG,
  AGENT_LOG,
  `${ARTIFACTS_FOLDER}/${RUN_LOG}`,
]

/** The hash that an artifact is named by; null for any other path. */
export function artifactHashOf(path: string): string | null {
  return ARTIFACT.test(path) ? path.slice(ARTIFACTS_FOLDER.length + 1, -'.bin'.length) : null
}

/** Whether a file may stand in a bundle, besides `bundle.json`. */
export function isBundledPath(path: string, filesState: Bundle['files_state'] = 'whole'): boolean {
  if (filesState === 'pruned') return KEPT_WHEN_PRUNED.includes(path)
  return IN_ONE_PLACE.includes(path) || ARTIFACT.test(path) || REPORT.test(path)
}

/** `evidence.json`, made of the decision; null where it has none. */
export function renderEvidence(decision: unknown): string | null {
  const { evidence } = (decision ?? {}) as { evidence?: unknown }
  return Array.isArray(evidence) ? `${JSON.stringify(evidence, null, 2)}\n` : null
}
