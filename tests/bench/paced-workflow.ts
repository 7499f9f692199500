/**
 * An assessment whose pace the benchmark sets: the committee's own tree, with steps that are journaled, folded and
 * shown like any other but do no work of their own.
 */
import { z } from 'zod'
import { assessmentInputSchema } from '../../src/committee/assessment-input.ts'
import { planAssessment } from '../../src/committee/plan.ts'
import type { PlanNode, RunContext, StepContext, Workflow } from '../../src/runs/workflow.ts'

const AS_OF = '2012-06-29'
/** The agent whose steps the beats are, and how many make it complete: more than any run here takes. */
const NODE = 'market'
const STEPS_PLANNED = 5_000

export interface Beats {
  ctx: RunContext
  /** One step: its start and its end are journaled, what `body` logs comes in between. */
  step(body?: (step: StepContext) => Promise<void>): Promise<void>
}

const inputSchema = z.strictObject({ ticker: z.string() })

export function createPacedWorkflow(
  beat: (beats: Beats) => Promise<void>,
): Workflow<z.infer<typeof inputSchema>> {
  return {
    kind: 'assessment',
    title: 'Assessment',
    input: inputSchema,
    timeoutMinutes: null,
    admit: async (input) => ({ input, ticker: input.ticker, as_of: AS_OF }),
    plan: ({ ticker }) => planAssessment(assessmentInputSchema.parse({ ticker })).map(planManySteps),
    initial: () => ({}),
    fold: (data) => data,
    summary: () => ({ decision: null }),
    async execute(ctx) {
      let steps = 0
      await beat({
        ctx,
        async step(body) {
          steps += 1
          await ctx.step(`beat_${steps}`, async (step) => body?.(step), { node: NODE })
        },
      })
      return null
    },
  }
}

function planManySteps(node: PlanNode): PlanNode {
  const children = node.children?.map(planManySteps)
  return { ...node, ...(children && { children }), ...(node.id === NODE && { steps: STEPS_PLANNED }) }
}
