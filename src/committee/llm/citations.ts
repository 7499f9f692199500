/** Does what an answer cites exist? In prose as `[E12]`, in fields as a number of the evidence. */
import type { Evidence } from '../decision.ts'
import { joinWords } from '../figures.ts'
import { readEvidenceIds } from './answer-fields.ts'

/** `[E4]`, and `[E4, E9]` though it was not asked for. */
const CITATIONS = /\[\s*(E\d+(?:\s*[,;]\s*E\d+)*)\s*\]/g

/** A problem in words, or none. */
export function listUnknownCitations(prose: readonly string[], evidence: readonly Evidence[]): string[] {
  return describeUnknown('the text cites', prose.flatMap(listCited), evidence)
}

/** The same of a field of numbers, called `field`. */
export function listUnknownIds(
  field: string,
  written: readonly string[],
  evidence: readonly Evidence[],
): string[] {
  return describeUnknown(`${field} names`, readEvidenceIds(written), evidence)
}

const MAX_NAMED = 10

function describeUnknown(what: string, ids: readonly string[], evidence: readonly Evidence[]): string[] {
  const known = new Set(evidence.map((item) => item.id))
  const unknown = [...new Set(ids)].filter((id) => !known.has(id))
  if (unknown.length === 0) return []
  const named = unknown.slice(0, MAX_NAMED).map((id) => id.slice(0, 20))
  return [`${what} ${joinWords(named)}, which the evidence does not have`]
}

function listCited(text: string): string[] {
  return Array.from(text.matchAll(CITATIONS), (match) => match[1]!.split(/\s*[,;]\s*/)).flat()
}
