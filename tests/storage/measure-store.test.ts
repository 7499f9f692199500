import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createStoreMeasure } from '../../src/storage/measure-store.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createTempDir } from '../support/temp-dir.ts'

it('adds up what stands in both folders, follows no link, and says how much room is left', async () => {
  const dir = await createTempDir('measure')
  const [dataDir, resultsDir] = [join(dir, 'data'), join(dir, 'data', 'results')]
  await mkdir(join(resultsDir, 'AAPL', 'x', 'reports'), { recursive: true })
  await writeFile(join(dataDir, 'secret'), 'x'.repeat(10))
  await writeFile(join(resultsDir, 'AAPL', 'x', 'journal.ndjson'), 'x'.repeat(1_000))
  await writeFile(join(resultsDir, 'AAPL', 'x', 'reports', 'bull.md'), 'x'.repeat(200))
  await writeFile(join(dir, 'elsewhere'), 'x'.repeat(5_000))
  await symlink(join(dir, 'elsewhere'), join(resultsDir, 'AAPL', 'link'))
  await symlink(dir, join(resultsDir, 'up'))
  const clock = createManualClock()
  const size = await createStoreMeasure({ dataDir, resultsDir, clock })()
  expect(size).toMatchObject({ at: '2026-11-20T10:00:00.000Z', results_bytes: 1_200, data_bytes: 10 })
  expect(size.free_bytes).toBeGreaterThan(0)
  expect(size.disk_bytes).toBeGreaterThanOrEqual(size.free_bytes!)
})

it('looks once for all who ask at the same time, and finds nothing where there is nothing yet', async () => {
  const dir = await createTempDir('measure')
  const dirs = { dataDir: join(dir, 'data'), resultsDir: join(dir, 'results') }
  const measure = createStoreMeasure({ ...dirs, clock: createManualClock() })
  const [one, two] = await Promise.all([measure(), measure()])
  expect(one).toBe(two)
  expect(one).toMatchObject({ results_bytes: 0, data_bytes: 0 })
  expect(await measure()).not.toBe(one)
})
