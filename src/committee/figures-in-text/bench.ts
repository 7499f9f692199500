/** The evidence laid out for comparing, once for a text. */
import { isMeasured, type Evidence } from '../decision.ts'
import type { Figure } from './figure.ts'
import { createLabelIndex, type LabelIndex } from './labels.ts'
import { toComparable, type Comparable } from './match.ts'
import { readText } from './read-text.ts'
import { CURRENCY_CODES } from './units.ts'

/** Known values bring no unit: by a percentage a fraction may be meant, or a value in percent already. */
const KNOWN_UNITS = ['%', 'ratio', 'price', 'shares'] as const

export interface Bench {
  items: readonly Comparable[]
  byId: ReadonlyMap<string, Comparable>
  /** Figures of headlines and other quoted texts, by id. */
  quoted: ReadonlyMap<string, readonly Figure[]>
  /** Values given besides the evidence, in every unit in which they may be meant. */
  known: readonly Comparable[]
  currencies: ReadonlySet<string>
  labels: LabelIndex
}

export function createBench(evidence: readonly Evidence[], known: readonly (number | null)[]): Bench {
  const measured = evidence.filter(isMeasured)
  const items = measured.map(toComparable)
  const quoted = new Map<string, readonly Figure[]>()
  for (const item of evidence)
    if (typeof item.value === 'string')
      quoted.set(
        item.id,
        readText(item.value, []).flatMap(({ figures }) => figures),
      )
  const currencies = new Set(['USD'])
  for (const { unit, label, source } of measured)
    for (const code of CURRENCY_CODES)
      if (unit.includes(code) || label.includes(code) || source.includes(code)) currencies.add(code)
  return {
    items,
    byId: new Map(items.map((item) => [item.id, item])),
    quoted,
    known: known.flatMap((value) => (value === null ? [] : KNOWN_UNITS.map((unit) => toKnown(value, unit)))),
    currencies,
    labels: createLabelIndex(measured),
  }
}

function toKnown(value: number, unit: string): Comparable {
  return toComparable({ id: '', label: '', value, unit, as_of: '', source: '', tool: '' })
}
