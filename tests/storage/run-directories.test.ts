import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConflictError } from '../../src/core/errors.ts'
import { createRunDirectories } from '../../src/storage/run-directories.ts'
import { createFailingDisk } from '../support/failing-disk.ts'
import { createFilePlace } from '../support/file-storage.ts'
import { collect, eventsOf, identityOf, runIdOf, START_MS } from '../support/run-facts.ts'
import { createTempDir } from '../support/temp-dir.ts'

const STAMP = '2026-11-20_10.00.00'
const nothing = async () => undefined

describe('the folder of a run', () => {
  it('is named for ticker and second, numbered from 2, and marked with the run id', async () => {
    const place = await createFilePlace()
    const { journals } = place.open()
    for (const number of [1, 2, 3]) await (await journals.create(identityOf(runIdOf(number)))).close()
    await (await journals.create(identityOf(runIdOf(4, '^GSPC')))).close()
    expect((await readdir(place.resultsDir)).sort()).toEqual(['AAPL', '^GSPC'])
    expect((await readdir(join(place.resultsDir, 'AAPL'))).sort()).toEqual([
      STAMP,
      `${STAMP}_2`,
      `${STAMP}_3`,
    ])
    expect(await readFile(join(place.resultsDir, 'AAPL', `${STAMP}_2`, 'RUN_ID'), 'utf8')).toBe(
      `${runIdOf(2)}\n`,
    )
    expect((await readdir(join(place.resultsDir, '^GSPC', STAMP))).sort()).toEqual([
      'RUN_ID',
      'journal.ndjson',
    ])
  })

  it('is found by its marker, also where a folder in between is gone', async () => {
    const dir = await createTempDir('runs')
    const directories = createRunDirectories(dir)
    const ids = [1, 2, 3].map((number) => runIdOf(number))
    for (const id of ids) await directories.create(id, nothing)
    await rename(join(dir, 'AAPL', `${STAMP}_2`), join(dir, 'AAPL', `${STAMP}_7`))
    for (const fresh of [directories, createRunDirectories(dir)]) {
      expect(await fresh.find(ids[0]!)).toBe(join(dir, 'AAPL', STAMP))
      expect(await fresh.find(ids[1]!)).toBe(join(dir, 'AAPL', `${STAMP}_7`))
      expect(await fresh.find(ids[2]!)).toBe(join(dir, 'AAPL', `${STAMP}_3`))
      expect(await fresh.find(runIdOf(4))).toBeNull()
    }
  })

  it('is no run until it is marked: one that a crash left without a marker is passed over', async () => {
    const dir = await createTempDir('runs')
    const directories = createRunDirectories(dir)
    await mkdir(join(dir, 'AAPL', STAMP), { recursive: true })
    await writeFile(join(dir, 'AAPL', STAMP, 'journal.ndjson'), '')
    expect(await directories.find(runIdOf(1))).toBeNull()
    expect(await collect(directories.list())).toEqual([])
    await directories.create(runIdOf(1), nothing)
    expect(await directories.find(runIdOf(1))).toBe(join(dir, 'AAPL', `${STAMP}_2`))
  })

  it('is gone again where it could not be filled', async () => {
    const place = await createFilePlace()
    const disk = createFailingDisk()
    disk.failSync = true
    const { journals } = place.open({ openFile: disk.openFile })
    await expect(journals.create(identityOf())).rejects.toThrow(/the disk reports an error \(EIO\)/)
    expect(await readdir(join(place.resultsDir, 'AAPL'))).toEqual([])
    expect(await journals.exists(runIdOf())).toBe(false)
    disk.failSync = false
    await (await journals.create(identityOf())).close()
  })

  it('is made once, however many ask at the same time', async () => {
    const directories = createRunDirectories(await createTempDir('runs'))
    const attempts = await Promise.allSettled([1, 2, 3].map(() => directories.create(runIdOf(1), nothing)))
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1)
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason).toBeInstanceOf(ConflictError)
    }
  })

  it('lists every run, ticker by ticker, the oldest first', async () => {
    const dir = await createTempDir('runs')
    const directories = createRunDirectories(dir)
    const ids = [
      runIdOf(3, 'AAPL', START_MS - 1_000),
      ...Array.from({ length: 11 }, (_, i) => runIdOf(i + 10)),
      runIdOf(1, 'IBM'),
    ]
    for (const id of ids) await directories.create(id, nothing)
    await mkdir(join(dir, 'not a ticker', STAMP), { recursive: true })
    await mkdir(join(dir, 'IBM', 'notes'))
    await writeFile(join(dir, 'README'), 'by hand')
    expect((await collect(createRunDirectories(dir).list())).map((run) => run.runId)).toEqual(ids)
    const wanted = createRunDirectories(dir).list((ticker, _stamp, count) => ticker === 'IBM' || count === 11)
    expect(await collect(wanted)).toHaveLength(12)
  })

  it('is never looked for through a link that leads out', async () => {
    const dir = await createTempDir('runs')
    const outside = await createTempDir('outside')
    const elsewhere = createRunDirectories(outside)
    const path = await elsewhere.create(runIdOf(1), nothing)
    await elsewhere.create(runIdOf(2, 'IBM'), nothing)

    await symlink(join(outside, 'AAPL'), join(dir, 'AAPL'))
    await mkdir(join(dir, 'IBM'))
    await symlink(join(outside, 'IBM', STAMP), join(dir, 'IBM', STAMP))
    const directories = createRunDirectories(dir)
    await expect(directories.find(runIdOf(1))).rejects.toThrow(/outside the results directory/)
    await expect(directories.find(runIdOf(2, 'IBM'))).rejects.toThrow(/outside the results directory/)
    await expect(directories.create(runIdOf(3), nothing)).rejects.toThrow(/outside the results directory/)
    expect(await collect(directories.list())).toEqual([])
    expect(await readdir(path)).toEqual(['RUN_ID'])
    expect(await readdir(join(outside, 'AAPL'))).toEqual([STAMP])
  })

  it('may itself lie behind a link', async () => {
    const real = await createTempDir('runs')
    const linked = join(await createTempDir('link'), 'results')
    await symlink(real, linked)
    const directories = createRunDirectories(linked)
    await directories.create(runIdOf(1), nothing)
    expect(await directories.find(runIdOf(1))).toBe(join(linked, 'AAPL', STAMP))
  })

  it('has a journal that is no link to another file', async () => {
    const place = await createFilePlace()
    const { journals, directories } = place.open()
    const journal = await journals.create(identityOf())
    await journal.append(eventsOf(1, 2), { sync: true })
    await journal.close()
    const path = join(await directories.get(runIdOf()), 'journal.ndjson')
    const target = join(place.dir, 'target')
    await rename(path, target)
    await symlink(target, path)
    await expect(journals.open(runIdOf())).rejects.toThrow(/a link stands where a file is expected/)
    await expect(collect(journals.read(runIdOf()))).rejects.toThrow(/a link stands where a file is expected/)
  })
})
