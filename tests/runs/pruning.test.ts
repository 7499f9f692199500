import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NotFoundError } from '../../src/core/errors.ts'
import type { RunToPack } from '../../src/runs/prune-report.ts'
import { isTerminal } from '../../src/runs/status.ts'
import { createRetentionWorld, folderOf, type RetentionWorld } from '../support/retention-world.ts'
import { createTestDesk } from '../support/scripted-manager.ts'
import { createScriptedWorkflow } from '../support/scripted-workflow.ts'

const HOUR_MS = 3_600_000
const decision = { action: 'BUY', confidence: 0.6, markdown: '# Buy' }

const idsOf = (runs: readonly { run_id: string }[]) => runs.map((run) => run.run_id)

/** What the preview promised is what was done, and nothing is left to do but what is kept back. */
async function expectPreviewKept(world: RetentionWorld): Promise<void> {
  const before = world.storage.index.values().filter((row) => isTerminal(row.status))
  const preview = await world.manager.previewPrune()
  expect(await world.manager.previewPrune()).toEqual(preview)
  const report = await world.manager.prune()
  expect(report.failed).toEqual([])
  expect(report.pruned).toEqual(preview.due)
  expect(report.kept).toEqual(preview.kept)
  expect(report.freed_bytes).toBe(preview.freed_bytes)
  expect(report.packed.map(({ packed_bytes: _, ...run }): RunToPack => run)).toEqual(preview.to_pack)

  const [pruned, packed] = [new Set(idsOf(preview.due)), new Set(idsOf(preview.to_pack))]
  for (const row of before) {
    const now = world.row(row.run_id)
    const { state } = await world.storage.results.look(row.run_id)
    const expected = pruned.has(row.run_id) ? 'pruned' : packed.has(row.run_id) ? 'packed' : row.files.state
    expect([row.run_id, now.files.state, state]).toEqual([row.run_id, expected, expected])
    expect({ ...now, files: row.files }).toEqual(row)
    if (row.decision) expect(await world.manager.decision(row.run_id)).toMatchObject(row.decision)
    const folded = await world.manager.state(row.run_id).catch((error: unknown) => error)
    if (expected === 'pruned') expect(folded).toBeInstanceOf(NotFoundError)
    else expect(folded).toMatchObject({ run_id: row.run_id, status: row.status })
  }
  const again = await world.manager.prune()
  expect([again.pruned, again.packed, again.kept]).toEqual([[], [], preview.kept])
}

