/** Tables of text: columns padded to their widest cell, two spaces apart, figures to the right. */

export interface Column {
  title: string
  align?: 'left' | 'right'
}

/** A cell may carry colour around its text; `width` is that of the text. */
export interface Cell {
  text: string
  width: number
}

export function plainCell(text: string): Cell {
  return { text, width: widthOf(text) }
}

/** Lines without trailing spaces, the titles first. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly (string | Cell)[])[],
): string[] {
  const titles = columns.map((column) => plainCell(column.title))
  const cells = [
    titles,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? plainCell(cell) : cell))),
  ]
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]?.width ?? 0)))
  return cells.map((row) =>
    columns
      .map((column, i) => pad(row[i] ?? plainCell(''), widths[i]!, column.align ?? 'left'))
      .join('  ')
      .trimEnd(),
  )
}

function pad(cell: Cell, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - cell.width))
  return align === 'right' ? space + cell.text : cell.text + space
}

/** Characters shown: code points, for all we print is one column wide. */
function widthOf(text: string): number {
  return [...text].length
}

/** At most `width` characters, the last an ellipsis where some are missing. */
export function shorten(text: string, width: number): string {
  const characters = [...text]
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`
}

/** Breaks text at spaces into lines of at most `width` characters; longer words stand alone. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  if (line !== '') lines.push(line)
  return lines
}
