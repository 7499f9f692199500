/**
 * A power cut may leave a journal cut off anywhere. Wherever that is, every step completed before the cut is kept, and
 * the run goes on to the same verdict.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { foldAll } from '../../src/runs/fold.ts'
import type { LaunchRecord } from '../../src/runs/ports.ts'
import { createRunManager, type RunManager } from '../../src/runs/run-manager.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { createSampleAssessment } from '../support/assessments.ts'
import { createJournalStore } from '../../src/storage/journal-store.ts'
import { createRunDirectories } from '../../src/storage/run-directories.ts'
import { runEnded } from '../support/run-ended.ts'
import { TEST_LIMITS } from '../support/scripted-manager.ts'
import { createTempDesk, type TempDesk } from '../support/temp-desk.ts'

/** At the end every so many bytes (each where the drill runs in full), in front of that, where most steps stand, fewer. */
const TAIL_BYTES = 2_048
const TAIL_STRIDE_BYTES = Number(process.env.TORN_JOURNAL_STRIDE ?? 7)
const STRIDE_BYTES = 499
/** Each cut is folded; at one in so many the run is taken up again and worked to its end. */
const RESUME_EVERY = 60

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const workflow = createSampleAssessment()

async function openDesk(place: TempDesk): Promise<{ manager: RunManager; close: () => Promise<void> }> {
  const storage = await openStorage({ ...place, clock: systemClock, log: quiet })
  const manager = createRunManager({
    ...storage,
    workflows: [workflow],
    clock: systemClock,
    limits: TEST_LIMITS,
    log: quiet,
  })
  await manager.start({ recover: true })
  return {
    manager,
    async close() {
      await manager.stop(0)
      await storage.close()
    },
  }
}

test('a journal cut anywhere keeps every completed step before the cut', { timeout: 120_000 }, async () => {
  const place = createTempDesk()
  const desk = await openDesk(place)
  const { runs } = await desk.manager.launch([
    { kind: 'assessment', input: { ticker: 'AAPL', as_of: '2012-06-29' } },
  ])
  const runId = runs[0]!.run_id
  await runEnded(desk.manager, runId)
  const whole = await desk.manager.decision(runId)
  await desk.close()

  const folder = await createRunDirectories(place.resultsDir).get(runId)
  const relative = folder.slice(place.resultsDir.length)
  const journal = readFileSync(join(folder, 'journal.ndjson'))
  const [created] = journal
    .toString('utf8')
    .split('\n')
    .map((line) => JSON.parse(line || '{}') as Record<string, unknown>)
  const { seq: _seq, at: _at, type: _type, crc: _crc, ...identity } = created!
  const launch = {
    batch_id: identity.batch_id,
    created_at: identity.created_at,
    runs: [identity],
  } as unknown as LaunchRecord

  const torn = createTempDesk()
  for (const [i, cut] of cutsOf(journal.length).entries()) {
    rmSync(torn.root, { recursive: true, force: true })
    const target = join(torn.resultsDir, relative)
    mkdirSync(target, { recursive: true })
    for (const kept of ['RUN_ID', 'artifacts'])
      cpSync(join(folder, kept), join(target, kept), { recursive: true })
    writeFileSync(join(target, 'journal.ndjson'), journal)
    truncateSync(join(target, 'journal.ndjson'), cut)

    const before = completedKeys(journal.subarray(0, cut).toString('utf8'))
    if (i % RESUME_EVERY !== 0) {
      const store = createJournalStore({ directories: createRunDirectories(torn.resultsDir), log: quiet })
      const opened = await store.open(runId)
      expect(opened.damage).toBeNull()
      const state = foldAll(workflow, opened.events, { logLines: 250 })!
      const kept = Object.values(state.steps).filter((step) => step.status === 'completed')
      expect(kept.map((step) => step.key).sort()).toEqual(expect.arrayContaining(before))
      await opened.journal.close()
      continue
    }
    const storage = await openStorage({ ...torn, clock: systemClock, log: quiet })
    await storage.launches.record(launch)
    await storage.close()
    const again = await openDesk(torn)
    await runEnded(again.manager, runId)
    expect(again.manager.summary(runId).status).toBe('completed')
    expect(comparable((await again.manager.decision(runId))!)).toEqual(comparable(whole!))
    await again.close()
    const completed = completedKeys(readFileSync(join(target, 'journal.ndjson'), 'utf8'))
    expect(new Set(completed).size).toBe(completed.length)
    expect(completed).toEqual(expect.arrayContaining(before))
  }
})

function cutsOf(length: number): number[] {
  const cuts: number[] = []
  for (let cut = STRIDE_BYTES; cut < length - TAIL_BYTES; cut += STRIDE_BYTES) cuts.push(cut)
  for (let cut = length - TAIL_BYTES; cut < length; cut += TAIL_STRIDE_BYTES) cuts.push(cut)
  return cuts
}

/** The steps whose end stands whole in the text. */
function completedKeys(text: string): string[] {
  const lines = text.split('\n').slice(0, -1)
  return lines
    .map((line) => JSON.parse(line) as { type: string; key?: string })
    .filter((event) => event.type === 'step_completed')
    .map((event) => event.key!)
    .sort()
}

function comparable(decision: Record<string, unknown>): unknown {
  const { journal_hash: _hash, ...provenance } = decision.provenance as Record<string, unknown>
  return { ...decision, prior: null, provenance }
}
