/** Evidence of several verdicts side by side: what has the same label stands in the same row. */
import { formatEvidence, isMeasured, type Evidence } from '../../committee/decision.ts'
import { createRow, textOf, type CompareRow, type Value } from './compare-values.ts'

/** Of a quoted text as much as tells it from others; the whole stands in its title. */
const LONGEST_QUOTE = 110

interface Aligned {
  label: string
  isText: boolean
  isPrice: boolean
  /** By run, in their order. */
  items: (Evidence | undefined)[]
}

/**
 * In the order of the first run, then what only others have. `evidence` is null for a run without a verdict; of several
 * items with one label the first is held against the first, the second against the second. Prices of different tickers
 * are shown and not compared.
 */
export function viewComparedEvidence(
  evidence: readonly (readonly Evidence[] | null)[],
  isOneTicker: boolean,
): CompareRow[] {
  const rows = new Map<string, Aligned>()
  evidence.forEach((items, run) => {
    const seen = new Map<string, number>()
    for (const item of items ?? []) {
      const isText = !isMeasured(item)
      const place = (seen.get(item.label) ?? 0) + 1
      seen.set(item.label, place)
      const key = `${item.label}\n${place}`
      const row = rows.get(key) ?? { label: item.label, isText, isPrice: item.unit === 'price', items: [] }
      row.items[run] = item
      rows.set(key, row)
    }
  })
  const aligned = [...rows.values()].sort((a, b) => Number(a.isText) - Number(b.isText))
  return aligned.map(({ label, isText, isPrice, items }) =>
    createRow(
      label,
      evidence.map((all, run) => (all === null ? null : viewItem(items[run]))),
      { isComparable: isOneTicker || !isPrice, isText },
    ),
  )
}

function viewItem(item: Evidence | undefined): Value {
  if (!item) return { text: '–', title: 'Not among the evidence of this run' }
  const source = `${item.source}, ${item.as_of}`
  if (isMeasured(item))
    return { text: formatEvidence(item), figure: item.value, unit: item.unit, title: source }
  const { text, title = '' } = textOf(formatEvidence(item), LONGEST_QUOTE)
  return { text, title: [title, source].filter(Boolean).join(' · ') }
}
