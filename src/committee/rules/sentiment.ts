/** The sentiment analyst, by rules: what analysts and insiders did, counted and quoted, not weighed. */
import { joinBlocks } from '../figures.ts'
import type { AnalystFinding, Brief, Reasoner } from '../reasoner.ts'
import { foundBy, NOT_WEIGHED, tabulateFigures, tabulateTexts } from './tabulate-found.ts'

const TOOLS = ['sentiment']

export const sentimentByRules: Reasoner<Brief, AnalystFinding> = {
  reason({ ticker, as_of, evidence }, aid) {
    const found = foundBy(evidence, TOOLS)
    const changes = tabulateTexts(found, 'What was done')
    aid.note('Listed what analysts and insiders did.')
    const summary =
      changes === ''
        ? `No analyst and no insider was heard of on ${ticker} by ${as_of}.`
        : `What analysts and insiders had done about ${ticker} by ${as_of}.`
    const report = joinBlocks(
      `# ${ticker} on ${as_of}: analysts and insiders`,
      changes === '' ? summary : `${summary} ${NOT_WEIGHED}`,
      tabulateFigures(found),
      changes,
    )
    return Promise.resolve({ summary, report })
  },
}
