import { cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ConflictError, InputError, NotFoundError } from '../../src/core/errors.ts'
import { sha256 } from '../../src/core/json.ts'
import { LostArtifactError } from '../../src/runs/ports.ts'
import { codeOf } from '../../src/storage/durable-files.ts'
import { planPacking } from '../../src/storage/packing.ts'
import { listRunFiles, listStored, openRunFile, readRunFile } from '../../src/storage/run-files.ts'
import { createFilePlace } from '../support/file-storage.ts'
import {
  checkpointOf,
  collect,
  eventOf,
  eventsOf,
  identityOf,
  runIdOf,
  summaryOf,
} from '../support/run-facts.ts'
import { logOf, reportsOf, stateOf } from '../support/run-states.ts'

const runId = runIdOf()
const decision = { action: 'BUY', confidence: 0.6, markdown: '# Buy' }
const KEPT = new Set(['RUN_ID', 'manifest.json', 'decision.json', 'decision.md'])
const isKept = (path: string) => KEPT.has(path)

/** A run that ended, with two journal segments, a report, logs and an artifact. */
async function createEndedRun() {
  const place = await createFilePlace()
  const storage = place.open()
  const journal = await storage.journals.create(identityOf(runId))
  const first = eventOf(1, { type: 'run_created', ...identityOf(runId) })
  const events = [first, logOf(2, null, 'working'), ...eventsOf(3, 40)]
  await journal.append(events, { sync: true })
  await journal.rotate(checkpointOf(41))
  const rest = [...eventsOf(42, 90), eventOf(91, { type: 'run_completed', result: null })]
  await journal.append(rest, { sync: true })
  await journal.close()
  const artifact = await storage.artifacts.put(runId, Buffer.from('bars '.repeat(400)))
  const ended = { status: 'completed', ended_at: '2026-11-20T10:05:00.000Z', decision } as const
  const text = `# Market\n\n${'Up. '.repeat(500)}\n`
  await storage.results.finish(stateOf({ ...ended, ...reportsOf({ market_report: text }) }), summaryOf())
  const folder = await storage.directories.get(runId)
  const manifest = (await storage.results.manifest(runId))!
  return {
    place,
    folder,
    artifact,
    manifest,
    ...storage,
    events: [...events, checkpointOf(41), ...rest],
    /** Whoever reads the run finds what stood there when it ended. */
    async expectUnchanged() {
      const { journals, artifacts, results } = place.open()
      expect(await collect(journals.read(runId))).toEqual([...events, checkpointOf(41), ...rest])
      expect(await collect(journals.read(runId, 80))).toEqual(rest.slice(-11))
      expect(await journals.readCurrent(runId)).toEqual({ events: [checkpointOf(41), ...rest], damage: null })
      expect(Buffer.from(await artifacts.get(runId, artifact)).toString()).toBe('bars '.repeat(400))
      expect(await results.decision(runId)).toEqual(decision)
      expect((await listRunFiles(folder)).map(({ path }) => path)).toEqual(
        manifest.files.map(({ path }) => path),
      )
      for (const { path, bytes, sha256: hash } of manifest.files) {
        const read = await readRunFile(folder, path)
        expect([path, read.length, sha256(read)]).toEqual([path, bytes, hash])
      }
    },
  }
}

const PACKED = ['artifacts/run.log.gz', 'journal.ndjson.gz', 'message_tool.log.gz', 'reports/market.md.gz']
const PLAIN = PACKED.map((path) => path.slice(0, -3))

