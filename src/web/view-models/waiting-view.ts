/** What calls wait for right now: a permit that is not free, or the time of their next try. */
import { formatDuration } from '../../core/format.ts'
import type { OpenWait } from '../../runs/run-history.ts'
import type { RunState } from '../../runs/state.ts'
import { agentOf } from './tree-view.ts'
import { viewDuration, type DurationView } from './time-view.ts'

export interface WaitView {
  /** The agent that waits; what it is part of where none does. */
  who: string
  /** `for the limit of openai:gpt-4o`, `to try again: ` and what failed. */
  text: string
  since: DurationView
  /** `3.0 s` in all, where that is known; else empty. */
  outOf: string
}

/** One for each agent and each thing it waits for, the longest wait first. `now` is in milliseconds since the epoch. */
export function viewWaiting(state: RunState, now: number): WaitView[] {
  if (state.status !== 'in_progress') return []
  const waits = Object.values(state.history.waits.open).sort((a, b) => (a.since < b.since ? -1 : 1))
  const shown = new Map<string, WaitView & { sinceMs: number; calls: number }>()
  for (const wait of waits) {
    const who = nameWaiter(state, wait)
    const text = describeWait(wait)
    const name = JSON.stringify([who, wait.for, wait.tier])
    const known = shown.get(name)
    // What is said of the last one is the news; how long it has been is told of the first.
    const sinceMs = known?.sinceMs ?? Date.parse(wait.since)
    const calls = (known?.calls ?? 0) + 1
    const outOf = known || wait.until === null ? '' : formatDuration(Date.parse(wait.until) - sinceMs)
    shown.set(name, { who, text, outOf, sinceMs, calls, since: viewDuration(now - sinceMs, true) })
  }
  return [...shown.values()].map(({ who, text, since, outOf, calls }) => ({
    ...{ who, since, outOf },
    text: calls > 1 ? `${text} (${calls} calls)` : text,
  }))
}

function nameWaiter(state: RunState, { node_id: nodeId, key }: OpenWait): string {
  if (nodeId === null) return key
  return agentOf(state, nodeId)?.label ?? state.nodes[nodeId]?.label ?? nodeId
}

function describeWait({ for: kind, tier, why }: OpenWait): string {
  if (kind === 'permit') return `for the limit of ${nameTier(tier)}`
  return why === null ? `to try ${nameTier(tier)} again` : `to try again: ${why}`
}

function nameTier(tier: string): string {
  if (tier === 'global') return 'all model calls'
  if (tier === 'data') return 'all data calls'
  return tier.startsWith('host:') ? tier.slice('host:'.length) : tier
}
