import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConflictError, InputError, LimitError, NotFoundError } from '../../src/core/errors.ts'
import { describeFailure } from '../../src/core/http-error.ts'
import { createDeferred } from '../../src/core/deferred.ts'
import { encodeLine, decodeLine } from '../../src/core/ndjson.ts'
import { UPLOAD_IDLE_MS } from '../../src/storage/spool-upload.ts'
import { createCarryingDesk, type CarryingDesk } from '../support/carrying-desk.ts'
import { runEnded } from '../support/run-ended.ts'
import { createSmallRun, type SmallRunOptions } from '../support/small-run.ts'
import { forgeBundle, makeZip, readZip, zipOf, type ZipEntry } from '../support/zip-maker.ts'

const small = (options?: SmallRunOptions) => ({ workflows: [createSmallRun(options)] })

async function exportSmall(options?: SmallRunOptions) {
  const from = await createCarryingDesk(small(options))
  const runId = await from.run({ ticker: 'AAPL' })
  return { from, runId, bytes: await from.exportBytes(runId) }
}

async function listAll(desk: CarryingDesk): Promise<string[]> {
  return (await readdir(desk.resultsDir, { recursive: true }).catch(() => [])).sort()
}

/** What a desk shows of a run, whatever desk it is. */
async function showRun(desk: CarryingDesk, runId: string) {
  const events = []
  for await (const event of desk.manager.events(runId)) events.push(event)
  const { files: _files, ...summary } = desk.manager.summary(runId)
  const { entries } = await desk.manager.readLog(runId, { limit: 1_000 })
  return {
    ...{ summary, events, entries },
    state: await desk.manager.state(runId),
    decision: await desk.manager.decision(runId),
    bars: await desk.manager.stepResult(runId, 'bars'),
  }
}

async function refusalOf(desk: CarryingDesk, bytes: Uint8Array): Promise<string> {
  const error = await desk.importBytes(bytes).then(
    () => new Error('it was imported'),
    (thrown: unknown) => thrown as Error,
  )
  expect(error).toBeInstanceOf(InputError)
  expect(await listAll(desk)).toEqual([])
  return error.message
}

const isPlain = (path: string) => !/artifacts\/[0-9a-f]{64}\.bin$/.test(path)