describe('pruning', () => {
  it('does what its preview says, in any past', async () => {
    const past = fc.record({
      ticker: fc.constantFrom('AAPL', 'IBM'),
      status: fc.constantFrom('completed', 'error', 'canceled'),
      ended: fc.integer({ min: 0, max: 96 }),
      hasDecision: fc.boolean(),
      unwritten: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      use: fc.constantFrom('none', 'none', 'none', 'watched', 'reused'),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(past, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 60 }),
        async (runs, resultsMaxPerTicker, resultsMaxAgeDays, packAfterHours) => {
          const keepStateMs = packAfterHours * HOUR_MS
          const world = await createRetentionWorld({ resultsMaxPerTicker, resultsMaxAgeDays, keepStateMs })
          for (const { hasDecision, use, ...run } of runs) {
            const runId = await world.leave({ ...run, decision: hasDecision ? decision : null })
            if (use === 'watched') world.manager.watch(runId)
            // Two of them find a place, the others wait.
            if (use === 'reused') await world.manager.rerun(runId).catch(() => undefined)
          }
          await expectPreviewKept(world)
          await world.close()
        },
      ),
      { numRuns: 12 },
    )
  })

  it('leaves a run alone for as long as somebody looks at it, and packs it when nobody does', async () => {
    const world = await createRetentionWorld({ resultsMaxAgeDays: 2 })
    const old = await world.leave({ ended: 72 })
    const older = await world.leave({ ended: 30 })
    const stops = [world.manager.watch(old), world.manager.watch(old), world.manager.watch(older)]
    const kept = { run_id: old, reason: 'ended more than 2 days ago', kept_because: 'watched' }
    expect(await world.manager.previewPrune()).toMatchObject({ due: [], kept: [kept], to_pack: [] })
    stops[0]!()
    stops[0]!()
    expect((await world.manager.prune()).pruned).toEqual([])
    for (const stop of stops) stop()
    const report = await world.manager.prune()
    expect([idsOf(report.pruned), idsOf(report.packed)]).toEqual([[old], [older]])
    expect(world.manager.lastPrune).toBe(report)
    await world.close()
  })

  it('keeps back what is watched from the moment it is looked at, also while it is at work', async () => {
    const world = await createRetentionWorld({ resultsMaxAgeDays: 1 })
    const [first, second] = [await world.leave({ ended: 30 }), await world.leave({ ended: 40 })]
    const { prune } = world.storage.results
    world.storage.results.prune = (runId, isNeeded) => {
      world.manager.watch(runId === first ? second : first)
      return prune(runId, isNeeded)
    }
    const { due } = await world.manager.previewPrune()
    const report = await world.manager.prune()
    expect(idsOf(report.pruned)).toEqual(idsOf(due).slice(0, 1))
    expect(report.kept).toMatchObject([{ run_id: due[1]!.run_id, kept_because: 'watched' }])
    await world.close()
  })

  it('spares a run that somebody comes for at the last moment, a rerun before it has begun included', async () => {
    const world = await createRetentionWorld({ resultsMaxPerTicker: 1 })
    const runId = await world.leave({ ended: 3, status: 'error' })
    await world.leave({ ended: 2, decision })
    const { prune } = world.storage.results
    let rerun: Promise<{ run_id: string }> | null = null
    world.storage.results.prune = (id, isNeeded) =>
      prune(id, () => {
        rerun ??= world.manager.rerun(runId)
        return isNeeded!()
      })
    const report = await world.manager.prune()
    expect(report.pruned).toEqual([])
    expect(report.kept).toContainEqual(expect.objectContaining({ run_id: runId, kept_because: 'watched' }))
    expect(world.manager.summary((await rerun!).run_id).files.state).toBe('whole')
    await world.close()
  })

  it('lets a rerun find all files or none: one that comes during the removal waits for its end', async () => {
    const world = await createRetentionWorld({ resultsMaxPerTicker: 1 })
    const runId = await world.leave({ ended: 3, status: 'error' })
    await world.leave({ ended: 2, decision })
    const { prune } = world.storage.results
    let rerun: Promise<unknown> | null = null
    let isRemoved = false
    world.storage.results.prune = async (id, isNeeded) => {
      const removed = await prune(id, isNeeded)
      rerun = world.manager.rerun(runId).catch((error: unknown) => [error, isRemoved])
      await new Promise((resolve) => setImmediate(resolve))
      isRemoved = true
      return removed
    }
    expect(idsOf((await world.manager.prune()).pruned)).toEqual([runId])
    expect(await rerun!).toEqual([expect.any(NotFoundError), true])
    await world.close()
  })

  it('reads a packed run as before: state, events, log, and takes its steps over', async () => {
    const world = await createRetentionWorld()
    const runId = await world.leave({ ended: 30, status: 'error' })
    const before = await world.manager.state(runId)
    await world.manager.prune()
    expect(world.row(runId).files).toMatchObject({ state: 'packed' })
    const again = await world.restart()
    expect(again.row(runId).files).toMatchObject({ state: 'packed' })
    expect(await again.manager.state(runId)).toEqual(before)
    const events = []
    for await (const event of again.manager.events(runId)) events.push(event.type)
    expect(events).toEqual(['run_created', 'run_started', 'log_appended', 'run_failed'])
    const { run_id: rerunId } = await again.manager.rerun(runId)
    expect(again.manager.summary(rerunId).files.state).toBe('whole')
    const { kept, due } = await again.manager.previewPrune()
    expect([kept, due]).toEqual([[], []])
    await again.close()
  })

  it('is remembered: after a restart nothing is due again', async () => {
    const world = await createRetentionWorld({ resultsMaxPerTicker: 1 })
    const runs = [await world.leave({ ended: 3, decision }), await world.leave({ ended: 2, decision })]
    await world.manager.prune()
    const { files } = world.row(runs[0]!)
    expect(files).toMatchObject({ state: 'pruned', since: new Date(world.clock.now()).toISOString() })
    const again = await world.restart()
    expect(again.row(runs[0]!).files).toEqual(files)
    const looked: string[] = []
    const { look } = again.storage.results
    again.storage.results.look = (runId) => (looked.push(runId), look(runId))
    expect((await again.manager.prune()).pruned).toEqual([])
    expect(looked).toEqual([])
    await again.close()
  })

  it('keeps the history of a run whose folder somebody removed, and says what is left of it', async () => {
    const world = await createRetentionWorld()
    const runId = await world.leave({ ended: 3, decision })
    await rm(folderOf(world, runId), { recursive: true })
    await expect(world.manager.state(runId)).rejects.toThrow(
      `the folder of run ${runId} is gone: its summary and its verdict, BUY with confidence 0.60, are all`,
    )
    expect(world.row(runId)).toMatchObject({ decision, files: { state: 'gone' } })
    expect(await world.manager.decision(runId)).toBeNull()
    expect(world.manager.latestDecisions(['AAPL'])).toMatchObject([{ run_id: runId, decision }])
    const again = await world.restart()
    await again.storage.reindex({ fold: again.manager.reindex, isFull: true })
    expect(again.row(runId)).toMatchObject({ decision, files: { state: 'gone' } })
    await again.close()
  })

  it('says of a run whose folder was removed the same by its events as by its state, also while it is in memory', async () => {
    const world = await createRetentionWorld()
    const runId = await world.leave({ ended: 30, decision })
    await world.manager.state(runId)
    await rm(folderOf(world, runId), { recursive: true })
    await expect(world.manager.events(runId)[Symbol.asyncIterator]().next()).rejects.toThrow(
      /folder of run .* is gone: .* BUY/,
    )
    await world.close()
  })

  it('notices when what was taken away is put back', async () => {
    const world = await createRetentionWorld()
    const runId = await world.leave({ ended: 3 })
    world.storage.index.put({ ...world.row(runId), files: { state: 'gone', since: 'x', imported_at: null } })
    await world.manager.state(runId)
    expect(world.row(runId).files).toEqual({ state: 'whole', since: null, imported_at: null })
    await world.close()
  })

  it('goes on with the others where one cannot be pruned, says which, and tries it again', async () => {
    const world = await createRetentionWorld({ resultsMaxAgeDays: 1 })
    const runs = [await world.leave({ ended: 30 }), await world.leave({ ended: 40 })]
    const { prune } = world.storage.results
    world.storage.results.prune = async (runId) => {
      if (runId === runs[0]) throw new Error('the disk reports an error (EIO)')
      return prune(runId)
    }
    const report = await world.manager.prune()
    expect(idsOf(report.pruned)).toEqual([runs[1]])
    expect(report.failed).toEqual([
      { run_id: runs[0], ticker: 'AAPL', action: 'prune', error: 'the disk reports an error (EIO)' },
    ])
    expect(world.warnings).toContain('files not pruned')
    world.storage.results.prune = prune
    expect(idsOf((await world.manager.prune()).pruned)).toEqual([runs[0]])
    await world.close()
  })

  it('is done by the clock, which says so and is not stopped by a failure', async () => {
    const limits = { resultsMaxAgeDays: 1, pruneIntervalMs: 300_000 }
    const desk = await createTestDesk([createScriptedWorkflow({ execute: async () => null })], { limits })
    const { runs } = await desk.manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
    const { run_id: runId } = runs[0]!
    await desk.ended(runId)
    const { query } = desk.ports.index
    desk.ports.index.query = () => {
      throw new Error('no index today')
    }
    await desk.clock.advance(24 * HOUR_MS)
    desk.ports.index.query = query
    await desk.clock.advance(300_000)
    expect(desk.ports.index.get(runId)!.files.state).toBe('pruned')
    expect(desk.manager.lastPrune).toMatchObject({ pruned: [{ run_id: runId }] })
    expect(desk.manager.summary(runId)).toMatchObject({ status: 'completed', files: { state: 'pruned' } })
  })

  it('spares the source of a run that was left behind, also where it is not taken up', async () => {
    const world = await createRetentionWorld({ resultsMaxAgeDays: 1 })
    const source = await world.leave({ ended: 30, status: 'error' })
    await world.manager.rerun(source)
    const looking = await world.restart({ recover: false })
    expect(await looking.manager.prune()).toMatchObject({
      pruned: [],
      kept: [{ run_id: source, kept_because: 'reused' }],
    })
    await looking.close()
  })

  it('does not undo what is known of the files when a run is read again', async () => {
    const world = await createRetentionWorld()
    const runId = await world.leave({ ended: 30 })
    await world.manager.prune()
    const { files } = world.row(runId)
    await world.manager.reindex(runId)
    expect(world.row(runId).files).toEqual(files)
    await rm(join(folderOf(world, runId), 'manifest.json'))
    await world.storage.reindex({ fold: world.manager.reindex, isFull: true })
    expect(world.row(runId).files).toEqual(files)
    await world.close()
  })
})
