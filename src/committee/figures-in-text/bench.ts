/** The evidence laid out for comparing, once for all texts that are held against it. */
import { isMeasured, type Evidence } from '../decision.ts'
import type { ReadFigure } from './figure.ts'
import { createLabelIndex, type LabelIndex } from './labels.ts'
import { toComparable, type Comparable } from './match.ts'
import { createNameMask } from './names.ts'
import { toPlain } from './plain-text.ts'
import { readText } from './read-text.ts'
import { CURRENCY_CODES } from './units.ts'

/** Known values bring no unit, but none of them is in percent: those that a percentage states are fractions. */
const KNOWN_UNITS = ['ratio', 'price', 'shares'] as const

export interface Bench {
  items: readonly Comparable[]
  byId: ReadonlyMap<string, Comparable>
  /** Figures of headlines and other quoted texts, by id. */
  quoted(id: string): readonly ReadFigure[]
  /** Values given besides the evidence, in every unit in which they may be meant. */
  known: readonly Comparable[]
  currencies: ReadonlySet<string>
  labels: LabelIndex
  /** Blanks names that hold digits, the labels among them. */
  mask(text: string): string
}

export function createBench(evidence: readonly Evidence[], known: readonly (number | null)[]): Bench {
  const measured = evidence.filter(isMeasured)
  const items = measured.map(toComparable)
  const texts = new Map(
    evidence.filter((item) => !isMeasured(item)).map(({ id, value }) => [id, String(value)]),
  )
  const quoted = new Map<string, readonly ReadFigure[]>()
  const currencies = new Set(['USD'])
  for (const { unit, label, source } of measured)
    for (const code of CURRENCY_CODES)
      if (unit.includes(code) || label.includes(code) || source.includes(code)) currencies.add(code)
  return {
    items,
    byId: new Map(items.map((item) => [item.id, item])),
    // Read when one is cited, for most are not.
    quoted(id) {
      const said =
        quoted.get(id) ??
        readText(toPlain(texts.get(id) ?? '').text, maskPlainNames).flatMap(({ figures }) => figures)
      quoted.set(id, said)
      return said
    },
    known: known.flatMap((value) => (value === null ? [] : KNOWN_UNITS.map((unit) => toKnown(value, unit)))),
    currencies,
    labels: createLabelIndex(measured),
    mask: createNameMask(evidence.map((item) => item.label)),
  }
}

const maskPlainNames = createNameMask([])

function toKnown(value: number, unit: string): Comparable {
  return toComparable({ id: '', label: '', value, unit, as_of: '', source: '', tool: '' })
}