describe('a bundle', () => {
  it('holds every file of the run, a list with their hashes, and the journal in one piece', async () => {
    const { from, runId, bytes } = await exportSmall()
    const files = await readZip(bytes)
    expect([...files.keys()].filter(isPlain)).toEqual([
      ...['RUN_ID', 'artifacts/run.log', 'decision.json', 'decision.md', 'evidence.json', 'journal.ndjson'],
      ...['manifest.json', 'message_tool.log', 'reports/market.md', 'bundle.json'],
    ])
    const { files: listed, ...head } = JSON.parse(files.get('bundle.json')!.toString())
    expect(head).toEqual({
      ...{ format: 'rundesk-bundle', version: 1, run_id: runId, files_state: 'whole' },
      ...{ exported_at: '2026-11-20T10:00:00.000Z', exported_by: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    })
    expect(listed).toEqual(
      [...files].slice(0, -1).map(([path, data]) => ({
        ...{ path, bytes: data.length },
        sha256: createHash('sha256').update(data).digest('hex'),
      })),
    )
    const lines = files.get('journal.ndjson')!.toString().trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual(lines.map((_, i) => i + 1))
    const decision = (await from.manager.decision(runId)) as { provenance: { journal_hash: string } }
    const before = lines.slice(
      0,
      lines.findIndex((line) => line.includes('"type":"decision_ready"')),
    )
    const hash = createHash('sha256')
      .update(`${before.join('\n')}\n`)
      .digest('hex')
    expect(hash).toBe(decision.provenance.journal_hash)
  })

  it('is the same every time, also once the run is packed', async () => {
    const { from, runId, bytes } = await exportSmall()
    expect((await from.exportBytes(runId)).equals(bytes)).toBe(true)
    await from.storage.results.pack(runId)
    expect(existsSync(join(await folderOf(from), 'journal.ndjson'))).toBe(false)
    expect((await from.exportBytes(runId)).equals(bytes)).toBe(true)
  })

  it('is not made of a run that has not ended, that is unknown, or whose folder is gone', async () => {
    const { from, runId } = await exportSmall()
    await expect(from.manager.exportRun('AAPL--2026-11-20_10.00.00--ffffff')).rejects.toThrow(NotFoundError)
    await rm(await folderOf(from), { recursive: true })
    await expect(from.manager.exportRun(runId)).rejects.toThrow(/folder of run .* is gone: .* BUY/)
    const held = await createCarryingDesk({ workflows: [{ ...createSmallRun(), execute: waitForAbort }] })
    const { runs } = await held.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
    await expect(held.manager.exportRun(runs[0]!.run_id)).rejects.toThrow(ConflictError)
  })

  it('is not made of a damaged journal, and breaks off where a file cannot be read', async () => {
    const { from, runId } = await exportSmall({ hasCheckpoint: false })
    const path = join(await folderOf(from), 'journal.ndjson')
    const journal = await readFile(path, 'utf8')
    await writeFile(path, journal.replace('loading bars', 'loading cars'))
    await expect(from.manager.exportRun(runId)).rejects.toThrow(/damaged at line \d+ of journal.ndjson/)
    const large = await exportSmall({ numbers: 40_000 })
    const { stream } = await large.from.manager.exportRun(large.runId)
    await rm(join(await folderOf(large.from), 'reports'), { recursive: true })
    await expect(new Response(stream).arrayBuffer()).rejects.toThrow()
  })

  it('keeps its run from being pruned for as long as it is read, and no longer', async () => {
    // Larger than what is read ahead.
    const { from, runId } = await exportSmall({ numbers: 40_000 })
    const { stream } = await from.manager.exportRun(runId)
    await from.clock.advance(30 * 86_400_000)
    expect((await from.manager.previewPrune()).kept).toMatchObject([
      { run_id: runId, kept_because: 'watched' },
    ])
    await stream.cancel()
    await new Promise((resolve) => setImmediate(resolve))
    expect((await from.manager.previewPrune()).due).toMatchObject([{ run_id: runId }])
  })
})

describe('a bundle on another desk', () => {
  it('is the same run: state, summary, decision, events, log and artifacts, also after a restart', async () => {
    const { from, runId, bytes } = await exportSmall()
    const there = await createCarryingDesk(small())
    await there.clock.advance(60_000)
    const summary = await there.importBytes(bytes)
    expect(summary.files).toEqual({ state: 'whole', since: null, imported_at: '2026-11-20T10:01:00.000Z' })
    const source = await from.restart()
    const expected = await showRun(source, runId)
    expect(await showRun(there, runId)).toEqual(expected)
    const again = await there.restart()
    expect(await showRun(again, runId)).toEqual(expected)
    expect((await again.exportBytes(runId)).equals(await source.exportBytes(runId))).toBe(false)
    const strip = async (desk: CarryingDesk) => {
      const files = await readZip(await desk.exportBytes(runId))
      return new Map([...files].filter(([path]) => !['bundle.json', 'manifest.json'].includes(path)))
    }
    expect(await strip(again)).toEqual(await strip(source))
  })

  it('is found again by a full reindex, with when it was imported', async () => {
    const { runId, bytes } = await exportSmall()
    const there = await createCarryingDesk(small())
    const { files } = await there.importBytes(bytes)
    await there.storage.reindex({ fold: there.manager.reindex, isFull: true })
    expect(there.manager.summary(runId).files).toEqual(files)
    await there.close()
    await rm(join(there.dir, 'data'), { recursive: true })
    const again = await there.restart()
    expect(again.manager.summary(runId).files).toEqual(files)
  })

  it('counts among the verdicts, can be run again, and its age counts from its import', async () => {
    const { from, runId, bytes } = await exportSmall()
    const there = await createCarryingDesk(small())
    await there.clock.advance(100 * 86_400_000)
    await there.importBytes(bytes)
    expect(there.manager.latestDecisions(['AAPL']).map((run) => run.run_id)).toEqual([runId])
    expect((await there.manager.previewPrune()).due).toEqual([])
    const rerun = await there.manager.rerun(runId, 'market')
    expect(rerun.reused_steps).toBe(1)
    await runEnded(there.manager, rerun.run_id)
    await there.clock.advance(8 * 86_400_000)
    expect((await there.manager.previewPrune()).due.map((run) => run.run_id)).toContain(runId)
    expect((await from.manager.previewPrune()).due).toEqual([])
  })

  it('that failed, was canceled before it began, or has markup everywhere is carried as well', async () => {
    const failed = await exportSmall({ fails: true, text: '<script>alert(1)</script> "&\u2028 \ud800' })
    const there = await createCarryingDesk({ ...small(), logLines: 10 })
    await there.importBytes(failed.bytes)
    expect(there.manager.summary(failed.runId)).toMatchObject({
      status: 'error',
      error: 'it broke <b>here</b>',
    })
    const { files } = JSON.parse((await readZip(failed.bytes)).get('bundle.json')!.toString())
    expect(files.map((file: { path: string }) => file.path)).toContain('error.log')
  })

  it('comes from a desk that keeps fewer log lines in memory', async () => {
    const workflow = createSmallRun()
    const chatty: typeof workflow = {
      ...workflow,
      async execute(ctx) {
        await ctx.step('talk', async (step) => {
          for (let n = 0; n < 40; n++) step.log('INFO', `line ${n}`)
        })
        throw new Error('enough')
      },
    }
    const from = await createCarryingDesk({ workflows: [chatty], logLines: 10 })
    const runId = await from.run({ ticker: 'AAPL' })
    const there = await createCarryingDesk({ workflows: [chatty] })
    expect((await there.importBytes(await from.exportBytes(runId))).run_id).toBe(runId)
  })

  it('is refused where the run is already, and says whether it is the same', async () => {
    const { from, bytes } = await exportSmall()
    await expect(from.importBytes(bytes)).rejects.toThrow(/is here already, with the same content/)
    expect(await readdir(from.resultsDir)).toEqual(['AAPL'])
    const { bytes: other } = await exportSmall({ text: 'Prices fall.' })
    const ids = await Promise.all(
      [bytes, other].map(async (one) => (await readZip(one)).get('RUN_ID')!.toString().trim()),
    )
    const renamed = await forgeBundle(other, (files) => {
      for (const [path, data] of files)
        if (isPlain(path)) files.set(path, Buffer.from(data.toString().replaceAll(ids[1]!, ids[0]!)))
    })
    const bundle = await readZip(renamed)
    bundle.set('bundle.json', Buffer.from(bundle.get('bundle.json')!.toString().replaceAll(ids[1]!, ids[0]!)))
    await expect(from.importBytes(zipOf(bundle))).rejects.toThrow(/is here already, with other content/)
  })

  it('is given up when the desk shuts down while it arrives', async () => {
    const there = await createCarryingDesk(small())
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(10)) })
    const importing = there.manager.importRun(endless)
    const refused = expect(importing).rejects.toThrow(/shutting down/)
    await there.close()
    await refused
    expect(await listAll(there)).toEqual([])
  })

  it('is given up when the desk shuts down though nothing more of it comes, and nothing stays', async () => {
    const there = await createCarryingDesk(small())
    const { stream, begun } = createStalledUpload()
    const refused = expect(there.manager.importRun(stream)).rejects.toThrow(/shutting down/)
    await begun
    await there.close()
    await refused
    expect(await listAll(there)).toEqual([])
  })

  it('that stands still makes room for others, and nothing of it stays', async () => {
    const { runId, bytes } = await exportSmall()
    const there = await createCarryingDesk(small())
    const uploads = [createStalledUpload(), createStalledUpload()]
    const imports = uploads.map(({ stream }) => there.manager.importRun(stream).catch(describeFailure))
    for (const { begun } of uploads) await begun
    await expect(there.importBytes(bytes)).rejects.toThrow(LimitError)
    await there.clock.advance(UPLOAD_IDLE_MS)
    for (const importing of imports)
      expect(await importing).toMatchObject({
        status: 408,
        isFault: false,
        message: expect.stringMatching(/nothing more .* 30 sec/),
      })
    for (const { canceled } of uploads) await canceled
    expect(await listAll(there)).toEqual([])
    expect((await there.importBytes(bytes)).run_id).toBe(runId)
  })

  it('that is broken off by whoever sends it is no fault of the disk', async () => {
    const there = await createCarryingDesk(small())
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    const broken = new ReadableStream({ pull: (controller) => controller.error(reset) })
    const failure = await there.manager.importRun(broken).catch(describeFailure)
    expect(failure).toMatchObject({
      status: 400,
      isFault: false,
      message: expect.stringMatching(/upload was broken off/),
    })
    expect(await listAll(there)).toEqual([])
  })

  it('comes in once, however often it is sent at the same time, and not more than two at a time', async () => {
    const { runId, bytes } = await exportSmall()
    const there = await createCarryingDesk(small())
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => there.importBytes(bytes)))
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []))
    expect(reasons.map((error) => error.constructor).sort(byName)).toEqual([ConflictError, LimitError])
    expect(there.manager.summary(runId).status).toBe('completed')
    expect(await readdir(there.resultsDir)).toEqual(['AAPL'])
  })

  it('of a pruned run brings what was kept, and says so', async () => {
    const { from, runId, bytes: whole } = await exportSmall()
    await from.clock.advance(30 * 86_400_000)
    await from.manager.prune()
    const bytes = await from.exportBytes(runId)
    const files = await readZip(bytes)
    expect([...files.keys()]).toEqual([
      ...['RUN_ID', 'decision.json', 'decision.md', 'evidence.json', 'manifest.json', 'bundle.json'],
    ])
    expect(JSON.parse(files.get('bundle.json')!.toString()).files_state).toBe('pruned')
    const there = await createCarryingDesk(small())
    const summary = await there.importBytes(bytes)
    expect(summary.files).toMatchObject({ state: 'pruned', imported_at: '2026-11-20T10:00:00.000Z' })
    expect(await there.manager.decision(runId)).toEqual(await from.manager.decision(runId))
    await expect(there.manager.state(runId)).rejects.toThrow(NotFoundError)
    await expect(there.importBytes(bytes)).rejects.toThrow(/the same decision/)
    await expect(there.importBytes(whole)).rejects.toThrow(ConflictError)
    const again = await there.restart()
    expect(again.manager.summary(runId).files).toEqual(summary.files)
    expect((await readZip(await again.exportBytes(runId))).get('decision.json')).toEqual(
      files.get('decision.json'),
    )

    const fresh = await createCarryingDesk(small())
    for (const [facts, reason] of FORGED_FIGURES) {
      const bundle = await forgeBundle(bytes, (all) =>
        editJson(all, 'manifest.json', (it) => void Object.assign(it.summary, facts)),
      )
      expect(await refusalOf(fresh, bundle)).toMatch(reason)
    }
    const forged = await forgeBundle(bytes, (all) =>
      editJson(all, 'decision.json', (it) => void (it.confidence = 0.9)),
    )
    expect(await refusalOf(fresh, forged)).toContain('decision.json says something else than the manifest')
    const other = await forgeBundle(bytes, (all) =>
      editJson(all, 'manifest.json', (it) => void (it.summary.decision.action = 'SELL')),
    )
    expect(await refusalOf(fresh, other)).toContain('another verdict')
  })

  it('of a pruned run brings no figure that only its journal could bear out', async () => {
    const compareBy = (decision: unknown) => ({ confidence: (decision as { confidence: number }).confidence })
    const workflows = [{ ...createSmallRun(), compareBy, phases: { market: 'Market' } }]
    const from = await createCarryingDesk({ workflows })
    const runId = await from.run({ ticker: 'AAPL' })
    await from.clock.advance(30 * 86_400_000)
    await from.manager.prune()
    const bytes = await forgeBundle(await from.exportBytes(runId), (all) =>
      editJson(all, 'manifest.json', (it) => {
        Object.assign(it.summary, { phases: { 'p"}\n evil': 5 }, shape: 'llm 9x9', stats: { entry: 1e300 } })
        it.summary.files.since = '9999-12-31T23:59:59.999Z'
      }),
    )
    const there = await createCarryingDesk({ workflows })
    const summary = await there.importBytes(bytes)
    expect(summary).toMatchObject({ phases: {}, shape: null, stats: { confidence: 0.6 } })
    expect(summary.files.since).toBe(summary.files.imported_at)
    expect(there.manager.metrics().phases).toEqual([])
    const again = await there.restart()
    await again.storage.reindex({ fold: again.manager.reindex, isFull: true })
    expect(again.manager.summary(runId)).toEqual(summary)
  })

  it('takes the place of a run whose folder was removed', async () => {
    const { from, runId, bytes } = await exportSmall()
    await rm(await folderOf(from), { recursive: true })
    await expect(from.manager.exportRun(runId)).rejects.toThrow(NotFoundError)
    await from.importBytes(bytes)
    expect(from.manager.summary(runId).files.state).toBe('whole')
    expect((await from.manager.state(runId)).status).toBe('completed')
  })
})

