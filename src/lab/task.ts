/**
 * Heavy work as a task: a named pure function from input to output that may run in any thread, or on another machine, any
 * number of times. It reads nothing but its input. Bars travel as columns in memory that threads share, named by their
 * hash.
 */
import type { TickerBars } from '../trading/strategies/strategy.ts'

/** Aligned with nothing but themselves: each ticker has bars of its own. */
export interface SharedBars {
  /** Of the columns and tickers; what a thread remembers of them, it remembers under this. */
  hash: string
  series: readonly TickerBars[]
}

export interface TaskControl {
  /** Asked often (at least every few milliseconds of work): once true, the result is thrown away. */
  isCancelled(): boolean
  /** How much of the task is done, 0..1. */
  report(fraction: number, message?: string): void
}

/** The name is the export's in `tasks/index.ts`; the type carries what goes in and comes out. */
export interface Task<Input, Output> {
  readonly name: string
  run(input: Input, control: TaskControl): Output | Promise<Output>
}

/** A task as whoever sends it needs it: what it does may be known to threads alone. */
export type TaskName<Input, Output> = Pick<Task<Input, Output>, 'name'> & Partial<Task<Input, Output>>

export interface DispatchOptions {
  /** Tasks of one run stand in one line; lines take turns. */
  lane: string
  /** Frees the thread within 100 ms, whatever the task is at. */
  signal: AbortSignal
  onProgress?: (fraction: number, message: string | null) => void
}

export interface Dispatcher {
  /** How many tasks run side by side. */
  readonly threads: number
  run<Input, Output>(task: TaskName<Input, Output>, input: Input, options: DispatchOptions): Promise<Output>
  close(): Promise<void>
}
