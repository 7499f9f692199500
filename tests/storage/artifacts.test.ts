import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFailingDisk } from '../support/failing-disk.ts'
import { createFilePlace } from '../support/file-storage.ts'
import { identityOf, runIdOf } from '../support/run-facts.ts'

const runId = runIdOf()

async function createRun(disk = createFailingDisk(/\.bin/)) {
  const place = await createFilePlace()
  const storage = place.open({ openFile: disk.openFile })
  await (await storage.journals.create(identityOf(runId))).close()
  return { ...storage, place, disk, folder: await storage.directories.get(runId) }
}

describe('artifacts', () => {
  it('stand in the run’s folder under their hash, once', async () => {
    const { artifacts, folder } = await createRun()
    const { sha256 } = await artifacts.put(runId, Buffer.from('bars'))
    await artifacts.put(runId, Buffer.from('bars'))
    expect(await readdir(join(folder, 'artifacts'))).toEqual([`${sha256}.bin`])
    expect(await readFile(join(folder, 'artifacts', `${sha256}.bin`), 'utf8')).toBe('bars')
  })

  it('that were changed are noticed when read and mended when put again', async () => {
    const { artifacts, folder } = await createRun()
    const ref = await artifacts.put(runId, Buffer.from('bars'))
    const path = join(folder, 'artifacts', `${ref.sha256}.bin`)
    await writeFile(path, 'bear')
    await expect(artifacts.get(runId, ref)).rejects.toThrow(/was changed: its bytes do not match its hash/)
    await artifacts.put(runId, Buffer.from('bars'))
    expect(Buffer.from(await artifacts.get(runId, ref)).toString()).toBe('bars')
  })

  it('are stored whole or not at all', async () => {
    const { artifacts, disk, folder } = await createRun()
    disk.room = 2
    const attempt = artifacts.put(runId, Buffer.from('bars'))
    await expect(attempt).rejects.toThrow(
      `an artifact of run ${runId} could not be written: no space left on the disk (ENOSPC)`,
    )
    expect(await readdir(join(folder, 'artifacts'))).toEqual([])
  })

  it('are neither written nor read through a link', async () => {
    const { artifacts, folder, place } = await createRun()
    await mkdir(join(place.dir, 'outside'))
    await symlink(join(place.dir, 'outside'), join(folder, 'artifacts'))
    await expect(artifacts.put(runId, Buffer.from('bars'))).rejects.toThrow(/a link stands/)
    await expect(artifacts.get(runId, { sha256: 'a'.repeat(64), bytes: 1 })).rejects.toThrow(/a link stands/)
    expect(await readdir(join(place.dir, 'outside'))).toEqual([])
  })

  it('leave what a crash cut short to the next who opens the run', async () => {
    const { folder, journals } = await createRun()
    await mkdir(join(folder, 'artifacts'))
    await writeFile(join(folder, 'artifacts', '.0.bin.0123456789ab.tmp'), 'half')
    await (await journals.open(runId)).journal.close()
    expect(await readdir(join(folder, 'artifacts'))).toEqual([])
  })
})
