import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createLaunchStore } from '../../src/storage/launch-store.ts'
import { launchOf } from '../contracts/launch-store.ts'
import { createFailingDisk } from '../support/failing-disk.ts'
import { createTempDir } from '../support/temp-dir.ts'

async function createStore() {
  const dataDir = await createTempDir('launches')
  const disk = createFailingDisk()
  const warnings: string[] = []
  const log = { warn: (message: string) => void warnings.push(message) }
  const store = createLaunchStore({ dataDir, log, openFile: disk.openFile })
  return { store, disk, warnings, folder: join(dataDir, 'launches') }
}

describe('launch records', () => {
  it('stand in a file each, named for the batch', async () => {
    const { store, folder } = await createStore()
    await store.record(launchOf(1))
    expect(await readdir(folder)).toEqual(['batch-20261120100000-000001.json'])
  })

  it('cut off or changed anywhere, are set apart and touch no other', async () => {
    const { store, folder, warnings } = await createStore()
    await store.record(launchOf(1, 1))
    await store.record(launchOf(2))
    const name = `${launchOf(1).batch_id}.json`
    const bytes = await readFile(join(folder, name))
    for (let at = 0; at < bytes.length - 1; at += 1) {
      const changed = Buffer.from(bytes)
      changed[at] = changed[at]! ^ 4
      await writeFile(join(folder, name), at % 2 === 0 ? changed : bytes.subarray(0, at))
      expect(await store.list()).toEqual([launchOf(2)])
      expect((await readdir(folder)).sort()).toEqual([`${name}.damaged`, `${launchOf(2).batch_id}.json`])
    }
    expect(warnings).toHaveLength(bytes.length - 1)
    expect(warnings[0]).toMatch(/^launch record batch-20261120100000-000001.json: .+; it was set apart as/)
  })

  it('that belong to another batch than their name says are set apart', async () => {
    const { store, folder, warnings } = await createStore()
    await store.record(launchOf(1))
    const bytes = await readFile(join(folder, `${launchOf(1).batch_id}.json`))
    await writeFile(join(folder, `${launchOf(2).batch_id}.json`), bytes)
    expect(await store.list()).toEqual([launchOf(1)])
    expect(warnings).toHaveLength(1)
  })

  it('are there whole or not at all: what a crash left half-written is no launch and is removed', async () => {
    const { store, disk, folder } = await createStore()
    disk.room = 100
    await expect(store.record(launchOf(1))).rejects.toThrow(/could not be recorded: no space left/)
    expect(await readdir(folder)).toEqual([])
    await writeFile(join(folder, `.${launchOf(3).batch_id}.json.0123456789ab.tmp`), '{"batch_id":')
    await writeFile(join(folder, 'notes.txt'), 'by hand')
    expect(await store.list()).toEqual([])
    expect(await readdir(folder)).toEqual(['notes.txt'])
  })

  it('being written are not taken for leftovers by a listing at the same time', async () => {
    const { store } = await createStore()
    const work = Array.from({ length: 10 }, (_, i) => [store.record(launchOf(i + 1)), store.list()]).flat()
    await Promise.all(work)
    expect(await store.list()).toHaveLength(10)
  })
})
