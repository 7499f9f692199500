/** What is left of an ended run whose folder was removed, in a sentence. */
import type { PublicSummary } from './summary.ts'

export function describeGone({
  run_id: runId,
  decision,
}: Pick<PublicSummary, 'run_id' | 'decision'>): string {
  const left = decision
    ? `its summary and its verdict, ${decision.action} with confidence ${decision.confidence.toFixed(2)}, are all that is left`
    : 'its summary is all that is left'
  return `the folder of run ${runId} is gone: ${left}`
}