const FORGED_FIGURES: [object, RegExp][] = [
  [{ ended_at: '9999-12-31T23:59:59.999Z' }, /ended_at 9999.* is yet to come/],
  [{ ended_at: '2026-11-20T09:59:59.000Z' }, /ended_at .* is before updated_at/],
  [{ started_at: '2026-11-20T09:59:59.000Z' }, /started_at .* is before created_at/],
  [{ ended_at: null }, /ended_at is missing/],
  [{ execution_ms: 1_000 }, /execution_ms 1000 is more than passed/],
  [{ execution_ms: 1e308 }, /summary\.execution_ms/],
  [{ usage: { calls: 1e300, input_tokens: 0, output_tokens: 0, cost_usd: 0 } }, /summary\.usage\.calls/],
  [{ usage: { calls: 1, input_tokens: 0, output_tokens: 0, cost_usd: 1e300 } }, /summary\.usage\.cost_usd/],
]

/** An upload of which nothing comes after its first bytes. */
function createStalledUpload() {
  const begun = createDeferred<void>()
  const canceled = createDeferred<void>()
  let pulls = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (++pulls === 1) return controller.enqueue(Buffer.from('PK'))
        begun.resolve()
        return new Promise(() => undefined)
      },
      cancel: () => canceled.resolve(),
    },
    { highWaterMark: 0 },
  )
  return { stream, begun: begun.promise, canceled: canceled.promise }
}

