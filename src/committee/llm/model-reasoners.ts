/** The committee that reasons with language models: one seat for each role, its prompt a text file, its answer a shape. */
import { z } from 'zod'
import type { Gateway, ModelId } from '../../llm/model-call.ts'
import type { ModelFacts } from '../../llm/model-facts.ts'
import type { ModelRole } from '../assessment-input.ts'
import type { CommitteeReasoners } from '../reasoner.ts'
import { analystAnswer, createAnalyst } from './analyst.ts'
import { caseAnswer, createCaseMaker } from './case-maker.ts'
import { createPortfolioManager, verdictAnswer } from './portfolio-manager.ts'
import { computePromptVersion, loadPrompts, type Prompts } from './prompt-library.ts'
import { createResearchManager, researchAnswer } from './research-manager.ts'
import { createRiskVoice, voiceAnswer } from './risk-voice.ts'
import type { Seat } from './seat.ts'
import { createTrader, tradeAnswer } from './trader.ts'

/** The shape of each role's answer. */
export const ANSWER_SHAPES: Readonly<Record<ModelRole, z.ZodObject>> = {
  ...{ market: analystAnswer, fundamentals: analystAnswer, news: analystAnswer, sentiment: analystAnswer },
  ...{ bull: caseAnswer, bear: caseAnswer, research_manager: researchAnswer, trader: tradeAnswer },
  ...{ aggressive: voiceAnswer, conservative: voiceAnswer, neutral: voiceAnswer },
  portfolio_manager: verdictAnswer,
}

export interface ModelReasonersOptions {
  gateway: Gateway
  models: Readonly<Record<ModelRole, ModelId>>
  facts: ModelFacts
  /** Those of the program unless given. */
  prompts?: Prompts
}

export function createModelReasoners(options: ModelReasonersOptions): CommitteeReasoners {
  const { gateway, models, facts, prompts = loadPrompts() } = options
  const seat = (role: ModelRole): Seat => ({ role, gateway, model: models[role], facts, prompts })
  return {
    mode: 'llm',
    models: { ...models },
    promptVersion: versionOf(prompts),
    market: createAnalyst(seat('market')),
    fundamentals: createAnalyst(seat('fundamentals')),
    news: createAnalyst(seat('news')),
    sentiment: createAnalyst(seat('sentiment')),
    bull: createCaseMaker(seat('bull')),
    bear: createCaseMaker(seat('bear')),
    research_manager: createResearchManager(seat('research_manager')),
    trader: createTrader(seat('trader')),
    aggressive: createRiskVoice(seat('aggressive')),
    conservative: createRiskVoice(seat('conservative')),
    neutral: createRiskVoice(seat('neutral')),
    portfolio_manager: createPortfolioManager(seat('portfolio_manager')),
  }
}

function versionOf(prompts: Prompts): string {
  const shapes = Object.fromEntries(
    Object.entries(ANSWER_SHAPES).map(([role, shape]) => [role, z.toJSONSchema(shape)]),
  )
  return computePromptVersion(prompts, shapes)
}
