/**
 * The equity of several runs in one SVG, each as growth of the money it began with, so that accounts of any size and
 * currency stand side by side. Lines are told apart by dashes and a letter at their end as well as by colour. Pure.
 */
import { formatSigned } from '../../../core/format.ts'
import { createScale, linePath, niceTicks, shortNumber, timeTicks } from '../axes.ts'
import { spread } from '../spread.ts'
import { drawLabel, frameSvg, short } from '../svg.ts'

export interface Curve {
  /** `A`: what stands at its end and in the table's head. */
  letter: string
  name: string
  /** Milliseconds since the epoch, and money, of equal length. */
  time: number[]
  equity: number[]
}

export interface CurvesInput {
  id: string
  title: string
  curves: Curve[]
}

interface Size {
  name: 'wide' | 'narrow'
  width: number
  height: number
  left: number
  ticks: number
}

const SIZES: Size[] = [
  { name: 'wide', width: 760, height: 280, left: 54, ticks: 8 },
  { name: 'narrow', width: 340, height: 220, left: 46, ticks: 4 },
]
const TOP = 10
const RIGHT = 22
const LABEL_GAP = 13

export function drawCurves(input: CurvesInput): string {
  if (input.curves.every(({ time }) => time.length < 2)) throw new Error('curves need at least two points')
  return SIZES.map((size) => drawAt(input, size)).join('')
}

function drawAt({ id, title, curves }: CurvesInput, size: Size): string {
  const bottom = size.height - 22
  const growth = curves.map(({ equity }) => equity.map((value) => (value / equity[0]! - 1) * 100))
  const times = curves.flatMap(({ time }) => [time[0]!, time.at(-1)!])
  const [first, last] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
  const [low, high] = boundsOf(growth)
  const x = createScale(first, last, size.left, size.width - RIGHT)
  const y = createScale(low, high, bottom, TOP)
  const ticks = niceTicks(low, high, 5)
  const days = timeTicks(first, last, size.ticks)
  const grid =
    ticks.map((tick) => `M${size.left} ${short(y(tick))}H${size.width - RIGHT}`).join('') +
    days.map(({ at }) => `M${short(x(at))} ${TOP}V${bottom}`).join('')
  const ends = curves
    .map(({ letter }, i) => ({ letter, i, at: y(growth[i]!.at(-1)!) }))
    .sort((a, b) => a.at - b.at)
  const places = spread(
    ends.map(({ at }) => at),
    LABEL_GAP,
    TOP,
    bottom,
  )
  return frameSvg(
    {
      id,
      size: size.name,
      width: size.width,
      height: size.height,
      title,
      description: describe(curves, growth),
    },
    `<path class="chart-grid" d="${grid}"></path>` +
      curves
        .map(
          ({ time }, i) =>
            `<path class="curve curve-${i}" d="${linePath(time.map(x), growth[i]!.map(y))}"></path>`,
        )
        .join('') +
      ends
        .map(({ letter, i }, place) =>
          drawLabel({
            ...{ x: size.width - RIGHT + 6, y: places[place]!, words: letter },
            className: `curve-name curve-name-${i}`,
          }),
        )
        .join('') +
      ticks
        .map((tick) =>
          drawLabel({ x: size.left - 6, y: y(tick), words: `${shortNumber(tick)} %`, anchor: 'end' }),
        )
        .join('') +
      days
        .map(({ at, label }) => drawLabel({ x: x(at), y: bottom + 12, words: label, anchor: 'middle' }))
        .join(''),
  )
}

function boundsOf(columns: readonly number[][]): [number, number] {
  let low = 0
  let high = 0
  for (const column of columns) {
    for (const value of column) {
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  const air = (high - low) * 0.04 || 1
  return [low < 0 ? low - air : 0, high + air]
}

function describe(curves: readonly Curve[], growth: readonly number[][]): string {
  return curves
    .map(({ letter, name }, i) => `${letter}, ${name}: ${formatSigned(growth[i]!.at(-1), 1)} %.`)
    .join(' ')
}
