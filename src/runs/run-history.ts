/**
 * What a run went through as time passed, a part of its state: its changes of status, attempts that were cut off, and what
 * its steps waited for. Kept by `note-history.ts`, read by `timeline.ts`.
 */
import type { WaitKind } from '../core/wait-watch.ts'

/**
 * `resumed` lines up for a place again; `working` is the first step after that. `taken_up`: the process that ran it was
 * gone, since `last_at` as far as is known.
 */
export const MOMENTS = [
  'created',
  'started',
  'paused',
  'resumed',
  'taken_up',
  'working',
  'completed',
  'failed',
  'canceled',
] as const

export interface RunMoment {
  what: (typeof MOMENTS)[number]
  at: string
  reason: string | null
  /** Of `taken_up` alone: the time of the last event before. */
  last_at?: string
}

/** An attempt of a step that a pause, a crash or the end of the run cut off. */
export interface CutAttempt {
  key: string
  node_id: string | null
  within: string | null
  from: string
  to: string
}

export interface OpenWait {
  key: string
  node_id: string | null
  for: WaitKind
  tier: string
  since: string
  until: string | null
  why: string | null
}

export interface PastWait {
  key: string
  node_id: string | null
  for: WaitKind
  tier: string
  from: string
  to: string
}

export type WaitSums = Record<WaitKind, { count: number; ms: number }>

export interface RunWaits {
  /** Under way, by step key and the number of the wait in it. */
  open: Record<string, OpenWait>
  /** The latest that are over, oldest first. */
  past: PastWait[]
  /** Of all that are over, by node id; `''` for what belongs to none. */
  sums: Record<string, WaitSums>
}

export interface RunHistory {
  moments: RunMoment[]
  cut_off: CutAttempt[]
  waits: RunWaits
}

/** Of a checkpoint of an older journal no more is known than when the run was created and started. */
export function beginHistory(createdAt: string, startedAt: string | null = null): RunHistory {
  const moments: RunMoment[] = [{ what: 'created', at: createdAt, reason: null }]
  if (startedAt !== null) moments.push({ what: 'started', at: startedAt, reason: null })
  return { moments, cut_off: [], waits: { open: {}, past: [], sums: {} } }
}

/** Its record still says that it started, but that attempt is over. */
export function isCutOff(cutOff: readonly CutAttempt[], step: { key: string; started_at: string }): boolean {
  return cutOff.some((cut) => cut.key === step.key && cut.from === step.started_at)
}

/** How often a node's calls waited, those that still do included. */
export function countWaits({ waits }: RunHistory, nodeId: string): number {
  const sums = waits.sums[nodeId]
  const open = Object.values(waits.open).filter((wait) => wait.node_id === nodeId).length
  return (sums ? sums.permit.count + sums.back_off.count : 0) + open
}
