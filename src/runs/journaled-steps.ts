/**
 * The steps of a run as its journal tells of them, for another run that takes some of them over: when each began, what
 * it was inside of, how it ended, and what it had cost. Reads whole journals, also those of earlier versions.
 */
import type { EngineEvent, RunEvent, TakenOver } from './event.ts'
import { isEngineEvent } from './event.ts'
import type { ArtifactRef } from './identity.ts'
import { addCost } from './usage.ts'

export interface JournaledStep {
  key: string
  /** The step in whose body it was begun. */
  within: string | null
  /** Number of the event with which it first appears, and with which its last attempt began. */
  firstSeq: number
  lastSeq: number
  inputHash: string
  status: 'started' | 'completed' | 'failed' | 'skipped'
  artifact: ArtifactRef | null
  saved: Pick<TakenOver, 'saved_usd' | 'saved_ms'>
}

export interface JournaledSteps {
  readonly byKey: ReadonlyMap<string, JournaledStep>
  /** Its key, then those of the steps it is inside of, outwards. */
  pathOf(key: string): string[]
  /** The step and all that were begun inside it. */
  treeOf(key: string): JournaledStep[]
  /** What was said of these steps, in order, but for what their calls cost or may have cost and how long they waited. */
  eventsOf(keys: Iterable<string>): EngineEvent[]
}

/** Of calls that were made there, and not here. */
const LEFT_OUT: ReadonlySet<string> = new Set(['usage_reserved', 'step_waiting', 'step_waited'])

interface Cost {
  key: string
  usd: number | null
}

export async function readJournaledSteps(events: AsyncIterable<RunEvent>): Promise<JournaledSteps> {
  const byKey = new Map<string, JournaledStep>()
  const said = new Map<string, EngineEvent[]>()
  const costs: Cost[] = []
  const startedMs = new Map<string, number>()
  for await (const event of events) {
    const key = isEngineEvent(event) ? keyOf(event) : null
    if (!isEngineEvent(event) || key === null) continue
    if (event.type === 'usage_recorded') costs.push({ key, usd: event.cost_usd })
    else if (!LEFT_OUT.has(event.type)) addTo(said, key, event)
    if (event.type === 'step_started') {
      const known = byKey.get(event.key)
      byKey.set(event.key, begin(event, known, byKey))
      startedMs.set(event.key, Date.parse(event.at))
    } else if (event.type === 'step_skipped') {
      byKey.set(event.key, skipped(event))
    } else if (event.type === 'step_completed' || event.type === 'step_failed') {
      const step = byKey.get(event.key)
      if (step) end(step, event, Date.parse(event.at) - startedMs.get(event.key)!)
    }
  }

  function pathOf(key: string): string[] {
    const path = [key]
    for (let at = byKey.get(key)?.within ?? null; at !== null; at = byKey.get(at)?.within ?? null)
      path.push(at)
    return path
  }

  const inner = new Map<string, JournaledStep[]>()
  for (const step of byKey.values()) if (step.within !== null) addTo(inner, step.within, step)

  function treeOf(key: string): JournaledStep[] {
    const step = byKey.get(key)
    return step ? [step, ...(inner.get(key) ?? []).flatMap((one) => treeOf(one.key))] : []
  }

  attribute(costs, byKey, pathOf)
  return {
    byKey,
    pathOf,
    treeOf,
    eventsOf: (keys) => [...keys].flatMap((key) => said.get(key) ?? []).sort((a, b) => a.seq - b.seq),
  }
}

function addTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}

/** The step that an event is about; null for one that is about none. */
export function keyOf(event: EngineEvent): string | null {
  if (event.type === 'node_updated') return (event.detail?.key as string | undefined) ?? null
  return 'key' in event ? event.key : null
}

function begin(
  event: EngineEvent & { type: 'step_started' },
  known: JournaledStep | undefined,
  byKey: ReadonlyMap<string, JournaledStep>,
): JournaledStep {
  return {
    key: event.key,
    within: event.within === undefined ? findOuter(event.key, (key) => byKey.has(key)) : event.within,
    firstSeq: known?.firstSeq ?? event.seq,
    lastSeq: event.seq,
    inputHash: event.input_hash,
    status: 'started',
    artifact: null,
    saved: { saved_usd: 0, saved_ms: 0 },
  }
}

function skipped(event: EngineEvent & { type: 'step_skipped' }): JournaledStep {
  const at = { firstSeq: event.seq, lastSeq: event.seq }
  const nothing = { artifact: null, saved: { saved_usd: 0, saved_ms: 0 } }
  return { key: event.key, within: null, ...at, inputHash: '', status: 'skipped', ...nothing }
}

/** Journals that do not say it: what was called inside a step had its key under that of the step. */
export function findOuter(key: string, isKnown: (key: string) => boolean): string | null {
  for (let at = key.lastIndexOf('/'); at > 0; at = key.lastIndexOf('/', at - 1)) {
    if (isKnown(key.slice(0, at))) return key.slice(0, at)
  }
  return null
}

function end(
  step: JournaledStep,
  event: EngineEvent & { type: 'step_completed' | 'step_failed' },
  workedMs: number,
): void {
  step.status = event.type === 'step_completed' ? 'completed' : 'failed'
  step.artifact = 'artifact' in event ? event.artifact : null
  const taken = event.type === 'step_completed' && event.reused_from !== undefined ? event : null
  step.saved = { saved_usd: taken?.saved_usd ?? (taken ? null : 0), saved_ms: taken?.saved_ms ?? workedMs }
}

/** What was paid inside a step that did not complete was paid for the completed one around it. */
function attribute(
  costs: readonly Cost[],
  byKey: ReadonlyMap<string, JournaledStep>,
  pathOf: (key: string) => string[],
): void {
  for (const { key, usd } of costs) {
    const step = pathOf(key)
      .map((outer) => byKey.get(outer))
      .find((outer) => outer?.status === 'completed')
    if (step) step.saved.saved_usd = addCost(step.saved.saved_usd, usd)
  }
}
