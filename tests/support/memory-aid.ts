/**
 * What a reasoner is given of its step, in memory and with its memo: a part that was done is not done again. A second aid
 * over the same record is the turn after a crash.
 */
import { hashOf } from '../../src/core/json.ts'
import type { PartAid, ReasoningAid } from '../../src/committee/reasoner.ts'
import type { UsageDelta } from '../../src/runs/event.ts'
import type { CostCeiling } from '../../src/runs/workflow.ts'

export interface AidRecord {
  /** Results of the parts that were done as JSON, by `name:<hash of input>`. */
  parts: Map<string, string>
  notes: string[]
  logs: string[]
  usage: UsageDelta[]
  reserved: CostCeiling[]
  /** Reservations that are not given back. */
  open: number
  /** The report as it stands on the page. */
  draft: string
  restarts: number
}

export interface MemoryAid extends ReasoningAid {
  readonly record: AidRecord
  /** Names of the parts, in the order in which they were done. */
  partNames(): string[]
}

export function createMemoryAid(before?: AidRecord): MemoryAid {
  const record: AidRecord = before ?? {
    ...{ parts: new Map(), notes: [], logs: [], usage: [], reserved: [], open: 0, draft: '', restarts: 0 },
  }
  const used = new Set<string>()
  const { signal } = new AbortController()
  const part: PartAid = {
    signal,
    log: (severity, message) => void record.logs.push(`${severity} ${message}`),
    draft: {
      write: (piece) => void (record.draft += piece),
      restart() {
        record.draft = ''
        record.restarts++
      },
    },
    reserve(cost) {
      record.reserved.push(cost)
      record.open++
      return Promise.resolve(() => void record.open--)
    },
    usage: (delta) => void record.usage.push(delta),
  }
  return {
    ...{ record, run: 'AAPL--2026-11-20_10.00.00--0a1b2c', signal },
    log: (severity, message) => void record.logs.push(`${severity} ${message}`),
    note: (line) => void record.notes.push(line),
    partNames: () => [...record.parts.keys()].map((key) => key.slice(0, key.indexOf(':'))),
    async part<T>(name: string, input: unknown, work: (part: PartAid) => Promise<T>) {
      const key = `${name}:${hashOf(input)}`
      if (used.has(key)) throw new Error(`part ${name} is asked for twice with the same input`)
      used.add(key)
      const known = record.parts.get(key)
      if (known === undefined) record.parts.set(key, JSON.stringify(await work(part)))
      return JSON.parse(record.parts.get(key)!) as T
    },
  }
}
