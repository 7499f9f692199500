/** What every store of artifacts owes the runs. */
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { sha256 } from '../../src/core/json.ts'
import type { Artifacts, JournalStore } from '../../src/runs/ports.ts'
import { identityOf, runIdOf } from '../support/run-facts.ts'

export interface ArtifactsPlace {
  artifacts: Artifacts
  journals: JournalStore
}

export function describeArtifacts(name: string, createPlace: () => Promise<ArtifactsPlace>): void {
  describe(`${name} keeps the artifacts contract`, () => {
    const runId = runIdOf()
    async function createRun(): Promise<ArtifactsPlace> {
      const place = await createPlace()
      await (await place.journals.create(identityOf(runId))).close()
      return place
    }

    it('gives back the bytes, named by their hash and size', async () => {
      const { artifacts } = await createRun()
      const bytes = Buffer.from([0, 255, 10, 13, 34, 0])
      const ref = await artifacts.put(runId, bytes)
      expect(ref).toEqual({ sha256: sha256(bytes), bytes: 6 })
      expect(Buffer.from(await artifacts.get(runId, ref))).toEqual(bytes)
    })

    it('takes the same bytes twice, and nothing at all', async () => {
      const { artifacts } = await createRun()
      const [first, second] = await Promise.all([
        artifacts.put(runId, Buffer.from('bars')),
        artifacts.put(runId, Buffer.from('bars')),
      ])
      expect(second).toEqual(first)
      const none = await artifacts.put(runId, Buffer.alloc(0))
      expect((await artifacts.get(runId, none)).byteLength).toBe(0)
    })

    it('throws for an artifact it does not have, or whose size is not what the reference says', async () => {
      const { artifacts } = await createRun()
      const ref = await artifacts.put(runId, Buffer.from('bars'))
      const lost = { name: 'LostArtifactError' }
      const other = artifacts.get(runId, { sha256: sha256('other'), bytes: 5 })
      await expect(other).rejects.toMatchObject({
        ...lost,
        message: expect.stringMatching(/is gone/) as unknown,
      })
      const cut = artifacts.get(runId, { ...ref, bytes: 5 })
      await expect(cut).rejects.toMatchObject({
        ...lost,
        message: expect.stringMatching(/do not match/) as unknown,
      })
    })

    it('refuses a hash that is none', async () => {
      const { artifacts } = await createRun()
      for (const bad of ['', '../RUN_ID', 'A'.repeat(64), `${'0'.repeat(63)}/`]) {
        await expect(artifacts.get(runId, { sha256: bad, bytes: 1 })).rejects.toThrow(InputError)
      }
    })
  })
}
