/** The key that signs sessions: 32 random bytes, made once and kept where only this user reads them. */
import { randomBytes } from 'node:crypto'
import { chmod, link, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  codeOf,
  createTempName,
  makeDirectory,
  readOptional,
  syncDirectory,
  toIoError,
  writeSynced,
} from './durable-files.ts'

export const SECRET_FILE = 'session.key'
const SECRET_BYTES = 32
const OWNER_ONLY = 0o600

/** Reads `session.key` in the data directory, making it on first use. Two processes starting at once get the same. */
export async function loadSecret(dataDir: string): Promise<Buffer> {
  const folder = resolve(dataDir)
  const path = join(folder, SECRET_FILE)
  try {
    await makeDirectory(folder, 0o700)
    const secret = (await readOptional(path)) ?? (await createSecret(folder, path))
    if (secret.length !== SECRET_BYTES) {
      throw new Error(
        `${SECRET_FILE} in the data directory has ${secret.length} bytes, not ${SECRET_BYTES}: delete it to have a new one made, which signs everyone out`,
      )
    }
    await chmod(path, OWNER_ONLY)
    return secret
  } catch (error) {
    throw toIoError(`${SECRET_FILE} in the data directory could not be read`, error)
  }
}

async function createSecret(folder: string, path: string): Promise<Buffer> {
  const temp = join(folder, createTempName(SECRET_FILE))
  await writeSynced(temp, randomBytes(SECRET_BYTES), { mode: OWNER_ONLY })
  try {
    // Fails where another process was first, instead of replacing its key.
    await link(temp, path)
    await syncDirectory(folder)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    await rm(temp, { force: true })
  }
  const secret = await readOptional(path)
  if (!secret) throw new Error(`${SECRET_FILE} vanished while it was made`)
  return secret
}
