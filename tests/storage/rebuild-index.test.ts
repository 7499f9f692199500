import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { completeSummary, publicSummary, type Summary } from '../../src/runs/summary.ts'
import { inspectStore } from '../../src/storage/inspect-store.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { claimOwnership } from '../../src/storage/owner-socket.ts'
import { createCarryingDesk } from '../support/carrying-desk.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { historyOf, identityOf, runIdOf, START_MS, summaryOf } from '../support/run-facts.ts'
import { stateOf } from '../support/run-states.ts'
import { createSmallRun } from '../support/small-run.ts'
import { createTempDir } from '../support/temp-dir.ts'

async function createDesk() {
  const dir = await createTempDir('rebuild')
  const config = { dataDir: join(dir, 'data'), resultsDir: join(dir, 'results') }
  const warnings: string[] = []
  const log = { warn: (message: string) => void warnings.push(message) }
  const open = () => openStorage({ ...config, clock: createManualClock(), log })
  return { ...config, config, open, warnings }
}

/** Runs that ended, with their manifests. */
async function leaveRuns(storage: Awaited<ReturnType<typeof openStorage>>, summaries: readonly Summary[]) {
  for (const summary of summaries) {
    await (await storage.journals.create(identityOf(summary.run_id))).close()
    await storage.results.finish(stateOf({ run_id: summary.run_id, status: summary.status }), summary)
    storage.index.put(completeSummary(summary))
  }
}

const fold = async () => undefined

