/** The evidence as a table: what was measured, by which tool, from where. */
import { z } from 'zod'
import { formatFigure, isCount } from '../../core/format.ts'
import { evidenceSchema, isMeasured, type Evidence } from '../../committee/decision.ts'

export interface EvidenceRow {
  id: string
  label: string
  figure: string
  /** It is a quoted text, which wraps; a figure does not. */
  isText: boolean
  asOf: string
  source: string
  tool: string
}

const measuredSchema = z.object({ evidence: z.array(evidenceSchema) })

/** What has been measured so far, from the state of an assessment; nothing where that holds none this version can read. */
export function readEvidence(data: unknown): Evidence[] {
  const parsed = measuredSchema.safeParse(data)
  return parsed.success ? parsed.data.evidence : []
}

export function viewEvidence(evidence: readonly Evidence[]): EvidenceRow[] {
  return evidence.map((item) => ({
    id: item.id,
    label: item.label,
    figure: showEvidence(item),
    isText: !isMeasured(item),
    asOf: item.as_of,
    source: item.source,
    tool: item.tool,
  }))
}

/** The value, or the text in quotes. */
export function showEvidence(item: Evidence): string {
  return isMeasured(item) ? formatMeasured(item.value, item.unit) : `“${item.value}”`
}

/** A value as the committee's reports quote it; counts say what they count. */
export function formatMeasured(value: number, unit: string): string {
  const figure = formatFigure(value, unit)
  return isCount(unit) ? `${figure} ${unit}` : figure
}
