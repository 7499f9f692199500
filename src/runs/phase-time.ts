/**
 * How long a run worked in each of its phases. Counted event by event as the run's own time is: what passed while it
 * waited in line, was paused or had no process belongs to no phase. A phase that has begun counts until the last of its
 * agents is done, or until the run fails. Pure.
 */
import type { RunEvent } from './event.ts'
import type { RunState } from './state.ts'

/** The milliseconds by phase once `event` has come; `state` is the one before it. */
export function countPhaseTime(state: RunState, event: RunEvent): Record<string, number> {
  // After a crash nobody knows when the work stopped: as of the whole run, it counts up to the last event.
  if (state.active_since === null || event.type === 'run_resumed') return state.phase_ms
  const passedMs = Date.parse(event.at) - Date.parse(state.last_event_at)
  if (!(passedMs > 0)) return state.phase_ms
  let counted: Record<string, number> | null = null
  for (const id of state.node_order) {
    const node = state.nodes[id]!
    if (node.node_type !== 'phase' || node.status !== 'in_progress') continue
    counted ??= { ...state.phase_ms }
    counted[id] = (counted[id] ?? 0) + passedMs
  }
  return counted ?? state.phase_ms
}

/**
 * What each phase took, by node id. Left out are those that never began, and those that rest on steps of another run:
 * their time says nothing of what the work takes.
 */
export function measurePhases(state: RunState): Record<string, number> {
  const takenOver = new Set<string>()
  for (const step of Object.values(state.steps)) {
    if (step.reused_from === null) continue
    for (let id = step.node_id; id; id = state.nodes[id]?.parent_id ?? null) takenOver.add(id)
  }
  const measured = state.node_order.flatMap((id) => {
    const { node_type: type, started_at: startedAt } = state.nodes[id]!
    const ms = state.phase_ms[id] ?? 0
    const hasBegun = type === 'phase' && (ms > 0 || startedAt !== null)
    return hasBegun && !takenOver.has(id) ? [[id, ms] as const] : []
  })
  return Object.fromEntries(measured)
}
