/**
 * The assessment: a committee that looks at one ticker on one day and gives a verdict. Data first, then the analysts side
 * by side, the debate, the trader, three risk voices side by side, and the portfolio manager. Who reasons is handed in;
 * the order, the evidence and the arithmetic are here and the same for all.
 */
import type { Market } from '../market/market.ts'
import type { RunContext, Workflow } from '../runs/workflow.ts'
import { assessmentInputSchema, type AssessmentInput } from './assessment-input.ts'
import type { Decision } from './decision.ts'
import { createLedger } from './evidence/ledger.ts'
import { planAssessment, RISK_VOICES } from './plan.ts'
import type { FindPriorDecision } from './prior.ts'
import type { CommitteeReasoners } from './reasoner.ts'
import { hearAnalysts } from './roles/analysts.ts'
import { loadData, measureData } from './roles/data.ts'
import { decide } from './roles/portfolio.ts'
import { debate, manageResearch } from './roles/research.ts'
import { hearVoices } from './roles/risk.ts'
import { openRoom, showEvidence } from './roles/room.ts'
import { trade } from './roles/trading.ts'
import { rulesReasoners } from './rules/index.ts'
import { createCommitteeState, foldCommittee, summarizeCommittee, type CommitteeState } from './state.ts'

export interface AssessmentOptions {
  market: Market
  /** The newest decision on a ticker dated before a day, not counting the run that asks. */
  priorDecisions: FindPriorDecision
  config: { timeoutMinutes: number }
  /** Who reasons in each role; the rules unless said. */
  reasoners?: CommitteeReasoners
}

export type AssessmentOutput = Pick<Decision, 'action' | 'confidence'>
export type AssessmentWorkflow = Workflow<AssessmentInput, CommitteeState, AssessmentOutput>

export function createAssessmentWorkflow(options: AssessmentOptions): AssessmentWorkflow {
  const { market, priorDecisions, config, reasoners = rulesReasoners } = options
  return {
    kind: 'assessment',
    title: 'Assessment',
    input: assessmentInputSchema,
    timeoutMinutes: config.timeoutMinutes,
    async admit(input) {
      const as_of = await market.checkAsOf(input.ticker, input.as_of)
      return { input: { ...input, as_of }, ticker: input.ticker, as_of }
    },
    plan: planAssessment,
    initial: createCommitteeState,
    fold: foldCommittee,
    summary: summarizeCommittee,
    execute: (ctx, input) => assess(ctx, input, market, reasoners, priorDecisions),
  }
}

async function assess(
  ctx: RunContext<CommitteeState>,
  input: AssessmentInput,
  market: Market,
  reasoners: CommitteeReasoners,
  findPrior: FindPriorDecision,
): Promise<AssessmentOutput> {
  if (ctx.asOf === null) throw new Error('an assessment needs an as-of date')
  const data = await loadData(ctx, market, ctx.asOf)
  const room = openRoom(ctx, reasoners, ctx.asOf, data)
  const counted = measureData(data)
  await showEvidence(room, counted)
  const found = await hearAnalysts(room, input.analysts, createLedger(counted))
  const gathered = createLedger([...counted, ...found.flatMap((result) => result.evidence)])

  const heard = await debate(room, input.rounds, gathered)
  const research = await manageResearch(room, heard, gathered)
  const weighed = gathered.with(research.evidence)

  const traded = await trade(room, research.finding, weighed)
  const priced = weighed.with(traded.evidence)

  const voices = await hearVoices(room, traded.finding, priced)
  const known = priced.with(RISK_VOICES.flatMap((voice) => voices[voice].evidence))

  const reports = [
    ...found.map(({ finding }) => finding.report),
    ...[...heard.bull, ...heard.bear].map((turn) => turn.report),
    research.finding.report,
    traded.finding.report,
    ...RISK_VOICES.map((voice) => voices[voice].finding.report),
  ]
  const hearing = {
    ...heard,
    research: research.finding,
    trade: traded.finding,
    voices,
    reports,
  }
  const { provenance, ...draft } = await decide(room, hearing, known, findPrior)
  await ctx.decide(({ journalHash }) => ({
    ...draft,
    run_id: ctx.runId,
    provenance: { ...provenance, journal_hash: journalHash },
  }))
  return { action: draft.action, confidence: draft.confidence }
}
