/** Which steps of an ended run another one takes over instead of running them, and what that saves. */
import { toIso } from '../core/clock.ts'
import { InputError, quote } from '../core/errors.ts'
import { nearestName } from '../core/nearest.ts'
import { createBatchId, createRunId } from '../core/ids.ts'
import type { Reuse, RunIdentity } from './identity.ts'
import type { JournaledSteps } from './journaled-steps.ts'
import type { RunState } from './state.ts'
import type { RunStatus } from './status.ts'
import { addCost } from './usage.ts'

export interface RerunPlan {
  keys: string[]
  saved_usd: number | null
  saved_ms: number
}

/**
 * With `fromStep`: every completed step that first began before it, but for the steps it is inside of and those inside
 * of it, which in a run that took them over stand before it. Without: all completed steps of a run that did not complete,
 * none of one that did. Throws `InputError` for a step that is not known.
 */
export function planRerun(steps: JournaledSteps, status: RunStatus, fromStep: string | null): RerunPlan {
  const keys = chooseKeys(steps, status, fromStep)
  return { keys, ...sumSaved(steps, keys) }
}

/** What running these steps had taken; the time of a step inside another one of them counts once. */
export function sumSaved(steps: JournaledSteps, keys: readonly string[]): Omit<RerunPlan, 'keys'> {
  const taken = new Set(keys)
  const sum: Omit<RerunPlan, 'keys'> = { saved_usd: 0, saved_ms: 0 }
  for (const key of keys) {
    const { saved } = steps.byKey.get(key)!
    sum.saved_usd = addCost(sum.saved_usd, saved.saved_usd)
    const isInsideTaken = steps
      .pathOf(key)
      .slice(1)
      .some((outer) => taken.has(outer))
    if (!isInsideTaken) sum.saved_ms += saved.saved_ms
  }
  return sum
}

function chooseKeys(steps: JournaledSteps, status: RunStatus, fromStep: string | null): string[] {
  const completed = [...steps.byKey.values()].filter((step) => step.status === 'completed')
  if (fromStep === null) return status === 'completed' ? [] : completed.map((step) => step.key)
  const from = steps.byKey.get(fromStep)
  if (!from) {
    throw new InputError(
      'from_step',
      `from_step ${quote(fromStep)} is not a step of this run; ${suggestStep(fromStep, steps)}`,
    )
  }
  const around = new Set(steps.pathOf(fromStep))
  const isRunAnew = (key: string) => around.has(key) || steps.pathOf(key).includes(fromStep)
  return completed
    .map((step) => step.key)
    .filter((key) => steps.byKey.get(key)!.firstSeq < from.firstSeq && !isRunAnew(key))
}

/** Any step may have been meant; of those there are, the ones inside of others are not listed. */
function suggestStep(typed: string, steps: JournaledSteps): string {
  const nearest = nearestName(typed, [...steps.byKey.keys()])
  if (nearest !== null) return `did you mean ${JSON.stringify(nearest)}?`
  const outermost = [...steps.byKey.values()].filter(({ within }) => within === null)
  return `known are ${outermost.map(({ key }) => key).join(', ')}`
}

/** A run of its own for the same input, with the bound that stands now and the steps that it takes over. */
export function identifyRerun(
  old: RunState,
  reuse: Pick<Reuse, 'from_step' | 'keys'>,
  createdMs: number,
): RunIdentity {
  const { kind, ticker, as_of, input, budget } = old
  const isBound = budget.usd !== null || budget.tokens !== null
  return {
    run_id: createRunId(ticker, createdMs),
    batch_id: createBatchId(createdMs),
    ...{ kind, ticker, as_of, input },
    parent: null,
    ...(isBound && { budget }),
    reuse: { run_id: old.run_id, ...reuse },
    created_at: toIso(createdMs),
  }
}
