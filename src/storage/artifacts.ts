/**
 * `Artifacts` over files: `artifacts/<sha256>.bin` in the run's folder, packed with the rest of it. Promises that what is
 * read is what was put, checked by its hash every time, and that a reference handed out would survive a power cut.
 */
import { join } from 'node:path'
import { InputError, quote } from '../core/errors.ts'
import { sha256InTurns, sha256Stream } from '../core/json.ts'
import { type ArtifactRef, type Artifacts, LostArtifactError } from '../runs/ports.ts'
import {
  codeOf,
  makeOwnFolder,
  readOptional,
  toIoError,
  writeDurably,
  type OpenFile,
} from './durable-files.ts'
import { isUnreadable } from './journal-segments.ts'
import type { RunDirectories } from './run-directories.ts'
import { readRunFile } from './run-files.ts'

export const ARTIFACTS_FOLDER = 'artifacts'
const HASH = /^[0-9a-f]{64}$/

export interface ArtifactsOptions {
  directories: RunDirectories
  openFile?: OpenFile
}

export function createArtifacts({ directories, openFile }: ArtifactsOptions): Artifacts {
  async function put(runId: string, bytes: Uint8Array): Promise<ArtifactRef> {
    const ref = { sha256: await sha256InTurns(bytes), bytes: bytes.byteLength }
    const folder = await directories.get(runId)
    try {
      const path = join(await makeOwnFolder(folder, ARTIFACTS_FOLDER), `${ref.sha256}.bin`)
      // What stands there is trusted only as far as its bytes: a file that was changed is written anew.
      const present = await readOptional(path)
      if (present === null || !present.equals(bytes)) await writeDurably(path, bytes, { openFile })
      return ref
    } catch (error) {
      throw toIoError(`an artifact of run ${runId} could not be written`, error)
    }
  }

  async function get(runId: string, ref: ArtifactRef): Promise<Uint8Array> {
    if (!HASH.test(ref.sha256)) throw new InputError('sha256', `sha256 ${quote(ref.sha256)} is not a hash`)
    const name = `artifact ${ref.sha256.slice(0, 12)}… of run ${runId}`
    const folder = await directories.get(runId)
    const hash = sha256Stream()
    const path = `${ARTIFACTS_FOLDER}/${ref.sha256}.bin`
    const bytes = await readOwn(folder, path, (chunk) => hash.update(chunk)).catch((error: unknown) => {
      if (isUnreadable(error)) throw new LostArtifactError(`${name} was changed: it cannot be unpacked`)
      throw toIoError(`${name} could not be read`, error)
    })
    if (bytes === null) throw new LostArtifactError(`${name} is gone`)
    if (bytes.byteLength !== ref.bytes || hash.digest('hex') !== ref.sha256) {
      throw new LostArtifactError(`${name} was changed: its bytes do not match its hash`)
    }
    return bytes
  }

  return { put, get }
}

async function readOwn(
  folder: string,
  path: string,
  see: (chunk: Uint8Array) => void,
): Promise<Buffer | null> {
  try {
    return await readRunFile(folder, path, see)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}
