/**
 * Keeps a run's history as the fold goes: moments, attempts that are cut off, waits. Bounded: of very many entries those
 * after the first two or the oldest are dropped, sums are not. Pure.
 */
import type { EngineEvent } from './event.ts'
import { isCutOff, type OpenWait, type PastWait, type RunHistory, type RunMoment } from './run-history.ts'
import type { RunState } from './state.ts'

const MAX_MOMENTS = 200
const MAX_CUT_OFF = 200
const MAX_PAST_WAITS = 1_000

/** The history after a change of status; `before` is the state it was in. */
export function noteStatus(before: RunState, event: EngineEvent): RunHistory {
  const moment = momentOf(before, event)
  if (!moment) return before.history
  const noted = { ...before.history, moments: addMoment(before.history.moments, moment) }
  // A run that goes on after a pause has nothing under way: the pause has cut it off.
  if (moment.what === 'started' || moment.what === 'resumed') return noted
  return cutOff(noted, before, moment.last_at ?? event.at)
}

/** The first step after a resume, or nothing new. */
export function noteWork(history: RunHistory, at: string): RunHistory {
  const last = history.moments.at(-1)
  if (last?.what !== 'resumed' && last?.what !== 'taken_up') return history
  return { ...history, moments: addMoment(history.moments, { what: 'working', at, reason: null }) }
}

export function noteWaiting(history: RunHistory, event: EngineEvent & { type: 'step_waiting' }): RunHistory {
  const { key, node_id, for: kind, tier, since, until, why } = event
  const open = {
    ...history.waits.open,
    [nameWait(event)]: { key, node_id, for: kind, tier, since, until, why },
  }
  return { ...history, waits: { ...history.waits, open } }
}

export function noteWaited(history: RunHistory, event: EngineEvent & { type: 'step_waited' }): RunHistory {
  const { [nameWait(event)]: _open, ...open } = history.waits.open
  const { key, node_id, for: kind, tier, since, ms } = event
  const to = new Date(Date.parse(since) + ms).toISOString()
  return addPast({ ...history, waits: { ...history.waits, open } }, [
    { key, node_id, for: kind, tier, from: since, to },
  ])
}

/** A step has ended: what it still waited for is over. */
export function endWaits(history: RunHistory, key: string, at: string): RunHistory {
  return closeWaits(history, at, (wait) => wait.key === key)
}

function momentOf(before: RunState, event: EngineEvent): RunMoment | null {
  const { at } = event
  switch (event.type) {
    case 'run_started':
      return { what: 'started', at, reason: null }
    case 'run_paused':
      return { what: 'paused', at, reason: event.reason }
    case 'run_resumed':
      return before.status === 'paused'
        ? { what: 'resumed', at, reason: event.reason }
        : { what: 'taken_up', at, reason: event.reason, last_at: before.last_event_at }
    case 'run_completed':
      return { what: 'completed', at, reason: null }
    case 'run_failed':
      return { what: 'failed', at, reason: event.error }
    case 'run_canceled':
      return { what: 'canceled', at, reason: event.reason }
    default:
      return null
  }
}

/** The first and the latest stay. */
function addMoment(moments: readonly RunMoment[], moment: RunMoment): RunMoment[] {
  const kept = moments.length < MAX_MOMENTS ? moments : [...moments.slice(0, 2), ...moments.slice(3)]
  return [...kept, moment]
}

function cutOff(history: RunHistory, { steps, history: before }: RunState, at: string): RunHistory {
  const cut = Object.values(steps)
    .filter((step) => step.status === 'started' && !isCutOff(before.cut_off, step))
    .map(({ key, node_id, within, started_at }) => ({ key, node_id, within, from: started_at, to: at }))
  const closed = closeWaits(history, at, () => true)
  return cut.length === 0 ? closed : { ...closed, cut_off: [...closed.cut_off, ...cut].slice(-MAX_CUT_OFF) }
}

function closeWaits(history: RunHistory, at: string, isOver: (wait: OpenWait) => boolean): RunHistory {
  const { open } = history.waits
  const over = Object.entries(open).filter(([, wait]) => isOver(wait))
  if (over.length === 0) return history
  const names = new Set(over.map(([name]) => name))
  const left = Object.fromEntries(Object.entries(open).filter(([name]) => !names.has(name)))
  const past = over.map(([, { key, node_id, for: kind, tier, since }]) => ({
    ...{ key, node_id, for: kind, tier, from: since },
    to: at < since ? since : at,
  }))
  return addPast({ ...history, waits: { ...history.waits, open: left } }, past)
}

function addPast(history: RunHistory, added: readonly PastWait[]): RunHistory {
  const sums = { ...history.waits.sums }
  for (const { node_id, for: kind, from, to } of added) {
    const known = sums[node_id ?? ''] ?? { permit: NO_WAIT, back_off: NO_WAIT }
    const ms = known[kind].ms + Date.parse(to) - Date.parse(from)
    sums[node_id ?? ''] = { ...known, [kind]: { count: known[kind].count + 1, ms } }
  }
  const past = [...history.waits.past, ...added].slice(-MAX_PAST_WAITS)
  return { ...history, waits: { ...history.waits, past, sums } }
}

const NO_WAIT = { count: 0, ms: 0 }

function nameWait({ key, wait }: { key: string; wait: number }): string {
  return `${key}#${wait}`
}
