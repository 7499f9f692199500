/** Estimates of launches as the desk gives them, from the table and from past runs of the test's own. */
import type { AssessmentInput } from '../../src/committee/assessment-input.ts'
import { estimateAssessment, type AssessmentEstimate, type PastRun } from '../../src/committee/estimate.ts'
import { createModelFacts } from '../../src/llm/model-facts.ts'

export function createEstimator(
  past: readonly PastRun[] = [],
): (inputs: readonly AssessmentInput[]) => Promise<AssessmentEstimate[]> {
  const facts = createModelFacts({ prices: {} })
  return async (inputs) => inputs.map((input) => estimateAssessment(input, facts, past))
}
