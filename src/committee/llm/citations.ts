/** Does what an answer cites exist? In prose as `[E12]`, in fields as a number of the evidence. */
import type { Evidence } from '../decision.ts'
import { joinWords } from '../figures.ts'
import { listNamedIds } from '../figures-in-text/citations.ts'
import { toPlain } from '../figures-in-text/plain-text.ts'
import { createQuoteBlanker } from '../figures-in-text/quotes.ts'
import { readEvidenceIds } from './answer-fields.ts'

/** A problem in words, or none. What a quoted text cites is not cited by whoever quotes it. */
export function listUnknownCitations(prose: readonly string[], evidence: readonly Evidence[]): string[] {
  const blankQuotes = createQuoteBlanker(evidence)
  const ids = prose.flatMap((text) => listNamedIds(toPlain(blankQuotes(text)).text))
  return describeUnknown('the text cites', ids, evidence)
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
