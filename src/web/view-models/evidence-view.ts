/** The evidence as a table: what was measured, by which tool, from where. */
import { formatNumber } from '../../core/format.ts'
import type { Evidence } from '../../committee/decision.ts'

export interface EvidenceRow {
  id: string
  label: string
  figure: string
  asOf: string
  source: string
  tool: string
}

export function viewEvidence(evidence: readonly Evidence[]): EvidenceRow[] {
  return evidence.map((item) => ({
    id: item.id,
    label: item.label,
    figure: formatFigure(item.value, item.unit),
    asOf: item.as_of,
    source: item.source,
    tool: item.tool,
  }))
}

/**
 * A value exactly as the committee's reports quote it, so that a figure and its evidence read the same; counts say what
 * they count.
 */
export function formatFigure(value: number, unit: string): string {
  const figure = formatNumber(value, decimalsOf(value, unit))
  if (unit === '%') return `${figure} %`
  return COUNTS.has(unit) ? `${figure} ${unit}` : figure
}

const COUNTS = new Set(['shares', 'bars', 'days', 'trades'])

function decimalsOf(value: number, unit: string): number {
  const size = Math.abs(value)
  if (COUNTS.has(unit)) return 0
  if (unit === 'points') return 1
  if (unit === '%') return size >= 10 ? 1 : 2
  if (unit === 'price') return size >= 1 ? 2 : 4
  if (unit !== 'ratio' || value === 0 || size >= 0.1) return 2
  return size >= 0.01 ? 3 : 4
}