const waitForAbort: ReturnType<typeof createSmallRun>['execute'] = (ctx) =>
  new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error)))

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

async function folderOf(desk: CarryingDesk): Promise<string> {
  const dir = join(desk.resultsDir, 'AAPL')
  return join(dir, (await readdir(dir))[0]!)
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the files are of every shape
function editJson(files: Map<string, Buffer>, path: string, change: (value: any) => void): void {
  const value = JSON.parse(files.get(path)!.toString())
  change(value)
  files.set(path, Buffer.from(`${JSON.stringify(value, null, 2)}\n`))
}

/** Changes events of the journal and closes their lines with checksums that fit. */
function editJournal(
  files: Map<string, Buffer>,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- events of every type
  change: (events: any[]) => unknown[] | void,
): void {
  const lines = files.get('journal.ndjson')!.toString().trimEnd().split('\n')
  const events = lines.map((line) => {
    const decoded = decodeLine(line)
    if (!decoded.ok) throw new Error(decoded.reason)
    return decoded.value
  })
  const changed = (change(events) ?? events) as object[]
  files.set('journal.ndjson', Buffer.from(changed.map((event) => encodeLine(event)).join('')))
}

function insertNodes(files: Map<string, Buffer>, nodes: readonly object[]): void {
  editJournal(files, (events) => {
    const made = nodes.map((node) => ({
      at: events[1].at,
      type: 'node_updated',
      node_type: 'phase',
      ...node,
    }))
    return [...events.slice(0, 2), ...made, ...events.slice(2)].map((one, i) => ({ ...one, seq: i + 1 }))
  })
}

const makeChain = (length: number) =>
  Array.from({ length }, (_, n) => ({ node_id: `n${n}`, parent_id: n === 0 ? null : `n${n - 1}` }))

describe('a bundle that was changed', () => {
  it('in any byte is refused and leaves nothing, or is still the same run', async () => {
    const { from, runId, bytes } = await exportSmall({ hasCheckpoint: false })
    const expected = await showRun(from, runId)
    const there = await createCarryingDesk(small())
    const seen = { refused: 0, same: 0 }
    // The large artifact, which comes first, would take nearly all the hits.
    const end = bytes.indexOf('artifacts/run.log') - 30
    const position = fc.oneof(
      { weight: 1, arbitrary: fc.integer({ min: 0, max: bytes.length - 1 }) },
      { weight: 6, arbitrary: fc.integer({ min: end, max: bytes.length - 1 }) },
    )
    await fc.assert(
      fc.asyncProperty(position, fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const changed = Buffer.from(bytes)
        changed[at]! ^= mask
        try {
          await there.importBytes(changed)
        } catch (error) {
          expect([400, 413]).toContain(describeFailure(error).status)
          expect(await listAll(there)).toEqual([])
          expect(there.storage.index.get(runId)).toBeUndefined()
          seen.refused += 1
          return
        }
        seen.same += 1
        expect(await showRun(there, runId)).toEqual(expected)
        await there.storage.results.discard(runId)
        there.storage.index.remove(runId)
        await rm(join(there.resultsDir, 'AAPL'), { recursive: true })
      }),
      { numRuns: 90 },
    )
    expect(seen.refused).toBeGreaterThan(30)
  })

  it('by losing its end, down to nothing, is refused', async () => {
    const { bytes } = await exportSmall()
    const there = await createCarryingDesk(small())
    for (const count of [1, 100, 5_000]) await refusalOf(there, bytes.subarray(0, bytes.length - count))
    await expect(there.importBytes(Buffer.alloc(0))).rejects.toThrow(/bundle is empty/)
    await refusalOf(there, Buffer.from('no zip file at all'))
  })

  const forgeries: Record<string, [(files: Map<string, Buffer>) => void, RegExp]> = {
    'another confidence in decision.json': [
      (files) => editJson(files, 'decision.json', (it) => void (it.confidence = 0.99)),
      /decision\.json says something else than the journal/,
    ],
    'another text in decision.md': [
      (files) => files.set('decision.md', Buffer.from('# Sell\n')),
      /decision\.md says something else/,
    ],
    'another figure in evidence.json': [
      (files) => editJson(files, 'evidence.json', (it) => void (it[0].value = 13)),
      /evidence\.json says something else|evidence/,
    ],
    'another decision in the manifest': [
      (files) => editJson(files, 'manifest.json', (it) => void (it.decision.action = 'SELL')),
      /decision of manifest\.json is not that of the journal/,
    ],
    'another verdict in the summary': [
      (files) => editJson(files, 'manifest.json', (it) => void (it.summary.decision.action = 'SELL')),
      /summary\.decision/,
    ],
    'another end in the summary': [
      (files) =>
        editJson(files, 'manifest.json', (it) => void (it.summary.ended_at = '2030-01-01T00:00:00.000Z')),
      /summary\.ended_at/,
    ],
    'other costs in the summary': [
      (files) => editJson(files, 'manifest.json', (it) => void (it.summary.usage.cost_usd = 7)),
      /summary\.usage/,
    ],
    'another report': [
      (files) => files.set('reports/market.md', Buffer.from('Prices fall.\n')),
      /reports\/market\.md says something else/,
    ],
    'a report more': [
      (files) => files.set('reports/news.md', Buffer.from('News.\n')),
      /reports\/news\.md does not follow/,
    ],
    'a report less': [(files) => void files.delete('reports/market.md'), /reports\/market\.md is missing/],
    'a line less in the log': [
      (files) => files.set('artifacts/run.log', Buffer.from('')),
      /artifacts\/run\.log says something else/,
    ],
    'an error log of a run that did not fail': [
      (files) => files.set('error.log', Buffer.from('x')),
      /error\.log does not follow/,
    ],
    'no artifact': [
      (files) => [...files.keys()].filter((path) => !isPlain(path)).forEach((path) => files.delete(path)),
      /names artifact .* which is missing/,
    ],
    'other bytes under the name of an artifact': [
      (files) =>
        [...files.keys()]
          .filter((path) => !isPlain(path))
          .forEach((path) => files.set(path, Buffer.from('1'))),
      /does not hold what its name says/,
    ],
    'another run in RUN_ID': [
      (files) => files.set('RUN_ID', Buffer.from('AAPL--2026-11-20_10.00.00--ffffff\n')),
      /RUN_ID says something else/,
    ],
    'no journal': [(files) => void files.delete('journal.ndjson'), /journal\.ndjson is missing/],
    'a journal without its end': [
      (files) => editJournal(files, (events) => events.slice(0, -1)),
      /only a run that has ended/,
    ],
    'a journal with a gap': [
      (files) => editJournal(files, (events) => events.filter((event) => event.seq !== 3)),
      /line 3: event 4 follows event 2/,
    ],
    'a journal without its beginning': [
      (files) =>
        editJournal(files, (events) => events.slice(events.findIndex((one) => one.type === 'checkpoint'))),
      /not with event 1/,
    ],
    'a log line changed in the journal': [
      (files) =>
        editJournal(files, (events) => {
          events.find((one) => one.type === 'log_appended').entries[0].message = 'nothing to see'
        }),
      /journal_hash is .* but the lines before it have/,
    ],
    'a step that was never there': [
      (files) =>
        editJournal(files, (events) => {
          const at = events.findIndex((one) => one.type === 'decision_ready')
          const made = {
            ...events[at],
            type: 'run_progress',
            fraction: 0.5,
            message: null,
            decision: undefined,
          }
          return [...events.slice(0, at), made, ...events.slice(at)].map((one, i) => ({ ...one, seq: i + 1 }))
        }),
      /journal_hash/,
    ],
    'a node that hangs below itself': [
      (files) =>
        insertNodes(files, [{ node_id: 'c', parent_id: 'c', node_type: 'phase', status: 'pending' }]),
      /line 3: node "c" hangs below itself/,
    ],
    'a node below one that is not there': [
      (files) => insertNodes(files, [{ node_id: 'c', parent_id: 'd', node_type: 'agent' }]),
      /line 3: node "c" hangs below "d", which is not there/,
    ],
    'a node that moves': [
      (files) => insertNodes(files, [{ node_id: 'market', parent_id: 'market_report' }]),
      /line 3: node "market" is moved below "market_report"/,
    ],
    'a chain of nodes': [
      (files) => insertNodes(files, makeChain(100)),
      /line 35: node "n32" hangs more than 32 levels deep/,
    ],
    'an event after the end': [
      (files) =>
        editJournal(files, (events) => [
          ...events,
          { ...events.at(-1), type: 'run_progress', seq: events.length + 1, fraction: 1, message: null },
        ]),
      /stands after the end of the run/,
    ],
    'an event of another shape': [
      (files) =>
        editJournal(files, (events) => {
          events.find((one) => one.type === 'log_appended').entries[0].message = { toString: 'x' }
        }),
      /log_appended: entries\.0\.message/,
    ],
    'a name that every object has': [
      (files) =>
        editJournal(files, (events) => {
          events.find((one) => one.type === 'step_started').key = '__proto__'
        }),
      /step_started: key: not a name/,
    ],
    'a decision of another shape': [
      (files) =>
        editJournal(files, (events) => {
          events.find((one) => one.type === 'decision_ready').decision.confidence = 'very'
        }),
      /the decision: confidence/,
    ],
    'a decision on another ticker': [
      (files) =>
        editJournal(files, (events) => {
          events.find((one) => one.type === 'decision_ready').decision.ticker = 'MSFT'
        }),
      /ticker is "MSFT", of the run it is "AAPL"/,
    ],
    'a kind that is not known': [
      (files) => editJournal(files, (events) => void (events[0].kind = 'backtest')),
      /kind is "backtest", and this desk knows assessment/,
    ],
    'an input its kind does not take': [
      (files) => editJournal(files, (events) => void (events[0].input = { tickers: 1 })),
      /line 1: input/,
    ],
    'the ticker of another run': [
      (files) => editJournal(files, (events) => void (events[0].ticker = 'MSFT')),
      /ticker "MSFT" is not that of run/,
    ],
    'another time of launch': [
      (files) => editJournal(files, (events) => void (events[0].created_at = '2026-11-21T10:00:00.000Z')),
      /created_at .* is not the time of run/,
    ],
    'a line with a wrong checksum': [
      (files) =>
        files.set(
          'journal.ndjson',
          Buffer.from(files.get('journal.ndjson')!.toString().replace('loading bars', 'loading cars')),
        ),
      /line \d+: checksum does not match/,
    ],
    'lines in another form': [
      (files) =>
        files.set('journal.ndjson', Buffer.from(files.get('journal.ndjson')!.toString().replace(/\n$/, ''))),
      /in another form/,
    ],
    'a file that no run has': [
      (files) => files.set('notes.txt', Buffer.from('x')),
      /entry "notes\.txt" is no file of a run/,
    ],
    'a manifest that is no JSON': [
      (files) => files.set('manifest.json', Buffer.from('{')),
      /manifest\.json is not JSON/,
    ],
  }

  it('and whose hashes were written anew is refused for what does not fit, and leaves nothing', async () => {
    const { bytes } = await exportSmall()
    const there = await createCarryingDesk(small())
    for (const [name, [change, reason]] of Object.entries(forgeries))
      expect(await refusalOf(there, await forgeBundle(bytes, change)), name).toMatch(reason)
    expect((await there.importBytes(await forgeBundle(bytes, () => undefined))).status).toBe('completed')
  })
})

