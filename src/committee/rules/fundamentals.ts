/** The fundamentals analyst, by rules: the company's figures as they were filed, without a judgement. */
import { joinBlocks } from '../figures.ts'
import type { AnalystFinding, Brief, Reasoner } from '../reasoner.ts'
import { foundBy, NOT_WEIGHED, tabulateFigures } from './tabulate-found.ts'

const TOOLS = ['fundamentals']

export const fundamentalsByRules: Reasoner<Brief, AnalystFinding> = {
  reason({ ticker, as_of, evidence }, aid) {
    const table = tabulateFigures(foundBy(evidence, TOOLS))
    aid.note('Listed the figures of the company as filed.')
    const summary =
      table === ''
        ? `Nothing was filed on ${ticker} by ${as_of}.`
        : `What had been filed on ${ticker} by ${as_of}.`
    const report = joinBlocks(
      `# ${ticker} on ${as_of}: the company`,
      table === '' ? summary : `${summary} ${NOT_WEIGHED}`,
      table,
    )
    return Promise.resolve({ summary, report })
  },
}
