/**
 * A kind of work that is done at once and leaves one of everything: reports, log lines, a result that is too large for
 * the journal, a closed segment of the journal, and a decision with evidence.
 */
import { z } from 'zod'
import type { Workflow } from '../../src/runs/workflow.ts'
import { createScriptedWorkflow, type ScriptedInput } from './scripted-workflow.ts'

export interface SmallRunOptions {
  /** What its report says. */
  text?: string
  fails?: boolean
  hasCheckpoint?: boolean
  /** How many numbers the large result holds. */
  numbers?: number
}

export function createSmallRun(options: SmallRunOptions = {}): Workflow<ScriptedInput, unknown> {
  const { text = 'Prices rise.', fails = false, hasCheckpoint = true, numbers = 3_600 } = options
  const report = { id: 'market_report', label: 'Report', node_type: 'report' as const }
  const workflow = createScriptedWorkflow<unknown>({
    plan: [{ id: 'market', label: 'Market analyst', node_type: 'agent', children: [report] }],
    summary({ decision }) {
      const { action, confidence } = (decision ?? {}) as { action: string; confidence: number }
      return { decision: decision ? { action, confidence } : null }
    },
    async execute(ctx) {
      await ctx.step('bars', async (step) => {
        step.log('INFO', 'loading bars')
        // No bytes that pack well, or all there is would be this file.
        return Array.from({ length: numbers }, () => step.random())
      })
      if (hasCheckpoint) await ctx.checkpoint()
      await ctx.step(
        'market',
        async (step) => {
          step.log('WARN', `look at this: ${text}`)
          step.replace(text, 'market_report')
          return { seen: true }
        },
        { node: 'market' },
      )
      if (fails) throw new Error('it broke <b>here</b>')
      await ctx.decide(({ journalHash }) => ({
        ...{ run_id: ctx.runId, ticker: ctx.ticker, as_of: ctx.asOf, action: 'BUY', confidence: 0.6 },
        markdown: `# Buy\n\n${text}`,
        evidence: [{ id: 'E1', label: 'Close', value: 12.5 }],
        provenance: { journal_hash: journalHash },
      }))
      return { action: 'BUY' }
    },
  })
  const decision = z.looseObject({ action: z.string(), confidence: z.number().min(0).max(1) })
  return { ...workflow, shapes: { decision } }
}
