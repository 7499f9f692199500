/**
 * A statistic over two parameters as SVG: one square a cell, each a link to the trial it shows, or further down where it
 * stands for several. Pure. Colours are steps of the style sheet's scale: one of two hues either side of zero where
 * there is such a thing, so that sign is never told by lightness alone; the legend says which step is what.
 */
import { drawLabel, frameSvg, short } from '../svg.ts'
import { escapeHtml } from '../../escape-html.ts'

export interface HeatmapCell {
  value: number
  /** Where it leads. */
  href: string
  /** Read aloud, and shown when pointed at: `fast 6, slow 163: 0.368`. */
  words: string
}

export interface HeatmapInput {
  id: string
  title: string
  description: string
  x: { name: string; labels: string[] }
  y: { name: string; labels: string[] }
  /** Row by row, y outer from the first label; null where no trial is. */
  cells: (HeatmapCell | null)[]
  /** Which cell is the best, by index; null for none. */
  best: number | null
  /** Bounds of the steps, rising; a value up to the first is of step 0. */
  bounds: number[]
  /** Which scale of the style sheet the steps are of. */
  scale: 'sequential' | 'diverging'
  /** Colours alone, a tenth of the size: for a map that will be another one in a moment. */
  isPlain?: boolean
}

const WIDTH = 760
/** Room for the name of the axis, and for each character of its labels. */
const NAME_ROOM = 24
const CHARACTER = 6.4
const RIGHT = 10
const TOP = 6
/** At most so wide is a cell where there are few of them. */
const MAX_CELL = 44
const MIN_HEIGHT = 6
const MAX_PLOT_HEIGHT = 520

export function drawHeatmap(input: HeatmapInput): string {
  const { x, y, cells } = input
  if (cells.length !== x.labels.length * y.labels.length || cells.length === 0)
    throw new Error('a heatmap needs a cell for every pair of labels')
  const longest = y.labels.reduce((length, label) => Math.max(length, label.length), 1)
  const left = Math.round(NAME_ROOM + longest * CHARACTER)
  const width = Math.min(MAX_CELL, (WIDTH - left - RIGHT) / x.labels.length)
  const height = Math.max(MIN_HEIGHT, Math.min(width, 28, MAX_PLOT_HEIGHT / y.labels.length))
  const plotHeight = height * y.labels.length
  const columns = x.labels.length
  // A seam as wide as a cell can bear.
  const seam = width >= 8 ? 1 : 0.4
  const box = `h${short(width - seam)}v${short(height - seam)}h${short(seam - width)}z`
  const grid = { left, width, height, plotHeight, seam }
  const rows = input.isPlain ? drawColours(input, grid, box) : drawLinks(input, grid, box)
  const best = input.best === null ? '' : drawBest(input.best, columns, grid)
  const bottom = TOP + plotHeight
  return frameSvg(
    {
      ...{ id: input.id, size: 'any', width: WIDTH, height: bottom + 34, hasLinks: !input.isPlain },
      ...{ title: input.title, description: input.description },
    },
    rows +
      best +
      drawXLabels(x, left, width, bottom) +
      drawYLabels(y, left, height, bottom) +
      drawLabel({
        ...{ x: left + (width * columns) / 2, y: bottom + 27, words: `${x.name} →`, anchor: 'middle' },
        className: 'chart-name',
      }),
  )
}

/** A group a row, in it a link a cell. */
function drawLinks(input: HeatmapInput, { left, width, height, plotHeight }: Grid, box: string): string {
  const { cells } = input
  const columns = input.x.labels.length
  let rows = ''
  for (let row = 0; row < input.y.labels.length; row++) {
    // The first value is at the bottom, as on any axis.
    const top = TOP + plotHeight - (row + 1) * height
    let inner = ''
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column
      const cell = cells[index]
      if (!cell) continue
      const tab = index === input.best ? '' : ' tabindex="-1"'
      inner +=
        `<a${tab} href="${escapeHtml(cell.href)}" class="h${stepOf(cell.value, input.bounds)}">` +
        `<path d="M${short(column * width)} 0${box}"/><title>${escapeHtml(cell.words)}</title></a>`
    }
    rows += `<g transform="translate(${left} ${short(top)})">${inner}</g>`
  }
  return rows
}

/** A path for each step of colour, with all its cells. */
function drawColours(input: HeatmapInput, { left, width, height, plotHeight }: Grid, box: string): string {
  const columns = input.x.labels.length
  const paths: string[] = []
  for (const [i, cell] of input.cells.entries()) {
    if (cell === null) continue
    const step = stepOf(cell.value, input.bounds)
    const top = TOP + plotHeight - (Math.floor(i / columns) + 1) * height
    paths[step] = `${paths[step] ?? ''}M${short(left + (i % columns) * width)} ${short(top)}${box}`
  }
  return paths.map((path, step) => `<path class="h${step}" d="${path}"></path>`).join('')
}

export function stepOf(value: number, bounds: readonly number[]): number {
  let step = 0
  while (step < bounds.length && value > bounds[step]!) step++
  return step
}

interface Grid {
  left: number
  width: number
  height: number
  plotHeight: number
  seam: number
}

function drawBest(
  index: number,
  columns: number,
  { left: start, width, height, plotHeight, seam }: Grid,
): string {
  const left = start + (index % columns) * width
  const top = TOP + plotHeight - (Math.floor(index / columns) + 1) * height
  return `<path class="heat-best" d="M${short(left - 1)} ${short(top - 1)}h${short(width - seam + 2)}v${short(height - seam + 2)}h${short(seam - width - 2)}z"></path>`
}

/** As many as have room, the first always among them. */
function every(count: number, step: number, room: number): number[] {
  const nth = Math.max(1, Math.ceil(room / step))
  return Array.from({ length: Math.ceil(count / nth) }, (_, i) => i * nth)
}

function drawXLabels({ labels }: HeatmapInput['x'], left: number, width: number, bottom: number): string {
  const longest = labels.reduce((length, label) => Math.max(length, label.length), 1)
  return every(labels.length, width, longest * 7 + 10)
    .map((i) =>
      drawLabel({ x: left + (i + 0.5) * width, y: bottom + 11, words: labels[i]!, anchor: 'middle' }),
    )
    .join('')
}

function drawYLabels(
  { name, labels }: HeatmapInput['y'],
  left: number,
  height: number,
  bottom: number,
): string {
  const marks = every(labels.length, height, 15).map((i) =>
    drawLabel({ x: left - 6, y: bottom - (i + 0.5) * height, words: labels[i]!, anchor: 'end' }),
  )
  const middle = (TOP + bottom) / 2
  return (
    marks.join('') +
    `<text class="chart-name" transform="translate(9 ${short(middle)}) rotate(-90)" text-anchor="middle">${escapeHtml(name)} →</text>`
  )
}
