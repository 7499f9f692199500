/** A real directory of a test's own, gone when the test has finished. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export async function createTempDir(name = 'rundesk'): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), `${name}-`)))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}
