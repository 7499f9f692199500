/**
 * The evidence of one assessment, in the order in which it was measured. Immutable: adding gives a new ledger, so that a
 * role can only ever cite what stood in it when the role was asked.
 */
import { isMeasured, type Evidence, type MeasuredEvidence } from '../decision.ts'
import type { Measurement } from './measurement.ts'

export interface Origin {
  /** YYYY-MM-DD of the last bar the value rests on. */
  asOf: string
  source: string
  tool: string
}

export interface Ledger {
  readonly items: readonly Evidence[]
  /** The number the next item would get. */
  readonly next: number
  find(label: string): Evidence | undefined
  /** A figure. Throws where there is none of that label: citing what was not measured is a fault. */
  get(label: string): MeasuredEvidence
  /** Of a figure; undefined for a text. */
  value(label: string): number | undefined
  has(...labels: string[]): boolean
  with(items: readonly Evidence[]): Ledger
}

export function createLedger(items: readonly Evidence[] = []): Ledger {
  const byLabel = new Map<string, Evidence>()
  const ids = new Set<string>()
  let next = 1
  for (const item of items) {
    if (byLabel.has(item.label)) throw new Error(`evidence ${JSON.stringify(item.label)} is measured twice`)
    if (ids.has(item.id)) throw new Error(`evidence ${item.id} is numbered twice`)
    ids.add(item.id)
    byLabel.set(item.label, item)
    next = Math.max(next, Number(item.id.slice(1)) + 1)
  }
  return {
    items,
    next,
    find: (label) => byLabel.get(label),
    get(label) {
      const item = byLabel.get(label)
      if (!item || !isMeasured(item)) throw new Error(`no figure is called ${JSON.stringify(label)}`)
      return item
    },
    value(label) {
      const item = byLabel.get(label)
      return item && isMeasured(item) ? item.value : undefined
    },
    has: (...labels) => labels.every((label) => byLabel.has(label)),
    with: (added) => createLedger([...items, ...added]),
  }
}

/** Numbers measurements from `first` on, without a gap. */
export function numberMeasurements(
  measurements: readonly Measurement[],
  first: number,
  origin: Origin,
): Evidence[] {
  return measurements.map((item, index) => ({
    id: `E${first + index}`,
    label: item.label,
    value: item.value,
    unit: item.unit,
    as_of: item.asOf ?? origin.asOf,
    source: describeOrigin(item, origin),
    tool: origin.tool,
  }))
}

function describeOrigin({ source, meaning }: Measurement, origin: Origin): string {
  const from = source ?? origin.source
  return meaning === undefined ? from : `${from}: ${meaning}`
}
