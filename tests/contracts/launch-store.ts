/** What every launch store owes the runs. */
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import type { LaunchRecord, LaunchStore } from '../../src/runs/ports.ts'
import { identityOf, runIdOf } from '../support/run-facts.ts'

export function launchOf(number: number, runs = 2): LaunchRecord {
  const batchId = `batch-20261120100000-${number.toString(16).padStart(6, '0')}`
  return {
    batch_id: batchId,
    created_at: '2026-11-20T10:00:00.000Z',
    runs: Array.from({ length: runs }, (_, i) => ({
      ...identityOf(runIdOf(number * 100 + i)),
      batch_id: batchId,
    })),
  }
}

export function describeLaunchStore(name: string, createPlace: () => Promise<{ open(): LaunchStore }>): void {
  describe(`${name} keeps the launch contract`, () => {
    it('remembers launches, whole, until they are settled', async () => {
      const place = await createPlace()
      const store = place.open()
      expect(await store.list()).toEqual([])
      await Promise.all([store.record(launchOf(1)), store.record(launchOf(2, 50))])
      expect(await store.list()).toEqual([launchOf(1), launchOf(2, 50)])
      expect(await place.open().list()).toEqual([launchOf(1), launchOf(2, 50)])
      await store.settle(launchOf(1).batch_id)
      expect(await place.open().list()).toEqual([launchOf(2, 50)])
    })

    it('settling what is not there is fine', async () => {
      const store = (await createPlace()).open()
      await store.settle(launchOf(1).batch_id)
      await store.record(launchOf(1))
      await store.settle(launchOf(1).batch_id)
      await store.settle(launchOf(1).batch_id)
      expect(await store.list()).toEqual([])
    })

    it('refuses what is no batch id', async () => {
      const store = (await createPlace()).open()
      for (const bad of ['', '../x', 'batch-1', 'batch-20261120100000-00000g']) {
        await expect(store.record({ ...launchOf(1), batch_id: bad })).rejects.toThrow(InputError)
        await expect(store.settle(bad)).rejects.toThrow(InputError)
      }
      expect(await store.list()).toEqual([])
    })
  })
}
