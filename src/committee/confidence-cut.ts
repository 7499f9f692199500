/**
 * What figures that nothing bears out do to a verdict's confidence: each takes a tenth of it, and all together at most
 * half. The same figure said several times counts once.
 */
import { inWords } from './figures.ts'
import type { UnverifiedFigure } from './state.ts'

const CUT_PER_FIGURE = 0.1
const MOST_CUT = 0.5

export interface StatedConfidence {
  confidence: number
  confidence_basis: string
}

export function cutConfidence(
  { confidence, confidence_basis }: StatedConfidence,
  unverified: readonly UnverifiedFigure[],
): StatedConfidence {
  const count = new Set(unverified.map(({ number }) => number)).size
  if (count === 0 || confidence === 0) return { confidence, confidence_basis }
  const kept = Math.max(1 - MOST_CUT, 1 - CUT_PER_FIGURE * count)
  const which = count === 1 ? 'the one figure that matches' : `each of ${inWords(count)} figures that match`
  return {
    confidence: Math.round(100 * confidence * kept) / 100,
    confidence_basis: `${confidence_basis}; lowered by a tenth for ${which} no evidence, at most to half`,
  }
}
