/** The news analyst, by rules: the headlines there were, newest first, quoted and not weighed. */
import { joinBlocks } from '../figures.ts'
import type { AnalystFinding, Brief, Reasoner } from '../reasoner.ts'
import { foundBy, NOT_WEIGHED, tabulateFigures, tabulateTexts } from './tabulate-found.ts'

const TOOLS = ['headlines_found']

export const newsByRules: Reasoner<Brief, AnalystFinding> = {
  reason({ ticker, as_of, evidence }, aid) {
    const found = foundBy(evidence, TOOLS)
    const headlines = tabulateTexts(found, 'Headline')
    aid.note('Listed the headlines.')
    const summary =
      headlines === ''
        ? `No headline on ${ticker} was published by ${as_of}.`
        : `What was published on ${ticker} by ${as_of}.`
    const report = joinBlocks(
      `# ${ticker} on ${as_of}: the news`,
      headlines === '' ? summary : `${summary} ${NOT_WEIGHED}`,
      tabulateFigures(found),
      headlines,
    )
    return Promise.resolve({ summary, report })
  },
}
