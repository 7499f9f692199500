import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadSecret, SECRET_FILE } from '../../src/storage/secret.ts'
import { createTempDir } from '../support/temp-dir.ts'

describe('the key that signs sessions', () => {
  it('is made once and kept, readable by this user alone', async () => {
    const dataDir = join(await createTempDir('secret'), 'data')
    const secret = await loadSecret(dataDir)
    expect(secret).toHaveLength(32)
    expect(await loadSecret(dataDir)).toEqual(secret)
    expect((await stat(join(dataDir, SECRET_FILE))).mode & 0o777).toBe(0o600)
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
    await chmod(join(dataDir, SECRET_FILE), 0o644)
    await loadSecret(dataDir)
    expect((await stat(join(dataDir, SECRET_FILE))).mode & 0o777).toBe(0o600)
    expect(await loadSecret(await createTempDir('secret'))).not.toEqual(secret)
  })

  it('is the same for all that start at once', async () => {
    const dataDir = await createTempDir('secret')
    const secrets = await Promise.all(Array.from({ length: 8 }, () => loadSecret(dataDir)))
    expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(1)
    expect(await readdir(dataDir)).toEqual([SECRET_FILE])
  })

  it('is never a shorter one: a file of another size is refused, with what to do', async () => {
    const dataDir = await createTempDir('secret')
    await writeFile(join(dataDir, SECRET_FILE), 'short')
    await expect(loadSecret(dataDir)).rejects.toThrow(/has 5 bytes, not 32: delete it/)
    expect(await readFile(join(dataDir, SECRET_FILE), 'utf8')).toBe('short')
  })
})
