/**
 * What a step says while it works: log lines and text for its node, gathered and journaled in batches so that streamed
 * text costs a line every quarter second and not one per word. Flushed before the step's end is committed. So are waits:
 * one that is over by then is told of once. What was paid for is journaled at once: it is spent, whatever becomes of the
 * step.
 */
import { toIso, type Clock } from '../core/clock.ts'
import type { Wait } from '../core/wait-watch.ts'
import type { EventBody, LogLine, UsageDelta } from './event.ts'

export const TEXT_BATCH_MS = 250
/** Of what is said of a wait. */
const MAX_WHY_CHARS = 300

export interface StepRecorder {
  log(line: LogLine): void
  append(nodeId: string, text: string): void
  replace(nodeId: string, text: string): void
  /** `reservedBy`: the number of the event that reserved for it. */
  usage(nodeId: string | null, delta: UsageDelta, reservedBy?: number): void
  /** A wait begins; the answer is called when it is over. */
  wait(nodeId: string | null, wait: Wait): () => void
  /** Hands everything gathered to the journal, in the order said. */
  flush(): void
  /** Nothing is taken any more: what comes late from an abandoned attempt is dropped. */
  close(): void
}

/** `commit` must not throw; what it cannot store is its own matter. */
export function createStepRecorder(
  key: string,
  clock: Clock,
  commit: (body: EventBody) => void,
): StepRecorder {
  let gathered: EventBody[] = []
  let timer: AbortController | null = null
  let closed = false
  let waits = 0

  function gather(body: EventBody): void {
    if (closed) return
    if (!gathered.some((earlier) => merge(earlier, body))) gathered.push(body)
    if (timer) return
    timer = new AbortController()
    clock.sleep(TEXT_BATCH_MS, timer.signal).then(flush, () => undefined)
  }

  function flush(): void {
    timer?.abort()
    timer = null
    const bodies = gathered
    gathered = []
    for (const body of bodies) commit(body)
  }

  function wait(nodeId: string | null, { for: kind, tier, untilMs, why }: Wait): () => void {
    const sinceMs = clock.now()
    const facts = { key, node_id: nodeId, wait: ++waits, for: kind, tier, since: toIso(sinceMs) }
    const until = untilMs === null ? null : toIso(untilMs)
    const begun = { type: 'step_waiting', ...facts, until, why: why && why.slice(0, MAX_WHY_CHARS) }
    gather(begun)
    return () => {
      const isUntold = gathered.includes(begun)
      if (isUntold) gathered = gathered.filter((body) => body !== begun)
      const ms = clock.now() - sinceMs
      if (ms > 0 || !isUntold) gather({ type: 'step_waited', ...facts, ms })
    }
  }

  return {
    wait,
    log: (line) => gather({ type: 'log_appended', key, entries: [line] }),
    append: (nodeId, text) => {
      if (text !== '') gather({ type: 'content_appended', key, node_id: nodeId, text })
    },
    replace: (nodeId, text) => gather({ type: 'content_replaced', key, node_id: nodeId, text }),
    usage(nodeId, delta, reservedBy) {
      const settled = reservedBy === undefined ? {} : { reserved_by: reservedBy }
      if (!closed) commit({ type: 'usage_recorded', key, node_id: nodeId, ...delta, ...settled })
    },
    flush,
    close() {
      closed = true
      timer?.abort()
      gathered = []
    },
  }
}

/**
 * Joins `next` to an earlier event that says more of the same: a line to the log, text to the same node. What belongs to
 * different nodes has no order among itself.
 */
function merge(earlier: EventBody, next: EventBody): boolean {
  if (earlier.type === 'log_appended' && next.type === 'log_appended') {
    ;(earlier.entries as LogLine[]).push(...(next.entries as LogLine[]))
    return true
  }
  if (!isText(earlier) || !isText(next) || earlier.node_id !== next.node_id) return false
  if (next.type === 'content_replaced') Object.assign(earlier, next)
  else earlier.text += next.text
  return true
}

function isText(body: EventBody): body is EventBody & { node_id: string; text: string } {
  return body.type === 'content_appended' || body.type === 'content_replaced'
}
