/** Round numbers and calendar days for axes, and lines that are sent with no more points than can be seen. */
import { short } from './svg.ts'

export type Scale = (value: number) => number

/** Maps `from`…`to` to pixels; a range without extent lies in the middle. */
export function createScale(from: number, to: number, start: number, end: number): Scale {
  if (from === to) return () => (start + end) / 2
  return (value) => start + ((value - from) / (to - from)) * (end - start)
}

/** The same for ratios: both bounds and all values lie above 0. */
export function createLogScale(from: number, to: number, start: number, end: number): Scale {
  const scale = createScale(Math.log(from), Math.log(to), start, end)
  return (value) => scale(Math.log(value))
}

/** 1, 2 and 5 of each power of ten within the bounds, or where that is too few or too many, the nearest to it. */
export function logTicks(low: number, high: number, count: number): number[] {
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const one of [1, 2, 5]) {
      const tick = Number((one * 10 ** power).toPrecision(12))
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  if (ticks.length < 2) return niceTicks(low, high, count)
  return ticks.length <= count + 1 ? ticks : ticks.filter((tick) => String(tick).replace(/[0.]/g, '') === '1')
}

/** Round values within the bounds, about `count` of them. */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low]
  const rough = (high - low) / count
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((one) => one * magnitude).find((one) => one >= rough)!
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAY_MS = 86_400_000
/** Months between two ticks, from the densest. */
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120, 240]

/** Beginnings of years or months, of days where it is but weeks; at most `count`. */
export function timeTicks(first: number, last: number, count: number): { at: number; label: string }[] {
  if (last - first < 80 * DAY_MS) return dayTicks(first, last, count)
  for (const step of MONTH_STEPS) {
    const ticks = monthStarts(first, last, step)
    if (ticks.length <= count) return ticks
  }
  return []
}

function monthStarts(first: number, last: number, step: number): { at: number; label: string }[] {
  const from = new Date(first)
  const ticks: { at: number; label: string }[] = []
  for (
    let month = Math.ceil((from.getUTCFullYear() * 12 + from.getUTCMonth()) / step) * step;
    ;
    month += step
  ) {
    const at = Date.UTC(Math.floor(month / 12), month % 12, 1)
    if (at > last) return ticks
    const year = Math.floor(month / 12)
    if (at >= first) {
      ticks.push({ at, label: step >= 12 ? String(year) : `${MONTHS[month % 12]} ’${String(year).slice(2)}` })
    }
  }
}

function dayTicks(first: number, last: number, count: number): { at: number; label: string }[] {
  const days = Math.max(1, Math.ceil((last - first) / DAY_MS / count))
  const ticks: { at: number; label: string }[] = []
  for (let at = Math.ceil(first / DAY_MS) * DAY_MS; at <= last; at += days * DAY_MS) {
    const date = new Date(at)
    ticks.push({ at, label: `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}` })
  }
  return ticks
}

/** Parts of a point to which a line is drawn: finer than is seen, and its steps are short to write. */
const GRAIN = 5

/**
 * A line through the points, thinned to the lowest and highest of each pixel, in their order: what is seen is the same.
 * Written as steps from point to point, a third of what places would take compressed. Gaps (values that are no numbers)
 * are left open. Both columns have the same length; x does not fall.
 */
export function linePath(xs: ArrayLike<number>, ys: ArrayLike<number>): string {
  const round = (value: number) => Math.round(value * GRAIN)
  let path = ''
  let at: { x: number; y: number } | null = null
  for (const i of thin(xs, ys)) {
    if (i === null) {
      at = null
      continue
    }
    const x = round(xs[i]!)
    const y = round(ys[i]!)
    path += at === null ? `M${short(x / GRAIN)} ${short(y / GRAIN)}` : writeStep(x - at.x, y - at.y)
    at = { x, y }
  }
  return path
}

function writeStep(dx: number, dy: number): string {
  const [right, down] = [dx, dy].map((steps) => short(steps / GRAIN).replace(/^(-?)0\./, '$1.')) as [
    string,
    string,
  ]
  if (dx === 0) return `v${down}`
  return dy === 0 ? `h${right}` : `l${right}${dy < 0 ? '' : ' '}${down}`
}

/** Indexes of the points that are kept, null for a gap: the first and the last of a stretch always among them. */
function* thin(xs: ArrayLike<number>, ys: ArrayLike<number>): Generator<number | null> {
  let start = 0
  while (start < xs.length) {
    if (!Number.isFinite(ys[start]!)) {
      yield null
      start++
      continue
    }
    let [low, high, end] = [start, start, start]
    for (; end < xs.length && Number.isFinite(ys[end]!); end++) {
      if (Math.floor(xs[end]!) !== Math.floor(xs[start]!)) break
      if (ys[end]! < ys[low]!) low = end
      if (ys[end]! > ys[high]!) high = end
    }
    const isFirst = start === 0 || !Number.isFinite(ys[start - 1]!)
    const isLast = end === xs.length || !Number.isFinite(ys[end]!)
    const kept = new Set([...(isFirst ? [start] : []), low, high, ...(isLast ? [end - 1] : [])])
    yield* [...kept].sort((a, b) => a - b)
    start = end
  }
}

/** `12,500`, `12.5k`, `1.2M`: as short as an axis needs it. */
export function shortNumber(value: number): string {
  const size = Math.abs(value)
  const text =
    size >= 999_500_000
      ? `${trim(size / 1e9)}B`
      : size >= 999_500
        ? `${trim(size / 1e6)}M`
        : size >= 10_000
          ? `${trim(size / 1e3)}k`
          : trim(size)
  return value < 0 && text !== '0' ? `−${text}` : text
}

function trim(value: number): string {
  return String(Number(value.toPrecision(4)))
}
