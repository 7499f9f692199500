import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { loadResult, storeResult } from '../../src/runs/step-results.ts'
import type { Artifacts } from '../../src/runs/ports.ts'
import { createFilePlace } from '../support/file-storage.ts'
import { identityOf, runIdOf } from '../support/run-facts.ts'

const runId = runIdOf()

async function openArtifacts(): Promise<Artifacts> {
  const { artifacts, journals } = (await createFilePlace()).open()
  await (await journals.create(identityOf(runId))).close()
  return artifacts
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array) =>
  Buffer.from(buffer, byteOffset, byteLength)

test('columns of a result come back bit for bit, the rest as JSON gives it back', async () => {
  const artifacts = await openArtifacts()
  const prices = Float64Array.of(1.5, -0, Number.NaN, 1e300).subarray(1)
  const result = { name: 'é', left: undefined, prices, none: new Float64Array(0), notes: ['x'] }
  const { stored, value } = await storeResult(artifacts, runId, result)
  expect(Object.keys(stored)).toEqual(['artifact'])
  const loaded = (await loadResult(artifacts, runId, stored)) as typeof result
  for (const seen of [value as typeof result, loaded]) {
    expect(Object.keys(seen).sort()).toEqual(['name', 'none', 'notes', 'prices'])
    expect([seen.name, seen.notes, seen.none.length]).toEqual(['é', ['x'], 0])
    expect(bytesOf(seen.prices)).toEqual(bytesOf(prices))
  }
  expect(loaded.prices.buffer).toBeInstanceOf(SharedArrayBuffer)
})

test('others get their turn while large columns are stored and loaded', async () => {
  const artifacts = await openArtifacts()
  const columns = new Float64Array(4_000_000).fill(1.25)
  let turns = 0
  let isDone = false
  const counting = (async () => {
    for (; !isDone; turns++) await nextTurn()
  })()
  const before = turns
  const { stored } = await storeResult(artifacts, runId, { columns })
  const stores = turns - before
  const { columns: loaded } = (await loadResult(artifacts, runId, stored)) as { columns: Float64Array }
  isDone = true
  await counting
  expect(loaded.length).toBe(columns.length)
  expect(stores).toBeGreaterThan(3)
  expect(turns - stores).toBeGreaterThan(20)
})
