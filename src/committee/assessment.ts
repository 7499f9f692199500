/**
 * The assessment: a committee that looks at one ticker on one day and gives a verdict. Data first, then the analysts side
 * by side, the debate, the trader, three risk voices side by side, and the portfolio manager. Who reasons is settled when
 * a run is admitted; the order, the evidence and the arithmetic are here and the same for all.
 */
import type { Market } from '../market/market.ts'
import { NO_SOURCES, type Sources } from '../market/sources.ts'
import { withinAsOf } from '../market/sources/within-as-of.ts'
import type { RunContext, Workflow } from '../runs/workflow.ts'
import { assessmentInputSchema, type AssessmentInput } from './assessment-input.ts'
import type { FindPastVerdicts } from './calibration.ts'
import type { Decision } from './decision.ts'
import { ASSESSMENT_SHAPES } from './event-shapes.ts'
import { MARKET_TOOLS, TRADING_TOOLS } from './evidence/tools.ts'
import { createModelReasoners } from './llm/model-reasoners.ts'
import { modelsByRole, settleModels, type ModelDesk } from './model-choice.ts'
import { PHASE_LABELS, planAssessment } from './plan.ts'
import type { FindPastBacktest } from './past-backtest.ts'
import type { FindPriorDecision } from './prior.ts'
import { UnreadableAnswerError, type CommitteeReasoners } from './reasoner.ts'
import { hearAnalysts } from './roles/analysts.ts'
import { loadData, measureData } from './roles/data.ts'
import type { DecisionDraft } from './roles/draft.ts'
import { openMinutes, type Minutes } from './roles/minutes.ts'
import { NOTHING_REMEMBERED, remember, type Archive } from './roles/past.ts'
import { decide } from './roles/portfolio.ts'
import { debate, manageResearch } from './roles/research.ts'
import { endInReview } from './roles/review.ts'
import { hearVoices } from './roles/risk.ts'
import { openRoom, showEvidence, type Room } from './roles/room.ts'
import { trade } from './roles/trading.ts'
import { rulesReasoners } from './rules/index.ts'
import {
  createCommitteeState,
  foldCommittee,
  statsOf,
  summarizeCommittee,
  THINKING_EVENT,
  type CommitteeState,
  type Thinking,
} from './state.ts'
import { describeThinking } from './thinking.ts'

export interface AssessmentOptions {
  market: Market
  /** What is known of companies besides their prices; none unless said. */
  sources?: Sources
  /** The newest decision on a ticker dated before a day, not counting the run that asks. */
  priorDecisions: FindPriorDecision
  /** Decisions on every ticker, by which confidence is calibrated; without it there is no calibration. */
  settledVerdicts?: FindPastVerdicts
  /** Backtests of a ticker that end by a day; without it the committee knows of none. */
  pastBacktest?: FindPastBacktest
  config: { timeoutMinutes: number }
  /** What there is to think with; rules only where left out. */
  models?: ModelDesk | null
  /** Who reasons in a run, by its input; unless said, the rules or the input's models. */
  reasonersFor?: (input: AssessmentInput) => CommitteeReasoners
}

export type AssessmentOutput = Pick<Decision, 'action' | 'confidence'>
export type AssessmentWorkflow = Workflow<AssessmentInput, CommitteeState, AssessmentOutput>

export function createAssessmentWorkflow(options: AssessmentOptions): AssessmentWorkflow {
  const { market, priorDecisions, config, models = null } = options
  const sources = withinAsOf(options.sources ?? NO_SOURCES)
  const archive: Archive = {
    ...{ findPrior: priorDecisions, findPast: options.settledVerdicts ?? null, market },
    findBacktest: options.pastBacktest ?? null,
    cutoffOf: (model) => models?.facts.cutoffOf(model) ?? null,
  }
  const reasonersFor = options.reasonersFor ?? ((input) => createReasoners(input, models))
  return {
    kind: 'assessment',
    title: 'Assessment',
    input: assessmentInputSchema,
    timeoutMinutes: config.timeoutMinutes,
    async admit(request) {
      const { input, budget } = settleModels(request, models)
      const as_of = await market.checkAsOf(input.ticker, input.as_of)
      return { input: { ...input, as_of }, ticker: input.ticker, as_of, budget }
    },
    plan: planAssessment,
    phases: PHASE_LABELS,
    initial: createCommitteeState,
    fold: foldCommittee,
    shapes: ASSESSMENT_SHAPES,
    summary: summarizeCommittee,
    compareBy: statsOf,
    execute: (ctx, input) => assess(ctx, input, { market, sources, archive, models, reasonersFor }),
  }
}

