import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDirectory } from '../../src/storage/durable-files.ts'
import { createTempDir } from '../support/temp-dir.ts'

test('makes what is missing above a folder, with the mode asked for, and minds none that is there', async () => {
  const dir = await createTempDir('durable')
  const path = join(dir, 'a', 'b', 'c')
  await makeDirectory(path, 0o700)
  await makeDirectory(path, 0o700)
  expect(statSync(path).mode & 0o777).toBe(0o700)
  expect(statSync(join(dir, 'a')).mode & 0o777).toBe(0o700)
})

test.skipIf(!existsSync('/proc/self'))('gives up at once where no folder can be made', async () => {
  await expect(makeDirectory('/proc/rundesk/data')).rejects.toMatchObject({ code: 'ENOENT' })
})
