import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSeriesStore } from '../../src/storage/series-store.ts'
import { createTempDir } from '../support/temp-dir.ts'

const COLUMNS = Float64Array.of(1, 2.5, -0, Number.NaN, 1e300)

async function open() {
  const dataDir = await createTempDir()
  return { dataDir, store: createSeriesStore<{ name: string }>({ dataDir }) }
}

test('columns come back bit for bit, with what was told of them', async () => {
  const { dataDir, store } = await open()
  const { hash } = await store.put(COLUMNS, () => ({ name: 'a "file"\n.csv' }))
  const again = createSeriesStore<{ name: string }>({ dataDir })
  const { columns, facts } = await again.get(hash)
  expect(Buffer.from(columns.buffer)).toEqual(Buffer.from(COLUMNS.buffer))
  expect(columns.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(facts).toEqual({ name: 'a "file"\n.csv' })
  expect(await again.list()).toEqual([{ hash, facts }])
})

test('the same columns twice are one file, told of as the last said who knew what the first had', async () => {
  const { store } = await open()
  const { hash } = await store.put(COLUMNS, () => ({ name: 'one' }))
  const again = await store.put(COLUMNS, (known) => ({ name: `${known?.name}, two` }))
  expect(again).toEqual({ hash, facts: { name: 'one, two' } })
  expect(await store.list()).toEqual([again])
})

test('columns that were changed on the disk are not handed out', async () => {
  const { dataDir, store } = await open()
  const { hash } = await store.put(COLUMNS, () => ({ name: 'one' }))
  const path = join(dataDir, 'series', `${hash}.bars`)
  const bytes = await readFile(path)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(path, bytes)
  await expect(store.get(hash)).rejects.toThrow(/was changed/)
})

test('what is no series is refused or left out, whatever its name', async () => {
  const { dataDir, store } = await open()
  expect(await store.list()).toEqual([])
  await expect(store.get('../../etc/passwd')).rejects.toThrow(/not the hash of a series/)
  await expect(store.get('0'.repeat(64))).rejects.toThrow(/not among the imported series/)
  const { hash } = await store.put(COLUMNS, () => ({ name: 'one' }))
  await writeFile(join(dataDir, 'series', `${'1'.repeat(64)}.bars`), 'no JSON\n')
  await writeFile(join(dataDir, 'series', 'notes.txt'), 'hello')
  expect(await store.list()).toHaveLength(1)
  await store.remove(hash)
  expect(await readdir(join(dataDir, 'series'))).not.toContain(`${hash}.bars`)
  await expect(store.remove(hash)).rejects.toThrow(/not among/)
})

test('what is told may be long, and many series are told of', async () => {
  const { store } = await open()
  const name = 'x'.repeat(100_000)
  for (let i = 0; i < 40; i++)
    await store.put(Float64Array.of(i), () => ({ name: i === 7 ? name : String(i) }))
  expect(await store.count()).toBe(40)
  const told = (await store.list()).map(({ facts }) => facts.name)
  expect(told.sort()).toEqual(Array.from({ length: 40 }, (_, i) => (i === 7 ? name : String(i))).sort())
})