describe('a packed run', () => {
  it('reads as before, every file under the name and the hash of its manifest', async () => {
    const run = await createEndedRun()
    const before = await run.results.look(runId)
    expect(before).toMatchObject({ state: 'whole', since: null, is_written: true })
    expect(before.plain_bytes).toBeGreaterThan(6_000)
    const { bytes, packed_bytes } = await run.results.pack(runId)
    expect(bytes).toBe(before.plain_bytes)
    expect(packed_bytes).toBeLessThan(bytes / 4)
    const bin = `artifacts/${run.artifact.sha256}.bin.gz`
    const kept = ['RUN_ID', 'decision.json', 'decision.md', 'journal.0001.ndjson.gz', 'manifest.json']
    expect(await listStored(run.folder)).toEqual([bin, ...kept, ...PACKED].sort())
    const after = await run.results.look(runId)
    expect(after).toMatchObject({ state: 'packed', plain_bytes: 0, is_written: true })
    expect(after.bytes).toBe(before.bytes - bytes + packed_bytes)
    await run.expectUnchanged()
  })

  it('holds the very bytes that were there', async () => {
    const { folder, results } = await createEndedRun()
    const plain = await Promise.all(PLAIN.map((path) => readFile(join(folder, path))))
    await results.pack(runId)
    for (const [i, path] of PACKED.entries())
      expect(gunzipSync(await readFile(join(folder, path))).equals(plain[i]!)).toBe(true)
  })

  it('is packed once: again changes nothing', async () => {
    const run = await createEndedRun()
    await run.results.pack(runId)
    const names = await listStored(run.folder)
    expect(await run.results.pack(runId)).toEqual({ bytes: 0, packed_bytes: 0 })
    expect(await listStored(run.folder)).toEqual(names)
    await run.expectUnchanged()
  })

  it('is pruned like any other', async () => {
    const { results, folder, journals } = await createEndedRun()
    await results.pack(runId)
    const { bytes } = await results.look(runId)
    expect(await results.prune(runId)).toEqual({ bytes })
    expect(await listStored(folder)).toEqual([...KEPT].sort())
    expect(await results.look(runId)).toMatchObject({ state: 'pruned', bytes: 0, is_written: true })
    expect(await results.prune(runId)).toEqual({ bytes: 0 })
    await expect(journals.readCurrent(runId)).rejects.toThrow(/were pruned/)
  })

  it('is opened for writing with its journal in place again', async () => {
    const { results, place, events } = await createEndedRun()
    await results.pack(runId)
    const again = place.open()
    const opened = await again.journals.open(runId)
    expect(opened.damage).toBeNull()
    await opened.journal.append(eventsOf(92, 93), { sync: true })
    await opened.journal.close()
    expect(await collect(again.journals.read(runId))).toEqual([...events, ...eventsOf(92, 93)])
    expect(await again.results.look(runId)).toMatchObject({ state: 'whole' })
    await again.results.pack(runId)
    expect(await collect(place.open().journals.read(runId))).toEqual([...events, ...eventsOf(92, 93)])
  })

  it('says which packed file was damaged, and reads what stands in front of the damage', async () => {
    const { results, folder, journals, artifacts, artifact } = await createEndedRun()
    await results.pack(runId)
    const path = join(folder, 'journal.ndjson.gz')
    await truncate(path, (await readFile(path)).length - 12)
    const { damage } = await journals.readCurrent(runId)
    expect(damage).toMatchObject({ file: 'journal.ndjson.gz', reason: 'what is packed cannot be unpacked' })
    await truncate(join(folder, 'artifacts', `${artifact.sha256}.bin.gz`), 12)
    await expect(artifacts.get(runId, artifact)).rejects.toThrow(LostArtifactError)
  })

  it('is not made of one whose results are not written yet', async () => {
    const { results, folder } = await createEndedRun()
    await rm(join(folder, 'manifest.json'))
    expect(await results.look(runId)).toMatchObject({ state: 'whole', is_written: false })
    await expect(results.pack(runId)).rejects.toThrow(ConflictError)
    expect(await readdir(folder)).toContain('journal.ndjson')
    await rm(folder, { recursive: true })
    expect(await results.look(runId)).toEqual({
      ...{ state: 'gone', since: null, bytes: 0, plain_bytes: 0, is_written: false },
    })
    await expect(results.pack(runId)).rejects.toThrow(NotFoundError)
  })

  it('can be read from while it is packed', async () => {
    const { results, journals, events } = await createEndedRun()
    const reader = journals.read(runId)[Symbol.asyncIterator]()
    const read = [(await reader.next()).value!]
    await results.pack(runId)
    for (let next = await reader.next(); !next.done; next = await reader.next()) read.push(next.value)
    expect(read).toEqual(events)
  })

  it('read while it is pruned ends where its journal did', async () => {
    const { results, journals, events } = await createEndedRun()
    const reader = journals.read(runId, 41)[Symbol.asyncIterator]()
    const read = [(await reader.next()).value!]
    await results.prune(runId)
    for (let next = await reader.next(); !next.done; next = await reader.next()) read.push(next.value)
    expect(read).toEqual(events.slice(41))
  })
})

