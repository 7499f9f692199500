/** Ctrl-C and SIGTERM while a command works: the first asks it to come to an end, the second ends it at once. */
import type { CliContext, StopSignal } from './context.ts'
import { exitCodeOf } from './exit-codes.ts'

export interface StopSignals {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal
  /** What came first, or null. */
  readonly received: StopSignal | null
  release(): void
}

export function watchStopSignals(context: CliContext): StopSignals {
  const controller = new AbortController()
  let received: StopSignal | null = null
  const release = context.onSignal((signal) => {
    if (received !== null) return context.exitNow(exitCodeOf(signal))
    received = signal
    controller.abort(new Error(`stopped by ${signal}`))
  })
  return {
    signal: controller.signal,
    release,
    get received() {
      return received
    },
  }
}
