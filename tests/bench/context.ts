/** What the measurements are given: stored desks in a temporary directory, made when first asked for. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunLimits } from '../../src/runs/limits.ts'
import { seedDesk, type DeskPlace } from './seed.ts'

/** The size of a desk that has been in use for long, in stored runs. */
export const MANY_RUNS = 10_000

export const BENCH_LIMITS: RunLimits = {
  maxRunning: 5,
  maxWaiting: 50,
  logLines: 250,
  stepDelayMs: 0,
  pruneIntervalMs: 300_000,
  keepStateMs: 86_400_000,
  resultsMaxPerTicker: 20,
  resultsMaxAgeDays: 7,
}

/** The benchmark's own desks say nothing: what goes wrong there shows in the figures. */
export const SILENT_LOG = { info: () => undefined, warn: () => undefined, error: () => undefined }

const INTERRUPTED = 130

export interface BenchContext {
  /** A desk with so many finished runs; the same one whenever it is asked for. */
  place(runs: number): Promise<DeskPlace>
}

/** What is made here is removed when this process ends, however it ends. */
export function createBenchContext(): BenchContext {
  const dir = mkdtempSync(join(tmpdir(), 'rundesk-bench-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED))
  const places = new Map<number, Promise<DeskPlace>>()
  return {
    place(runs) {
      const known = places.get(runs) ?? seedDesk(join(dir, `${runs}-runs`), runs)
      places.set(runs, known)
      return known
    },
  }
}
