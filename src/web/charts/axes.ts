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

/**
 * A line through the points, thinned to first, lowest, highest and last of each pixel: what is seen is the same. Gaps
 * (values that are no numbers) are left open. Both columns have the same length; x does not fall.
 */
export function linePath(xs: ArrayLike<number>, ys: ArrayLike<number>): string {
  let path = ''
  let isOpen = false
  let pixel: number[] = []
  const flush = () => {
    const kept = keepOf(pixel, ys)
    for (const [place, i] of kept.entries()) {
      // Points of one pixel stand above one another, which takes half the text.
      if (place > 0 && pixel.length > 2) path += `V${short(ys[i]!)}`
      else path += `${isOpen ? 'L' : 'M'}${short(xs[i]!)} ${short(ys[i]!)}`
      isOpen = true
    }
    pixel = []
  }
  for (let i = 0; i < xs.length; i++) {
    if (!Number.isFinite(ys[i]!)) {
      flush()
      isOpen = false
      continue
    }
    if (pixel.length > 0 && Math.floor(xs[i]!) !== Math.floor(xs[pixel[0]!]!)) flush()
    pixel.push(i)
  }
  flush()
  return path
}

function keepOf(indexes: readonly number[], ys: ArrayLike<number>): number[] {
  if (indexes.length <= 2) return [...indexes]
  let low = indexes[0]!
  let high = low
  for (const i of indexes) {
    if (ys[i]! < ys[low]!) low = i
    if (ys[i]! > ys[high]!) high = i
  }
  return [...new Set([indexes[0]!, low, high, indexes.at(-1)!])].sort((a, b) => a - b)
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
