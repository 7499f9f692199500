/**
 * What an analyst without rules to weigh by can honestly report: what was found, by whom and when, and nothing about
 * what it means. Texts from outside are quoted letter by letter.
 */
import { formatEvidence, isMeasured, type Evidence } from '../decision.ts'
import { tabulate } from '../figures.ts'
import { escapeText } from '../quoted-text.ts'

/** Said in every such report. */
export const NOT_WEIGHED =
  'The rules do not weigh this: it is here for a person, and the verdict does not rest on it.'

/** Evidence of some tools, in the order of its numbers. */
export function foundBy(evidence: readonly Evidence[], tools: readonly string[]): Evidence[] {
  return evidence.filter((item) => tools.includes(item.tool))
}

/** Empty where there is no figure. */
export function tabulateFigures(items: readonly Evidence[]): string {
  const rows = items.filter(isMeasured).map((item) => {
    return [item.label, formatEvidence(item), item.as_of, `[${item.id}]`].map((cell) => escapeCell(cell))
  })
  if (rows.length === 0) return ''
  return tabulate(['Measure', 'Value', 'Known since', 'Evidence'], rows, ['', 'right', '', ''])
}

/** Empty where there is no text. */
export function tabulateTexts(items: readonly Evidence[], title: string): string {
  const rows = items
    .filter((item) => !isMeasured(item))
    .map((item) => [item.as_of, escapeText(formatEvidence(item)), `[${item.id}]`])
  return rows.length === 0 ? '' : tabulate(['Day', title, 'Evidence'], rows)
}

/** Labels are ours but for names of figures that a filing gave. */
function escapeCell(cell: string): string {
  return /^\[E\d+\]$/.test(cell) ? cell : escapeText(cell)
}
