/**
 * The ports of the runs kept in memory, with the semantics of the real ones: what is appended stays, a "crash" is
 * leaving the manager and making a new one over the same ports. Journals can be told to fail.
 */
import { NotFoundError } from '../../src/core/errors.ts'
import { sha256 } from '../../src/core/json.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import {
  LostArtifactError,
  type Artifacts,
  type Bundles,
  type JournalStore,
  type LaunchRecord,
  type LaunchStore,
  type Results,
  type RunIdentity,
  type RunIndex,
} from '../../src/runs/ports.ts'
import { createRunTally } from '../../src/runs/run-metrics.ts'
import type { RunState } from '../../src/runs/state.ts'
import type { Summary } from '../../src/runs/summary.ts'
import { compareNewestFirst, listPlainly } from './plain-list.ts'

interface StoredRun {
  segments: RunEvent[][]
}

export interface MemoryPorts {
  journals: JournalStore
  artifacts: Artifacts
  /** Nothing leaves the memory: both refuse. */
  bundles: Bundles
  launches: LaunchStore
  results: Results & { finished: Map<string, { state: RunState; summary: Summary }> }
  index: RunIndex
  stored: Map<string, StoredRun>
  /** All events of a run, as a reader of its journal sees them. */
  eventsOf(runId: string): RunEvent[]
  /** The next appends fail with this until it is set to null. */
  failAppendsWith(error: Error | null): void
  /** From now on, writers opened so far write nothing: the process that held them is dead. */
  crash(): void
  launchRecords: Map<string, LaunchRecord>
  /** The run's folder stays, its journal does not. */
  loseJournal(runId: string): void
  /** The run's artifacts are gone. */
  loseArtifacts(runId: string): void
  /** The same storage, had the process died when so many events of the run were written. */
  asAfter(runId: string, events: number): MemoryPorts
}

interface Contents {
  stored: Map<string, StoredRun>
  blobs: Map<string, Uint8Array>
}

