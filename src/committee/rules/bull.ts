/** The bull, by rules: every measured value that speaks for owning the instrument. */
import type { CaseBrief, CaseTurn, Reasoner } from '../reasoner.ts'
import { argue } from './debate.ts'

export const bullByRules: Reasoner<CaseBrief, CaseTurn> = {
  reason: (brief, aid) => Promise.resolve(argue(brief, aid)),
}