/** A run from before there were models says nothing of who thinks: the rules. */
function createReasoners(input: AssessmentInput, models: ModelDesk | null): CommitteeReasoners {
  if (input.mode !== 'llm') return rulesReasoners
  if (models === null) throw new Error('this run thinks with models, and this desk asks none')
  const { gateway, facts } = models
  return createModelReasoners({ gateway, facts, models: modelsByRole(input) })
}

interface Means {
  market: Market
  sources: Sources
  archive: Archive
  models: ModelDesk | null
  reasonersFor: (input: AssessmentInput) => CommitteeReasoners
}

async function assess(
  ctx: RunContext<CommitteeState>,
  input: AssessmentInput,
  means: Means,
): Promise<AssessmentOutput> {
  const { asOf } = ctx
  if (asOf === null) throw new Error('an assessment needs an as-of date')
  const reasoners = means.reasonersFor(input)
  const thinking = await introduce(ctx, input, reasoners, asOf, means.models)
  const data = await loadData(ctx, means.market, asOf)
  const room = openRoom(ctx, reasoners, asOf, data, { repeats: input.repeats, thinking })
  const counted = measureData(data)
  await showEvidence(room, counted)
  const minutes = openMinutes(room, counted)
  const { provenance, ...draft } = await reachVerdict(room, input, minutes, means)
  await ctx.decide(({ journalHash, usage }) => ({
    ...draft,
    run_id: ctx.runId,
    provenance: { ...provenance, journal_hash: journalHash },
    usage,
  }))
  return { action: draft.action, confidence: draft.confidence }
}

/** Says who thinks, where models do; null with rules. */
async function introduce(
  ctx: RunContext<CommitteeState>,
  input: AssessmentInput,
  reasoners: CommitteeReasoners,
  asOf: string,
  models: ModelDesk | null,
): Promise<Thinking | null> {
  if (input.mode !== 'llm') return null
  const facts = models?.facts ?? { cutoffOf: () => null }
  const thinking = describeThinking(reasoners.models, asOf, facts)
  await ctx.emit(THINKING_EVENT, { ...thinking })
  return thinking
}

async function reachVerdict(
  room: Room,
  input: AssessmentInput,
  minutes: Minutes,
  means: Means,
): Promise<DecisionDraft> {
  try {
    return await deliberate(room, input, minutes, means)
  } catch (error) {
    if (!(error instanceof UnreadableAnswerError)) throw error
    const tools = input.analysts.includes('market') ? MARKET_TOOLS : TRADING_TOOLS
    return endInReview(room, error, { rounds: input.rounds, tools }, minutes, means.archive)
  }
}

async function deliberate(
  room: Room,
  input: AssessmentInput,
  minutes: Minutes,
  { sources, archive }: Means,
): Promise<DecisionDraft> {
  const remembering = input.mode === 'llm' ? remember(room, archive) : Promise.resolve(NOTHING_REMEMBERED)
  // Awaited below: until then its failure has nobody else to hear it.
  remembering.catch(() => undefined)
  const informed = await hearAnalysts(room, input.analysts, sources, minutes).finally(async () =>
    minutes.add((await remembering).evidence),
  )
  const present = { ...informed, memory: (await remembering).memory }

  const heard = await debate(present, input.rounds, minutes)
  const research = await manageResearch(present, heard, minutes)
  const traded = await trade(present, research, minutes, archive)
  const voices = await hearVoices(present, traded, minutes)
  return decide(present, { ...heard, research, trade: traded, voices }, minutes, archive)
}
