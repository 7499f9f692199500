/** Which file of a person's own a task runs: every task that runs a strategy has it in its input under this name. */
import type { StrategyRef } from '../strategy-catalog.ts'

export interface OwnFile {
  /** Absolute. */
  file: string
  hash: string
}

/** Null for a task that runs none. */
export function ownFileOf(input: unknown): OwnFile | null {
  if (typeof input !== 'object' || input === null) return null
  const { strategy } = input as { strategy?: Partial<StrategyRef> }
  if (typeof strategy !== 'object' || strategy === null || strategy.model) return null
  const { file, hash } = strategy
  return typeof file === 'string' && typeof hash === 'string' ? { file, hash } : null
}
