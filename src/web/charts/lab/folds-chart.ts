/**
 * The folds of a walk-forward as SVG: on the left axis of time what each was trained on and tested on, beside it what it
 * made in and out of sample. Pure.
 */
import { formatSigned } from '../../../core/format.ts'
import { createScale, niceTicks, shortNumber, timeTicks } from '../axes.ts'
import { drawLabel, frameSvg, short } from '../svg.ts'

/** Milliseconds since the epoch, both ends counting. */
export interface DaySpan {
  from: number
  to: number
}

export interface FoldBar {
  /** From 1. */
  number: number
  train: DaySpan
  test: DaySpan
  /** Annual return in percent; null where there is none. */
  inSample: number | null
  outOfSample: number | null
}

export interface FoldsInput {
  id: string
  title: string
  /** What the bars on the right stand for: `Return, annual`. */
  measure: string
  folds: FoldBar[]
}

interface Size {
  name: 'wide' | 'narrow'
  width: number
  row: number
  left: number
  split: number
  ticks: number
}

const SIZES: Size[] = [
  { name: 'wide', width: 760, row: 22, left: 28, split: 440, ticks: 6 },
  { name: 'narrow', width: 340, row: 22, left: 22, split: 186, ticks: 2 },
]
const TOP = 20
const RIGHT = 12
const GUTTER = 26

export function drawFoldsChart(input: FoldsInput): string {
  if (input.folds.length === 0) throw new Error('a chart of folds needs at least one')
  return SIZES.map((size) => drawAt(input, size)).join('')
}

function drawAt({ id, title, measure, folds }: FoldsInput, size: Size): string {
  const first = folds.reduce((least, { train }) => Math.min(least, train.from), Number.POSITIVE_INFINITY)
  const last = folds.reduce((most, { test }) => Math.max(most, test.to), Number.NEGATIVE_INFINITY)
  const x = createScale(first, last, size.left, size.split)
  const values = folds.flatMap(({ inSample, outOfSample }) => [inSample ?? 0, outOfSample ?? 0])
  const low = values.reduce((a, b) => Math.min(a, b), 0)
  const high = values.reduce((a, b) => Math.max(a, b), 0)
  const v = createScale(low, high === low ? low + 1 : high, size.split + GUTTER, size.width - RIGHT)
  const bottom = TOP + folds.length * size.row
  const years = timeTicks(first, last, size.ticks)
  const amounts = niceTicks(low, high === low ? low + 1 : high, size.name === 'wide' ? 5 : 3)
  const grid =
    years.map(({ at }) => `M${short(x(at))} ${TOP}V${bottom}`).join('') +
    amounts.map((amount) => `M${short(v(amount))} ${TOP}V${bottom}`).join('')
  const rows = folds.map((fold, i) => drawFold(fold, TOP + i * size.row, size, x, v)).join('')
  const words = size.name === 'wide' ? 'trained, then tested' : 'trained, tested'
  return frameSvg(
    {
      id,
      size: size.name,
      width: size.width,
      height: bottom + 20,
      title,
      description: describe(folds, measure),
    },
    drawLabel({ x: size.left, y: 9, words, className: 'chart-name' }) +
      drawLabel({ x: size.split + GUTTER, y: 9, words: `${measure}, %`, className: 'chart-name' }) +
      `<path class="chart-grid" d="${grid}"></path>${rows}` +
      `<path class="chart-zero" d="M${short(v(0))} ${TOP}V${bottom}"></path>` +
      years
        .map(({ at, label }) => drawLabel({ x: x(at), y: bottom + 11, words: label, anchor: 'middle' }))
        .join('') +
      amounts
        .map((amount) =>
          drawLabel({ x: v(amount), y: bottom + 11, words: shortNumber(amount), anchor: 'middle' }),
        )
        .join(''),
  )
}

function drawFold(
  { number, train, test, inSample, outOfSample }: FoldBar,
  top: number,
  { row, left }: Size,
  x: (at: number) => number,
  v: (value: number) => number,
): string {
  const middle = top + row / 2
  const span = ({ from, to }: DaySpan, className: string) =>
    `<path class="${className}" d="M${short(x(from))} ${short(top + 5)}H${short(Math.max(x(to), x(from) + 1))}V${short(top + row - 5)}H${short(x(from))}z"></path>`
  const bar = (value: number | null, y: number, className: string) =>
    value === null
      ? ''
      : `<path class="${className}" d="M${short(v(0))} ${short(y)}H${short(v(value))}v6H${short(v(0))}z"></path>`
  const sign = (outOfSample ?? 0) < 0 ? 'bar-loss' : 'bar-gain'
  return (
    drawLabel({ x: left - 6, y: middle, words: String(number), anchor: 'end' }) +
    span(train, 'fold-train') +
    span(test, 'fold-test') +
    bar(inSample, middle - 7, 'fold-in') +
    bar(outOfSample, middle + 1, sign)
  )
}

function describe(folds: readonly FoldBar[], measure: string): string {
  const words = folds.map(
    ({ number, inSample, outOfSample }) =>
      `Fold ${number}: ${formatSigned(inSample, 1)} % in sample, ${formatSigned(outOfSample, 1)} % out of sample.`,
  )
  return `${measure}. ${words.join(' ')}`
}