describe('a hostile zip file', () => {
  async function packed() {
    const { bytes } = await exportSmall({ hasCheckpoint: false })
    const files = await readZip(bytes)
    const entries = [...files].map(([name, data]) => ({ name, data }))
    return { entries, there: await createCarryingDesk(small()) }
  }
  const data = Buffer.from('x')

  const names: [string, RegExp][] = [
    ['../outside', /outside/],
    ['reports/../../outside.md', /outside/],
    ['/etc/passwd', /absolute path: \/etc\/passwd/],
    ['reports\\market.md', /reports/],
    ['C:/outside', /C:\/outside/],
    ['reports/', /"reports\/" is no file of a run/],
    ['reports/a b.md', /is no file of a run/],
    ['.staging/x', /is no file of a run/],
    ['artifacts/../RUN_ID', /RUN_ID/],
    [`reports/${'x'.repeat(300)}.md`, /is no file of a run/],
  ]

  it('with an entry that leads elsewhere or belongs to no run is refused by its name', async () => {
    const { entries, there } = await packed()
    for (const [name, reason] of names)
      expect(await refusalOf(there, makeZip([...entries, { name, data }])), name).toMatch(reason)
    expect(existsSync(join(there.dir, 'outside'))).toBe(false)
  })

  const lies: [string, ZipEntry['lie'], RegExp][] = [
    ['a link', { mode: 0o120777 }, /is a link/],
    ['a folder', { mode: 0o040755 }, /is a link or another thing/],
    ['encrypted', { flags: 0x801 }, /is encrypted/],
    ['strongly encrypted', { flags: 0x841 }, /encrypt/],
    ['packed in a strange way', { method: 12 }, /packed by method 12/],
    ['of a wrong checksum', { crc: 1 }, /does not match its checksum/],
    ['shorter than it says', { size: 5_000 }, /RUN_ID/],
    ['longer than it says', { size: 3 }, /RUN_ID/],
    ['packed shorter than it says', { packedSize: 60_000 }, /RUN_ID|overlap|overflows/],
    ['called otherwise in its place', { localName: 'RUNNID' }, /"RUN_ID" is called "RUNNID"/],
    ['somewhere else', { offset: 0xfffffff0 }, /./],
    ['a bomb by its word', { size: 0xfffffff0 }, /more than 200 times|larger than/],
    ['one that says zip64 and has no sizes', { size: 0xffffffff }, /zip64|more than 200/],
    [
      'one with sizes beyond all numbers',
      { size: 0xffffffff, extra: Buffer.from('01000800ffffffffffffff7f', 'hex') },
      /no possible size|larger than|more than 200/,
    ],
  ]

  it('with an entry that is not what it says is refused', async () => {
    const { entries, there } = await packed()
    for (const [name, lie, reason] of lies) {
      const changed = entries.map((entry) => (entry.name === 'RUN_ID' ? { ...entry, lie } : entry))
      expect(await refusalOf(there, makeZip(changed)), name).toMatch(reason)
    }
  })

  it('with two entries of one name, or of names that differ in case only, is refused', async () => {
    const { entries, there } = await packed()
    expect(await refusalOf(there, makeZip([...entries, entries[0]!]))).toMatch(/"RUN_ID" stands in it twice/)
    const twin = { name: 'reports/MARKET.md', data }
    expect(await refusalOf(there, makeZip([...entries, twin]))).toMatch(/differ in upper and lower case only/)
  })

  it('whose entries share their bytes is refused', async () => {
    const { entries, there } = await packed()
    const copy = { ...entries.at(0)!, name: 'decision.md', lie: { localName: 'decision.md', offset: 0 } }
    expect(
      await refusalOf(there, makeZip([...entries.filter((one) => one.name !== 'decision.md'), copy])),
    ).toMatch(/overlap|is called/)
  })

  it('that lies about its list of entries is refused', async () => {
    const { entries, there } = await packed()
    for (const entryCount of [1, entries.length - 1, entries.length + 1, 40_000])
      await refusalOf(there, makeZip(entries, { entryCount }))
    for (const zip64Offset of [0n, 5n, 1n << 40n, (1n << 63n) + 5n])
      await refusalOf(there, makeZip(entries, { zip64Offset }))
  })

  it('that unpacks to very much is refused before it is unpacked', async () => {
    const { entries, there } = await packed()
    const bomb = { name: 'reports/bomb.md', data: Buffer.alloc(8 * 1_024 * 1_024) }
    expect(await refusalOf(there, makeZip([...entries, bomb]))).toMatch(
      /reports\/bomb\.md.* more than 200 times/,
    )
  })

  it('that names what the list does not, or lists what is not there, is refused', async () => {
    const { entries, there } = await packed()
    expect(await refusalOf(there, makeZip([...entries, { name: 'reports/a.md', data }]))).toMatch(
      /not listed/,
    )
    expect(await refusalOf(there, makeZip(entries.slice(1)))).toMatch(/lists "RUN_ID", which is not there/)
    expect(await refusalOf(there, makeZip(entries.slice(0, -1)))).toMatch(/bundle\.json is missing/)
    for (const text of ['{', '[]', '{"format":"rundesk-bundle"}', `{"format":"other"}`]) {
      const changed = [...entries.slice(0, -1), { name: 'bundle.json', data: Buffer.from(text) }]
      expect(await refusalOf(there, makeZip(changed))).toMatch(/bundle\.json/)
    }
  })
})