describe('packing', () => {
  it('can stop after any step: the run reads as before, and packing it again ends the same', async () => {
    const run = await createEndedRun()
    const asEnded = join(run.place.dir, 'as-ended')
    await cp(run.folder, asEnded, { recursive: true })
    const count = (await planPacking(run.folder, isKept)).length
    expect(count).toBe(3 + 2 * 5)
    for (let done = 0; done <= count; done += 1) {
      await rm(run.folder, { recursive: true })
      await cp(asEnded, run.folder, { recursive: true })
      const steps = await planPacking(run.folder, isKept)
      for (const step of steps.slice(0, done)) await step.run()
      await run.expectUnchanged()
      const isDone = done >= count - 1
      expect([done, (await run.results.look(runId)).state]).toEqual([done, isDone ? 'packed' : 'whole'])
      await run.place.open().results.pack(runId)
      await run.expectUnchanged()
      expect(await run.results.look(runId)).toMatchObject({ state: 'packed', plain_bytes: 0 })
    }
  })

  it('clears what a crash in the middle of a file left, and trusts no packed file beside a plain one', async () => {
    const run = await createEndedRun()
    await writeFile(join(run.folder, 'reports', '.market.md.gz.0123456789ab.tmp'), 'half of')
    await writeFile(join(run.folder, 'journal.ndjson.gz'), gzipSync('{"seq":1}\n').subarray(0, 15))
    await run.expectUnchanged()
    await run.results.pack(runId)
    await run.expectUnchanged()
    expect(await readdir(join(run.folder, 'reports'))).toEqual(['market.md.gz'])
  })
})

describe('the files of a run', () => {
  it('are named without a way out of its folder', async () => {
    const { folder } = await createEndedRun()
    for (const path of [
      '',
      '/etc/passwd',
      '../RUN_ID',
      'reports/../../x',
      './RUN_ID',
      'reports//x',
      'a\\b',
      'a\0b',
    ])
      await expect(readRunFile(folder, path)).rejects.toThrow(InputError)
    const missing = await readRunFile(folder, 'reports/none.md').catch(codeOf)
    expect(missing).toBe('ENOENT')
  })

  it('are never read through a link', async () => {
    const { folder, place } = await createEndedRun()
    await mkdir(join(place.dir, 'elsewhere'))
    await writeFile(join(place.dir, 'elsewhere', 'secret.md'), 'secret')
    await symlink(join(place.dir, 'elsewhere'), join(folder, 'linked'))
    await symlink(join(place.dir, 'elsewhere', 'secret.md'), join(folder, 'reports', 'linked.md'))
    for (const path of ['linked/secret.md', 'reports/linked.md'])
      expect(await readRunFile(folder, path).catch(codeOf)).toBe('ELOOP')
    expect((await listRunFiles(folder)).map(({ path }) => path)).not.toContain('reports/linked.md')
  })

  it('come a chunk at a time', async () => {
    const run = await createEndedRun()
    const big = Buffer.alloc(400_000, 'the same again ')
    await writeFile(join(run.folder, 'artifacts', 'big.txt'), big)
    await run.results.pack(runId)
    const chunks = await collect(openRunFile(run.folder, 'artifacts/big.txt'))
    expect(Buffer.concat(chunks).equals(big)).toBe(true)
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(65_536)
  })
})
