/** Results of steps and runs: small ones stand in the journal, large ones in an artifact that the journal names. */
import type { StoredValue } from './event.ts'
import type { Artifacts } from './ports.ts'

/** Larger results are kept as artifacts. */
export const INLINE_RESULT_MAX_BYTES = 65_536

/**
 * A result as the journal keeps it, and as everyone sees it: the first execution too gets it back through JSON, so that
 * it works with the same value as a later one.
 */
export async function storeResult(
  artifacts: Artifacts,
  runId: string,
  result: unknown,
): Promise<{ stored: StoredValue; value: unknown }> {
  const json = JSON.stringify(result ?? null)
  const value: unknown = JSON.parse(json)
  if (Buffer.byteLength(json) <= INLINE_RESULT_MAX_BYTES) return { stored: { result: value }, value }
  return { stored: { artifact: await artifacts.put(runId, Buffer.from(json)) }, value }
}

export async function loadResult(
  artifacts: Artifacts,
  runId: string,
  stored: Partial<{ result: unknown; artifact: Parameters<Artifacts['get']>[1] }>,
): Promise<unknown> {
  if (!stored.artifact) return stored.result
  return JSON.parse(Buffer.from(await artifacts.get(runId, stored.artifact)).toString('utf8')) as unknown
}