export function createMemoryPorts(contents?: Contents): MemoryPorts {
  const stored = contents?.stored ?? new Map<string, StoredRun>()
  const blobs = contents?.blobs ?? new Map<string, Uint8Array>()
  const launchRecords = new Map<string, LaunchRecord>()
  const summaries = new Map<string, Summary>()
  const finished = new Map<string, { state: RunState; summary: Summary }>()
  const lost = new Set<string>()
  const packed = new Set<string>()
  let failure: Error | null = null
  let life = 0

  const plain = (event: RunEvent): RunEvent => JSON.parse(JSON.stringify(event)) as RunEvent
  const eventsOf = (runId: string) => (stored.get(runId)?.segments ?? []).flat()

  /** As large as its journal would be; packed, a quarter of it. */
  function sizeOf(runId: string): number {
    const bytes = JSON.stringify(eventsOf(runId)).length
    return packed.has(runId) ? Math.ceil(bytes / 4) : bytes
  }

  function writerOf(runId: string) {
    const own = life
    const run = stored.get(runId)!
    const alive = () => {
      if (own !== life) return new Promise<never>(() => undefined)
      if (failure) throw failure
      return undefined
    }
    return {
      async append(events: readonly RunEvent[]) {
        await alive()
        run.segments.at(-1)!.push(...events.map(plain))
      },
      async rotate(checkpoint: RunEvent) {
        await alive()
        run.segments.push([plain(checkpoint)])
      },
      close: async () => undefined,
    }
  }

  return {
    stored,
    eventsOf,
    launchRecords,
    failAppendsWith: (error) => void (failure = error),
    crash: () => void life++,
    loseJournal: (runId) => void lost.add(runId),
    loseArtifacts(runId) {
      for (const name of [...blobs.keys()]) if (name.startsWith(runId)) blobs.delete(name)
    },
    asAfter(runId, count) {
      const copy = structuredClone(stored)
      const events = eventsOf(runId)
      copy.set(runId, { segments: [events.slice(0, count).map(plain)] })
      const ports = createMemoryPorts({ stored: copy, blobs: new Map(blobs) })
      const { seq: _seq, at: _at, type: _type, ...identity } = events[0]!
      const run = identity as unknown as RunIdentity
      const launch = { batch_id: run.batch_id, created_at: run.created_at, runs: [run] }
      ports.launchRecords.set(run.batch_id, launch)
      return ports
    },
    journals: {
      async create(identity) {
        if (stored.has(identity.run_id)) throw new Error(`run ${identity.run_id} exists`)
        stored.set(identity.run_id, { segments: [[]] })
        return writerOf(identity.run_id)
      },
      exists: async (runId) => stored.has(runId),
      async open(runId) {
        if (lost.has(runId)) throw new NotFoundError(`the journal of run ${runId} is gone`)
        const events = stored.get(runId)!.segments.at(-1)!.map(plain)
        return { journal: writerOf(runId), events, damage: null }
      },
      async *read(runId, after = 0) {
        if (!stored.has(runId)) throw new NotFoundError(`there is no run ${runId}`)
        for (const event of eventsOf(runId)) if (event.seq > after) yield plain(event)
      },
      async readCurrent(runId) {
        const run = stored.get(runId)
        if (!run) throw new NotFoundError(`there is no run ${runId}`)
        return { events: run.segments.at(-1)!.map(plain), damage: null }
      },
    },
    artifacts: {
      async put(runId, bytes) {
        const hash = sha256(bytes)
        blobs.set(`${runId}/${hash}`, bytes)
        return { sha256: hash, bytes: bytes.byteLength }
      },
      async get(runId, ref) {
        const bytes = blobs.get(`${runId}/${ref.sha256}`)
        if (!bytes) throw new LostArtifactError(`artifact ${ref.sha256} is gone`)
        return bytes
      },
    },
    bundles: {
      prepare: () => Promise.reject(new Error('runs in memory are not exported')),
      stage: () => Promise.reject(new Error('nothing is imported into memory')),
    },
    launches: {
      record: async (launch) => void launchRecords.set(launch.batch_id, structuredClone(launch)),
      list: async () => [...launchRecords.values()],
      settle: async (batchId) => void launchRecords.delete(batchId),
    },
    results: {
      finished,
      follow: () => undefined,
      finish: async (state, summary) => void finished.set(state.run_id, { state, summary }),
      decision: async (runId) =>
        (finished.get(runId)?.state.decision as Record<string, unknown> | null) ?? null,
      folder: async (runId) => runId.split('--').slice(0, 2).join('/'),
      async look(runId) {
        const bytes = sizeOf(runId)
        const state = !stored.has(runId) ? 'pruned' : packed.has(runId) ? 'packed' : 'whole'
        const plain_bytes = state === 'whole' ? bytes : 0
        return { state, since: null, bytes, plain_bytes, is_written: finished.has(runId) }
      },
      async prune(runId, isNeeded = () => false) {
        const bytes = sizeOf(runId)
        if (isNeeded()) return null
        stored.delete(runId)
        return { bytes }
      },
      async pack(runId) {
        const bytes = sizeOf(runId)
        packed.add(runId)
        return { bytes, packed_bytes: sizeOf(runId) }
      },
      discard: async (runId) => void stored.delete(runId),
    },
    index: {
      put: (summary) => void summaries.set(summary.run_id, summary),
      get: (runId) => summaries.get(runId),
      remove: (runId) => void summaries.delete(runId),
      query: (filter) => listPlainly([...summaries.values()].sort(compareNewestFirst), filter),
      latestDecisions: () => [],
      counts() {
        const counts = { pending: 0, in_progress: 0, paused: 0, completed: 0, error: 0, canceled: 0 }
        for (const summary of summaries.values()) counts[summary.status]++
        return counts
      },
      metrics: () => createRunTally(summaries.values()).measure(),
      flush: async () => undefined,
    },
  }
}
