/** A workflow whose body is the test's own, for tests of the engine. */
import { z } from 'zod'
import type { RunKind } from '../../src/runs/event.ts'
import type { PlanNode, RunBudget, RunContext, Workflow } from '../../src/runs/workflow.ts'

export interface ScriptedInput {
  ticker: string
  note?: string
}

export interface ScriptedOptions<Data> {
  kind?: RunKind
  plan?: PlanNode[]
  phases?: Record<string, string>
  initial?: Data
  fold?: Workflow<ScriptedInput, Data>['fold']
  timeoutMinutes?: number | null
  budget?: RunBudget
  summary?: Workflow<ScriptedInput, Data>['summary']
  execute: (ctx: RunContext<Data>, input: ScriptedInput) => Promise<unknown>
}

export function createScriptedWorkflow<Data = Record<string, never>>(
  options: ScriptedOptions<Data>,
): Workflow<ScriptedInput, Data> {
  return {
    kind: options.kind ?? 'assessment',
    title: 'Scripted',
    input: z.strictObject({ ticker: z.string(), note: z.string().optional() }),
    timeoutMinutes: options.timeoutMinutes ?? null,
    admit: async (input) => ({ input, ticker: input.ticker, as_of: '2012-06-29', budget: options.budget }),
    plan: () => options.plan ?? [],
    phases: options.phases,
    initial: () => options.initial ?? ({} as Data),
    fold: options.fold ?? ((data) => data),
    summary: options.summary ?? (() => ({ decision: null })),
    execute: options.execute,
  }
}
