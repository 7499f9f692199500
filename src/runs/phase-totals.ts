/**
 * What each phase took: its time on the clock, and added up over its agents the work, the waits and the use of models.
 * Work and waits of agents side by side add up to more than the time on the clock. Pure.
 */
import type { UsageDelta } from './event.ts'
import { countWaits } from './run-history.ts'
import type { RunState } from './state.ts'
import type { Timeline } from './timeline.ts'
import { addUsage, NO_USAGE } from './usage.ts'

export interface PhaseTotals {
  node_id: string
  label: string
  /** From its first to its last moment, up to now while it goes on; null before it began. */
  wall_ms: number | null
  /** Its agents' time at work, waits left out. */
  work_ms: number
  /** Agents' time in which all they had under way waited. */
  permit_ms: number
  back_off_ms: number
  /** How often one of its calls waited, those under way included. */
  waits: number
  usage: UsageDelta
}

export function computePhaseTotals(state: RunState, timeline: Timeline): PhaseTotals[] {
  return state.node_order.flatMap((id) => {
    const phase = state.nodes[id]!
    if (phase.node_type !== 'phase') return []
    const totals: PhaseTotals = {
      ...{ node_id: id, label: phase.label, work_ms: 0, permit_ms: 0, back_off_ms: 0, waits: 0 },
      wall_ms:
        phase.started_at === null
          ? null
          : (phase.duration_ms ?? Math.max(0, timeline.to - Date.parse(phase.started_at))),
      usage: NO_USAGE,
    }
    const members = new Set(state.node_order.filter((node) => isBelow(state, node, id)))
    for (const row of timeline.rows) {
      if (row.node_type !== 'agent' || !members.has(row.node_id)) continue
      totals.work_ms += row.spent.run
      totals.permit_ms += row.spent.permit
      totals.back_off_ms += row.spent.back_off
    }
    for (const member of members) {
      totals.waits += countWaits(state.history, member)
      const used = state.usage_by_node[member]
      if (used) totals.usage = addUsage(totals.usage, used)
    }
    return [totals]
  })
}

function isBelow(state: RunState, nodeId: string, ancestorId: string): boolean {
  for (
    let id = state.nodes[nodeId]?.parent_id ?? null;
    id !== null;
    id = state.nodes[id]?.parent_id ?? null
  ) {
    if (id === ancestorId) return true
  }
  return false
}