describe('an import that a crash cuts off', () => {
  it('leaves nothing after the next start, wherever it was', async () => {
    const { runId, bytes } = await exportSmall()
    const there = await createCarryingDesk(small())
    await there.close()
    const place = join(there.resultsDir, '.staging', '0123456789ab')
    const moments: (() => Promise<void>)[] = [
      () => writeFile(join(place, 'bundle.zip'), bytes.subarray(0, 100)),
      async () => {
        await mkdir(join(place, 'run', 'reports'), { recursive: true })
        await writeFile(join(place, 'run', 'reports', 'market.md'), 'half')
      },
      async () => {
        await mkdir(join(place, 'run'))
        await writeFile(join(place, 'run', 'RUN_ID'), `${runId}\n`)
        // Claimed, and the rename did not come.
        await mkdir(join(there.resultsDir, 'AAPL', '2026-11-20_10.00.00'), { recursive: true })
      },
    ]
    for (const moment of moments) {
      await mkdir(place, { recursive: true })
      await moment()
      const again = await there.restart()
      expect(await listAll(again)).toEqual([])
      await again.close()
    }
    const again = await there.restart()
    await again.importBytes(bytes)
    expect(again.manager.summary(runId).status).toBe('completed')
  })

  it('after the rename has brought the run, though no list knew it yet', async () => {
    const { runId, bytes } = await exportSmall()
    const there = await createCarryingDesk(small())
    const { files } = await there.importBytes(bytes)
    const folder = await folderOf(there)
    const aside = join(there.dir, 'aside')
    await rename(folder, aside)
    there.storage.index.remove(runId)
    await there.close()
    await rename(aside, folder)
    await writeFile(join(there.dir, 'data', 'index', 'in-use'), '')
    const again = await there.restart()
    expect(again.manager.summary(runId).files).toEqual(files)
  })
})
