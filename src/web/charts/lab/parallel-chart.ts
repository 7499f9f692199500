/**
 * Many trials over three or more parameters as SVG: an axis a parameter and one for the statistic, a line a trial. The
 * better a trial, the stronger its line, and the best one is drawn last, thicker. Pure.
 */
import { createScale, shortNumber } from '../axes.ts'
import { drawLabel, frameSvg, short } from '../svg.ts'

export interface ParallelInput {
  id: string
  title: string
  description: string
  /** The statistic is the last one. */
  axes: { name: string; low: number; high: number }[]
  /** Best first; a value for each axis. */
  lines: number[][]
}

interface Size {
  name: 'wide' | 'narrow'
  width: number
  height: number
  inset: number
}

const SIZES: Size[] = [
  { name: 'wide', width: 760, height: 260, inset: 52 },
  { name: 'narrow', width: 340, height: 220, inset: 34 },
]
const TOP = 34
/** Classes of the style sheet, from the faintest; the best line has one of its own. */
const SHADES = 4

export function drawParallel(input: ParallelInput): string {
  if (input.axes.length < 2) throw new Error('parallel coordinates need at least two axes')
  return SIZES.map((size) => drawAt(input, size)).join('')
}

function drawAt({ id, title, description, axes, lines }: ParallelInput, size: Size): string {
  const bottom = size.height - 24
  const x = createScale(0, axes.length - 1, size.inset, size.width - size.inset)
  const scales = axes.map(({ low, high }) => createScale(low, high, bottom, TOP))
  const pathOf = (values: readonly number[]) =>
    values.map((value, i) => `${i === 0 ? 'M' : 'L'}${short(x(i))} ${short(scales[i]!(value))}`).join('')
  const shades = Array.from({ length: SHADES }, () => '')
  for (const [i, line] of lines.entries()) {
    if (i > 0) shades[SHADES - 1 - Math.floor((i / lines.length) * SHADES)] += pathOf(line)
  }
  return frameSvg(
    { id, size: size.name, width: size.width, height: size.height, title, description },
    shades.map((path, i) => (path === '' ? '' : `<path class="par-${i}" d="${path}"></path>`)).join('') +
      (lines[0] ? `<path class="par-best" d="${pathOf(lines[0])}"></path>` : '') +
      axes
        .map(({ name, low, high }, i) => {
          const anchor = i === 0 ? 'start' : i === axes.length - 1 ? 'end' : 'middle'
          const at = i === 0 ? 2 : i === axes.length - 1 ? size.width - 2 : x(i)
          // Names of neighbours stand on two lines where they would touch.
          const y = size.name === 'narrow' && i % 2 === 1 ? 22 : 8
          return (
            `<path class="chart-axis" d="M${short(x(i))} ${TOP}V${bottom}"></path>` +
            drawLabel({ x: at, y, words: name, anchor, className: 'chart-name' }) +
            drawLabel({
              x: x(i),
              y: TOP - 8,
              words: size.name === 'wide' ? shortNumber(high) : '',
              anchor: 'middle',
            }) +
            drawLabel({
              x: x(i),
              y: bottom + 11,
              words: `${shortNumber(low)}–${shortNumber(high)}`,
              anchor: 'middle',
            })
          )
        })
        .join(''),
  )
}
