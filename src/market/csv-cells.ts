/** Lines, cells and numbers of delimited text, in the ways in which people's files write them. */

export interface Line {
  /** As an editor counts, from 1, the header and blank lines included. */
  number: number
  text: string
}

/** Lines that are not blank, without their ends and without a byte order mark. */
export function* readLines(text: string): Generator<Line> {
  let start = text.startsWith('\uFEFF') ? 1 : 0
  for (let number = 1; start < text.length; number++) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const line = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end)
    start = end + 1
    if (line.trim() !== '') yield { number, text: line }
  }
}

/** The one of comma, semicolon and tab that parts the header into most cells. */
export function tellSeparator(header: string): string {
  const counts = [',', ';', '\t'].map((separator) => ({ separator, count: header.split(separator).length }))
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).separator
}

/** Cells of one line; quotes may hold separators, and are taken off. Null where a quote does not close. */
export function splitCells(line: string, separator: string): string[] | null {
  if (!line.includes('"')) return line.split(separator)
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!
    if (character === '"') {
      if (isQuoted && line[i + 1] === '"') {
        cell += '"'
        i += 1
      } else isQuoted = !isQuoted
    } else if (character === separator && !isQuoted) {
      cells.push(cell)
      cell = ''
    } else cell += character
  }
  cells.push(cell)
  return isQuoted ? null : cells
}

const PLAIN_NUMBER = /^\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/
const SIGNED_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const GROUPED_NUMBER = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/

/**
 * A reader of one file's numbers: plain, with a sign, a currency sign, or digits in groups; NaN for anything else, an
 * empty cell too. Where something other than the comma separates, the first number with a point or a comma tells which
 * of them is the decimal mark for the whole file; a later number that contradicts it is none.
 */
export function createNumberReader(separator: string): (cell: string) => number {
  let isDecimalComma: boolean | null = separator === ',' ? false : null
  return (cell) => {
    const text = cell.trim()
    isDecimalComma ??= tellDecimalComma(text)
    if (isDecimalComma !== true && PLAIN_NUMBER.test(text)) return Number(text)
    const bare = text.replace(/^([+-]?)[$€£¥]\s*/, '$1')
    const pointed = isDecimalComma === true ? swapMarks(bare) : bare
    if (GROUPED_NUMBER.test(pointed)) return Number(pointed.replaceAll(',', ''))
    return SIGNED_NUMBER.test(pointed) ? Number(pointed) + 0 : Number.NaN
  }
}

/** `1,5` and `1.234,5` have a decimal comma; `1.5`, `1,234.5` and `1,234,567` do not; `15` does not tell. */
function tellDecimalComma(text: string): boolean | null {
  const comma = text.lastIndexOf(',')
  const point = text.lastIndexOf('.')
  if (comma < 0 && point < 0) return null
  return comma > point && text.indexOf(',') === comma
}

function swapMarks(text: string): string {
  return text.replace(/[.,]/g, (mark) => (mark === ',' ? '.' : ','))
}
