/** From a request to the identity of a run: the input checked by its schema, then against the world. */
import { toIso } from '../core/clock.ts'
import { InputError } from '../core/errors.ts'
import { createRunId } from '../core/ids.ts'
import type { Json } from '../core/json.ts'
import { parseShape } from '../core/parse-shape.ts'
import type { LaunchRequest } from './desk.ts'
import type { RunIdentity } from './identity.ts'
import type { Workflow } from './workflow.ts'

/** Throws `InputError` for what cannot be accepted. Writes nothing. */
export async function admitRequest(
  workflow: Workflow,
  request: LaunchRequest,
  facts: Pick<RunIdentity, 'batch_id' | 'parent'> & { createdMs: number },
): Promise<RunIdentity> {
  const admitted = await workflow.admit(parseShape(workflow.input, request.input))
  return {
    run_id: createRunId(admitted.ticker, facts.createdMs),
    batch_id: facts.batch_id,
    kind: workflow.kind,
    ticker: admitted.ticker,
    as_of: admitted.as_of,
    input: admitted.input as Json,
    parent: facts.parent,
    ...(admitted.budget && { budget: admitted.budget }),
    created_at: toIso(facts.createdMs),
  }
}

/** All of them or none: an `InputError` says of each that cannot be accepted why. */
export async function admitAll(admissions: readonly Promise<RunIdentity>[]): Promise<RunIdentity[]> {
  const outcomes = await Promise.allSettled(admissions)
  const refusals: unknown[] = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  if (refusals.length === 0) return Promise.all(admissions)
  const [first] = refusals
  const fault = refusals.find((error) => !(error instanceof InputError))
  if (fault !== undefined || !(first instanceof InputError)) throw fault
  const told = new Set(refusals.map((error) => (error as InputError).message))
  throw new InputError(first.field, [...told].join('; '))
}
