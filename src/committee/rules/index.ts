/** The committee that reasons by rules: no model, no key, the same verdict for the same evidence. */
import type { CommitteeReasoners } from '../reasoner.ts'
import { aggressiveByRules } from './aggressive.ts'
import { bearByRules } from './bear.ts'
import { bullByRules } from './bull.ts'
import { conservativeByRules } from './conservative.ts'
import { fundamentalsByRules } from './fundamentals.ts'
import { marketByRules } from './market.ts'
import { neutralByRules } from './neutral.ts'
import { newsByRules } from './news.ts'
import { portfolioManagerByRules } from './portfolio-manager.ts'
import { researchManagerByRules } from './research-manager.ts'
import { sentimentByRules } from './sentiment.ts'
import { traderByRules } from './trader.ts'

export const rulesReasoners: CommitteeReasoners = {
  mode: 'rules',
  models: {},
  promptVersion: 'rules-2',
  market: marketByRules,
  fundamentals: fundamentalsByRules,
  news: newsByRules,
  sentiment: sentimentByRules,
  bull: bullByRules,
  bear: bearByRules,
  research_manager: researchManagerByRules,
  trader: traderByRules,
  aggressive: aggressiveByRules,
  conservative: conservativeByRules,
  neutral: neutralByRules,
  portfolio_manager: portfolioManagerByRules,
}
