/** The bear, by rules: every measured value that speaks against owning the instrument. */
import type { CaseBrief, CaseTurn, Reasoner } from '../reasoner.ts'
import { argue } from './debate.ts'

export const bearByRules: Reasoner<CaseBrief, CaseTurn> = {
  reason: (brief, aid) => Promise.resolve(argue(brief, aid)),
}
