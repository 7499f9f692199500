/**
 * What Prometheus counts and no index keeps: runs that ended and model calls that were recorded since this process
 * started. Counted from the first moment on, whether anybody asks or not.
 */
import type { ChangeFeed } from '../../runs/change.ts'
import type { RunKind, UsageDelta } from '../../runs/event.ts'
import { isEngineEvent } from '../../runs/event.ts'
import { executionMs } from '../../runs/fold.ts'
import { isTerminal, type RunStatus } from '../../runs/status.ts'

export interface EndedRun {
  kind: RunKind
  status: RunStatus
  /** Spent working. */
  seconds: number
}

export interface SinceStart {
  /** What model calls have used; the cost is of those whose price is known. */
  readonly usage: Readonly<Record<'calls' | 'input_tokens' | 'output_tokens' | 'cost_usd', number>>
  /** Calls whose price is not known. */
  readonly unpricedCalls: number
  /** The runs that have ended since this was last called. */
  takeEnded(): EndedRun[]
}

export function countSinceStart(feed: ChangeFeed, shutdown: AbortSignal): SinceStart {
  const usage = { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 }
  let unpricedCalls = 0
  let ended: EndedRun[] = []

  function addUsage(delta: UsageDelta): void {
    usage.calls += delta.calls
    usage.input_tokens += delta.input_tokens
    usage.output_tokens += delta.output_tokens
    if (delta.cost_usd === null) unpricedCalls += delta.calls
    else usage.cost_usd += delta.cost_usd
  }

  const unsubscribe = feed.subscribe(({ event, state }) => {
    if (!isEngineEvent(event)) return
    if (event.type === 'usage_recorded') addUsage(event)
    const hasEnded =
      event.type === 'run_completed' || event.type === 'run_failed' || event.type === 'run_canceled'
    if (hasEnded && isTerminal(state.status)) {
      const seconds = executionMs(state, Date.parse(event.at)) / 1_000
      ended.push({ kind: state.kind, status: state.status, seconds })
    }
  })
  shutdown.addEventListener('abort', unsubscribe)

  return {
    usage,
    get unpricedCalls() {
      return unpricedCalls
    },
    takeEnded() {
      const taken = ended
      ended = []
      return taken
    },
  }
}
