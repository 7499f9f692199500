/**
 * Model calls that wait before they are tried again, as the log tells it: of an agent at work the last line is about its
 * next try. Any later line ends it.
 */
import type { LogEntry, RunState } from '../../runs/state.ts'
import { viewDuration, type DurationView } from './time-view.ts'

export interface WaitView {
  /** The agent that waits. */
  who: string
  /** `openai:gpt-4o answered 429 …; try 2 of at most 5 in 3.0 s`. */
  text: string
  /** Since that was said. */
  since: DurationView
}

/** How the log says that a call will be tried again. */
const NEXT_TRY = /; try \d+ of at most \d+ in [\d.]+ s/

/** One for each agent that waits, the newest last. `now` is in milliseconds since the epoch. */
export function viewWaiting(state: RunState, now: number): WaitView[] {
  const last = new Map<string, LogEntry>()
  for (const entry of state.log.entries) {
    if (entry.agent_id === null) continue
    last.delete(entry.agent_id)
    last.set(entry.agent_id, entry)
  }
  return [...last].flatMap(([agentId, entry]) => {
    const node = state.nodes[agentId]
    const isWaiting = state.status === 'in_progress' && node?.status === 'in_progress'
    if (!isWaiting || entry.severity !== 'WARN' || !NEXT_TRY.test(entry.message)) return []
    return [{ who: node.label, text: entry.message, since: viewDuration(now - entry.ts, true) }]
  })
}