describe('rebuilding the index', () => {
  it('is not asked for on first use', async () => {
    const desk = await createDesk()
    const storage = await desk.open()
    expect(storage.index.suspect).toEqual([])
    expect(desk.warnings).toEqual([])
    await leaveRuns(storage, historyOf(1))
    await storage.close()
    const again = await desk.open()
    expect([again.index.suspect, again.index.size]).toEqual([[], 1])
    await again.close()
  })

  it('completes summaries that an earlier version left in a manifest', async () => {
    const desk = await createDesk()
    const storage = await desk.open()
    const run = summaryOf()
    await leaveRuns(storage, [publicSummary(run) as Summary])
    await storage.close()
    await rm(join(desk.dataDir, 'index'), { recursive: true })
    const again = await desk.open()
    await again.reindex({ fold, isFull: true })
    expect(again.index.get(run.run_id)).toEqual(run)
    await again.close()
  })

  it('in full counts from the journal, once, what an earlier version did not, also of a packed run', async () => {
    const plan = [
      {
        id: 'p',
        label: 'P',
        node_type: 'phase' as const,
        children: createSmallRun().plan({ ticker: 'AAPL' }),
      },
    ]
    const workflow = { ...createSmallRun(), plan: () => plan, phases: { p: 'P' } }
    const summary: typeof workflow.summary = (state) => ({
      ...createSmallRun().summary(state),
      stats: { seen: 1 },
    })
    const desk = await createCarryingDesk({ workflows: [{ ...workflow, summary }] })
    const runs = [await desk.run({ ticker: 'AAPL' }), await desk.run({ ticker: 'MSFT' })]
    await desk.storage.results.pack(runs[1]!)
    const expected = runs.map((runId) => ({ ...desk.manager.summary(runId), files: expect.anything() }))
    expect(expected).toMatchObject([1, 2].map(() => ({ phases: { p: 0 }, stats: { seen: 1 } })))
    const manifests = await Promise.all(
      ['AAPL', 'MSFT'].map(async (ticker) => {
        const folder = join(desk.resultsDir, ticker)
        return join(folder, (await readdir(folder))[0]!, 'manifest.json')
      }),
    )
    for (const path of manifests) {
      const manifest = JSON.parse(await readFile(path, 'utf8')) as { summary: object }
      await writeFile(
        path,
        JSON.stringify({ ...manifest, summary: publicSummary(manifest.summary as Summary) }),
      )
    }
    await desk.close()
    await rm(join(desk.dir, 'data', 'index'), { recursive: true })

    const again = await desk.restart()
    expect(again.manager.summary(runs[0]!)).toMatchObject({ phases: {}, stats: null })
    const folded: string[] = []
    const count = async (runId: string) => (folded.push(runId), again.manager.reindex(runId))
    await again.storage.reindex({ fold: count, isFull: true })
    expect(runs.map((runId) => again.manager.summary(runId))).toEqual(expected)
    expect(again.manager.summary(runs[1]!).files.state).toBe('packed')
    await again.storage.reindex({ fold: count, isFull: true })
    expect(folded.toSorted()).toEqual(runs.toSorted())
    expect(runs.map((runId) => again.manager.summary(runId))).toEqual(expected)
  })

  it('that is broken off goes on at the next start', async () => {
    const desk = await createDesk()
    const storage = await desk.open()
    await leaveRuns(storage, historyOf(4))
    await storage.close()
    await rm(join(desk.dataDir, 'index'), { recursive: true })

    const again = await desk.open()
    const stop = new AbortController()
    const put = again.index.put
    again.index.put = (summary) => (put(summary), stop.abort())
    await again.reindex({ fold, isFull: false, signal: stop.signal })
    expect([again.index.size, again.index.suspect.length]).toEqual([1, 1])
    await again.close()

    const third = await desk.open()
    expect(third.index.suspect).toEqual(['the process that wrote the index did not end in order'])
    expect(await third.reindex({ fold, isFull: false })).toEqual({ read: 3, folded: 0, gone: 0, dropped: 0 })
    expect([third.index.size, third.index.suspect]).toEqual([4, []])
    await third.close()
  })

  it('from the manifests gives every run back after the index was deleted', async () => {
    const desk = await createDesk()
    const storage = await desk.open()
    const runs = historyOf(25)
    await leaveRuns(storage, runs)
    const before = storage.index.query({})
    await storage.close()
    await rm(join(desk.dataDir, 'index'), { recursive: true })

    const again = await desk.open()
    expect(again.index.size).toBe(0)
    expect(again.index.suspect).toEqual(['the index has no active.json'])
    const report = await again.reindex({ fold, isFull: false })
    expect(report).toEqual({ read: 25, folded: 0, gone: 0, dropped: 0 })
    expect(again.index.suspect).toEqual([])
    expect(again.index.query({})).toEqual(before)
    await again.close()
    const third = await desk.open()
    expect(third.index.query({})).toEqual(before)
    expect(third.index.suspect).toEqual([])
    await third.close()
  })

  it('hands runs without a readable manifest to be folded, and leaves out those that cannot be', async () => {
    const desk = await createDesk()
    const storage = await desk.open()
    const [whole, damaged] = historyOf(2)
    await leaveRuns(storage, [whole!, damaged!])
    const folder = join(desk.resultsDir, damaged!.ticker, damaged!.run_id.split('--')[1]!)
    await writeFile(join(folder, 'manifest.json'), '{"format":1,"summ')
    for (const number of [1, 2]) await (await storage.journals.create(identityOf(runIdOf(number)))).close()
    const asked: string[] = []
    const report = await storage.reindex({
      isFull: true,
      fold: async (runId) => {
        asked.push(runId)
        if (runId === runIdOf(2)) throw new Error('no events')
        storage.index.put(summaryOf({ run_id: runId, status: 'in_progress' }))
      },
    })
    expect(asked.sort()).toEqual([runIdOf(1), runIdOf(2), damaged!.run_id].sort())
    expect(report).toEqual({ read: 1, folded: 2, gone: 0, dropped: 0 })
    expect(desk.warnings.at(-1)).toBe(`run ${runIdOf(2)} was left out of the index: no events`)
    await storage.close()
  })

  it('in full keeps what is known of an ended run whose folder is gone, and says that it is', async () => {
    const desk = await createDesk()
    const storage = await desk.open()
    const [first, gone, last] = historyOf(3)
    const decided = { ...gone!, decision: { action: 'BUY', confidence: 0.6 } }
    await leaveRuns(storage, [first!, decided, last!])
    storage.index.put(summaryOf({ run_id: runIdOf(9, 'IBM'), ticker: 'IBM', status: 'in_progress' }))
    await rm(join(desk.resultsDir, gone!.ticker), { recursive: true })
    const report = { read: 2, folded: 0, gone: 1, dropped: 1 }
    expect(await storage.reindex({ fold, isFull: true })).toEqual(report)
    const left = { state: 'gone', since: new Date(START_MS).toISOString(), imported_at: null }
    expect(storage.index.values()).toEqual([first, { ...decided, files: left }, last])
    expect(await storage.reindex({ fold, isFull: true })).toEqual({ ...report, dropped: 0 })
    await storage.close()
    const again = await desk.open()
    expect(again.index.get(gone!.run_id)!.files).toEqual(left)
    await again.close()
  })

  it('finds out by looking which runs are packed and which were pruned, and since when', async () => {
    const desk = await createDesk()
    const storage = await desk.open()
    const imported = { state: 'whole', since: null, imported_at: '2026-11-19T08:00:00.000Z' } as const
    const [whole, packed, pruned] = historyOf(3)
    await leaveRuns(storage, [whole!, { ...packed!, files: imported }, pruned!])
    await storage.results.pack(packed!.run_id)
    await storage.results.pack(pruned!.run_id)
    await storage.results.prune(pruned!.run_id)
    await storage.close()
    await rm(join(desk.dataDir, 'index'), { recursive: true })
    const again = await desk.open()
    await again.reindex({ fold, isFull: false })
    const filesOf = (run: Summary | undefined) => again.index.get(run!.run_id)!.files
    const since = expect.stringMatching(/^20\d\d-.*Z$/) as string
    expect(filesOf(whole)).toEqual({ state: 'whole', since: null, imported_at: null })
    expect(filesOf(packed)).toEqual({ state: 'packed', since, imported_at: imported.imported_at })
    expect(filesOf(pruned)).toEqual({ state: 'pruned', since, imported_at: null })
    const known = filesOf(packed)
    await again.reindex({ fold, isFull: true })
    expect(filesOf(packed)).toEqual(known)
    await again.close()
  })

  it('after a crash looks only at runs that are missing or not shown as ended', async () => {
    const desk = await createDesk()
    const storage = await desk.open()
    const settled = [
      summaryOf({ run_id: runIdOf(1) }),
      summaryOf({ run_id: runIdOf(2, 'IBM'), ticker: 'IBM' }),
    ]
    await leaveRuns(storage, settled)
    // Of the same ticker and second as the first: one the index missed, one it shows as it was before it ended.
    const missed = summaryOf({ run_id: runIdOf(3), status: 'error' })
    const behind = summaryOf({ run_id: runIdOf(4), status: 'canceled' })
    await leaveRuns(storage, [missed, behind])
    storage.index.remove(missed.run_id)
    storage.index.put({ ...behind, status: 'in_progress' })
    // Were a settled run looked at, its manifest would bring this back.
    const touched = { ...settled[0]!, progress_message: 'kept as it is' }
    storage.index.put(touched)
    const asked: string[] = []
    const report = await storage.reindex({ fold: async (runId) => void asked.push(runId), isFull: false })
    expect(report).toEqual({ read: 2, folded: 0, gone: 0, dropped: 0 })
    expect(asked).toEqual([])
    expect(storage.index.values()).toEqual(
      [touched, settled[1], missed, behind].sort((a, b) => (a!.run_id < b!.run_id ? -1 : 1)),
    )
    await storage.close()
  })

  it('is what a look from outside asks for, and no longer once it is done', async () => {
    const desk = await createDesk()
    expect(await inspectStore(desk.config)).toEqual({ storedRuns: 0, indexedRuns: 0, indexProblems: [] })
    const owner = await claimOwnership(desk.dataDir)
    const storage = await desk.open()
    await leaveRuns(storage, historyOf(3))
    await storage.index.flush()
    // While its owner works, an index in use is no fault.
    expect(await inspectStore(desk.config)).toEqual({ storedRuns: 3, indexedRuns: 3, indexProblems: [] })
    await owner.close()
    expect((await inspectStore(desk.config)).indexProblems).toEqual([
      'the process that wrote the index did not end in order',
    ])
    await storage.reindex({ fold, isFull: true })
    await storage.close()
    expect(await inspectStore(desk.config)).toEqual({ storedRuns: 3, indexedRuns: 3, indexProblems: [] })
    await rm(join(desk.dataDir, 'index'), { recursive: true })
    await mkdir(join(desk.dataDir, 'index'))
    expect(await inspectStore(desk.config)).toMatchObject({
      indexedRuns: 0,
      indexProblems: ['the index has no active.json'],
    })
  })
})
