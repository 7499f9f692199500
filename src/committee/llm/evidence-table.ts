/**
 * The evidence as a model reads it: a line for each value, with the number by which it is cited, then what each tool
 * reads. Texts from outside stand apart, in a fence of their own that says so.
 */
import { formatEvidence, isMeasured, type Evidence } from '../decision.ts'
import { fence } from './fence.ts'

/** A quoted text longer than this is cut: a headline or a summary is shorter. */
const MAX_TEXT_CHARS = 1_000

/** Fenced. `kind` names the list, where there are several. */
export function renderEvidence(items: readonly Evidence[], kind = 'evidence'): string {
  if (items.length === 0) return fence(kind, '(none)')
  const measured = items.filter(isMeasured)
  const texts = items.filter((item) => !isMeasured(item))
  const blocks = [
    measured.length > 0 ? fence(`${kind}: figures`, tabulateItems(measured)) : '',
    texts.length > 0 ? fence(`${kind}: texts from outside, quoted`, tabulateItems(texts)) : '',
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

/** Rows `id | label | value and unit | as of | tool`; what a source says beyond the tool's usual one stands behind it. */
function tabulateItems(items: readonly Evidence[]): string {
  const usual = findUsualOrigins(items)
  const rows = items.map((item) =>
    [item.id, item.label, describeValue(item), item.as_of, describeSource(item, usual.get(item.tool))]
      .map(toCell)
      .join(' | '),
  )
  const legend = [...new Set(usual.values())].map((origin) => {
    const tools = [...usual.keys()].filter((tool) => usual.get(tool) === origin)
    return toCell(`${tools.join(', ')}: ${origin}`)
  })
  const key = legend.length > 0 ? ['', 'What the tools read:', ...legend] : []
  return ['number | measure | value | as of | from', ...rows, ...key].join('\n')
}

function describeSource({ tool, source }: Evidence, usual: string | undefined): string {
  if (source === usual) return tool
  const hasMeaning = usual !== undefined && source.startsWith(`${usual}: `)
  return hasMeaning ? `${tool}: ${source.slice(usual.length + 2)}` : `${tool} (${source})`
}

function describeValue(item: Evidence): string {
  if (!isMeasured(item)) return `“${clip(String(item.value), MAX_TEXT_CHARS)}”`
  const value = formatEvidence(item)
  return item.unit === '%' ? value : `${value} (${item.unit})`
}

/** Where most of a tool's values come from, what they mean left out; tools with many places have none. */
function findUsualOrigins(items: readonly Evidence[]): Map<string, string> {
  const usual = new Map<string, string>()
  for (const tool of new Set(items.map((item) => item.tool))) {
    const origins = items.filter((item) => item.tool === tool).map(({ source }) => source.split(': ')[0]!)
    const most = origins.find((origin) => 2 * origins.filter((one) => one === origin).length > origins.length)
    if (most !== undefined) usual.set(tool, most)
  }
  return usual
}

/** One line without column marks. */
function toCell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '¦').trim()
}

export function clip(text: string, maxChars: number): string {
  return text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text
}
