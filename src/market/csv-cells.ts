/** Lines, cells and numbers of delimited text, in the ways in which people's files write them. */

export interface Line {
  /** As an editor counts, from 1, the header and blank lines included. */
  number: number
  text: string
  /** Where it begins in the whole text, and where the next one does. */
  start: number
  next: number
}

/** Lines that are not blank, without their ends and without a byte order mark. */
export function* readLines(text: string): Generator<Line> {
  let start = text.startsWith('\uFEFF') ? 1 : 0
  for (let number = 1; start < text.length; number++) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const line = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end)
    const at = start
    start = end + 1
    if (line.trim() !== '') yield { number, text: line, start: at, next: start }
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

/**
 * Finds the cells of the line from `start` to before `end`, into `bounds`. False where a quotation mark is in it: what
 * stands between quotes has to be taken apart with `splitCells`.
 */
export function findCells(
  text: string,
  start: number,
  end: number,
  separator: number,
  bounds: CellSpace,
): boolean {
  let count = 0
  let from = start
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) return false
    if (code !== separator) continue
    if (count < MAX_CELLS) keep(text, from, i, bounds, count)
    count += 1
    from = i + 1
  }
  if (count < MAX_CELLS) keep(text, from, end, bounds, count)
  bounds.count = count + 1
  return true
}

/** Without the spaces around it. */
function keep(text: string, from: number, to: number, { starts, ends }: CellSpace, index: number): void {
  while (from < to && text.charCodeAt(from) <= SPACE) from += 1
  while (to > from && text.charCodeAt(to - 1) <= SPACE) to -= 1
  starts[index] = from
  ends[index] = to
}

export interface CellSpace {
  count: number
  starts: Int32Array
  ends: Int32Array
}

/** Columns that are looked at; a price file has no use for more. */
export const MAX_CELLS = 256
const QUOTE = 34
const SPACE = 32

export function createCellSpace(): CellSpace {
  return { count: 0, starts: new Int32Array(MAX_CELLS), ends: new Int32Array(MAX_CELLS) }
}

const PLAIN_NUMBER = /^\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/
const SIGNED_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const GROUPED_NUMBER = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/

export interface NumberReader {
  /** The character code of the file's decimal mark. */
  readonly mark: number
  read(cell: string): number
}

/**
 * The decimal mark of a file whose cells something other than the comma separates, told by the first figure that can be
 * read in one way only: `1,5`, `1.234,5` and `0,125` have a decimal comma; `1.5`, `1,234.5` and `1,234,567` a point. Where
 * all that have a mark could be read in two ways, like `1,234`, the first of them is given as `open`.
 */
export function tellDecimalMark(figures: Iterable<{ line: number; text: string }>): {
  mark: ',' | '.' | null
  open: { line: number; text: string } | null
} {
  let open: { line: number; text: string } | null = null
  for (const figure of figures) {
    const text = figure.text.trim()
    const comma = text.lastIndexOf(',')
    const point = text.lastIndexOf('.')
    if (comma < 0 && point < 0) continue
    const mark = tellMark(text, comma, point)
    if (mark !== null) return { mark, open: null }
    open ??= figure
  }
  return { mark: null, open }
}

/** Null where the sign may part thousands as well as decimals. */
function tellMark(text: string, comma: number, point: number): ',' | '.' | null {
  if (comma >= 0 && point >= 0) return comma > point ? ',' : '.'
  const [sign, other, at] = comma >= 0 ? ([',', '.', comma] as const) : (['.', ',', point] as const)
  if (text.indexOf(sign) !== at) return other
  const before = text.slice(0, at).replace(/^\D+/, '')
  const mayGroup = /^\d{3}$/.test(text.slice(at + 1)) && /^[1-9]\d{0,2}$/.test(before)
  return mayGroup ? null : sign
}

/**
 * A reader of one file's numbers: plain, with a sign, a currency sign, or digits in groups; NaN for anything else, an
 * empty cell too, and for a number whose decimal mark is not that of the file.
 */
export function createNumberReader(mark: ',' | '.'): NumberReader {
  return {
    mark: mark.charCodeAt(0),
    read(cell) {
      const text = cell.trim()
      if (mark === '.' && PLAIN_NUMBER.test(text)) return Number(text)
      const bare = text.replace(/^([+-]?)[$€£¥]\s*/, '$1')
      const pointed = mark === ',' ? swapMarks(bare) : bare
      if (GROUPED_NUMBER.test(pointed)) return Number(pointed.replaceAll(',', ''))
      return SIGNED_NUMBER.test(pointed) ? Number(pointed) + 0 : Number.NaN
    },
  }
}

function swapMarks(text: string): string {
  return text.replace(/[.,]/g, (mark) => (mark === ',' ? '.' : ','))
}
