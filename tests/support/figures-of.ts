/** The figures of one text, for tests that look at a single one. */
import type { Evidence } from '../../src/committee/decision.ts'
import type { ReadFigure } from '../../src/committee/figures-in-text/figure.ts'
import { createNameMask } from '../../src/committee/figures-in-text/names.ts'
import { readText } from '../../src/committee/figures-in-text/read-text.ts'
import { createFigureCheck, type Figure, type KnownValues } from '../../src/committee/verify.ts'

/** All that are read; `names` are words that may hold digits without being figures, such as labels. */
export function findFigures(text: string, names: readonly string[] = []): ReadFigure[] {
  return readText(text, createNameMask(names)).flatMap(({ figures }) => figures)
}

/** Those that nothing bears out. */
export function unmatchedFigures(text: string, evidence: readonly Evidence[], known?: KnownValues): Figure[] {
  return createFigureCheck(evidence, known)(text)
}
