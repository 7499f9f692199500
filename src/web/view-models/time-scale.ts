/**
 * A line from left to right for the time of a run, in percent of its width. Long stretches in which nobody worked are
 * squeezed to a fixed width, so that minutes of work stay readable beside a night of pause; ticks count the time without
 * them. While the run goes on the line ends at a round time ahead and stays put until that is reached.
 */
import { formatDuration } from '../../core/format.ts'
import type { SegmentKind, Timeline } from '../../runs/timeline.ts'

export interface Tick {
  /** Percent. */
  x: number
  /** Empty where there is no room for it. */
  text: string
}

export interface Squeeze {
  x: number
  width: number
  kind: SegmentKind
  /** `10 h`. */
  text: string
}

export interface TimeScale {
  /** Percent, 0..100, with two decimals. */
  at(ms: number): number
  ticks: Tick[]
  squeezes: Squeeze[]
  /** Milliseconds that a hundredth of the width stands for where nothing is squeezed. */
  quantumMs: number
}

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 4, 6, 12, 24, 48, 96, 168, 336, 720, 1_440, 2_880, 8_760, 17_520].map((n) => n * HOUR),
]
const MOST_TICKS = 6
/** Of the time that is worked; what is shorter is drawn as long as it is. */
const SQUEEZE_FROM = 0.2
const SQUEEZE_FROM_MS = 1_000
/** Percent for one, and for all together. */
const SQUEEZED = 7
const MOST_SQUEEZED = 42
/** Percent between the middles of two texts. */
const LEAST_APART = 9

interface Stretch {
  from: number
  to: number
  kind: SegmentKind
  isSqueezed: boolean
}

export function createTimeScale({ from, to, hasEnded, run }: Timeline): TimeScale {
  const stretches = markSqueezed(run)
  const squeezed = stretches.filter((one) => one.isSqueezed)
  const shownMs = to - from - sumOf(squeezed)
  // An open end: room ahead, in whole steps.
  const stepMs = pickStep(shownMs)
  const spanMs = Math.max(1, hasEnded ? shownMs : (Math.floor((shownMs * 1.02) / stepMs) + 1) * stepMs)
  const each = squeezed.length === 0 ? 0 : Math.min(SQUEEZED, MOST_SQUEEZED / squeezed.length)
  const perMs = (100 - each * squeezed.length) / spanMs

  function at(ms: number): number {
    let x = 0
    for (const { from: begins, to: ends, isSqueezed } of stretches) {
      const share = Math.min(1, Math.max(0, ms - begins) / (ends - begins))
      x += isSqueezed ? share * each : share * (ends - begins) * perMs
    }
    return round(Math.min(100, Math.max(0, x)))
  }

  /** Where the line has counted so many milliseconds of what is not squeezed. */
  function atShown(countedMs: number): number {
    let x = 0
    let left = countedMs
    for (const { from: begins, to: ends, isSqueezed } of stretches) {
      if (isSqueezed) x += each
      else {
        const part = Math.min(left, ends - begins)
        x += part * perMs
        left -= part
        if (left <= 0) break
      }
    }
    return round(x + Math.max(0, left) * perMs)
  }

  const squeezes = squeezed.map((one) => ({
    ...{ x: at(one.from), width: round(each), kind: one.kind },
    text: formatBrief(one.to - one.from),
  }))
  const ticks: Tick[] = []
  for (let ms = 0; ms <= spanMs; ms += stepMs) {
    const x = atShown(ms)
    const hasRoom = squeezes.every((gap) => Math.abs(gap.x + gap.width / 2 - x) >= LEAST_APART)
    ticks.push({ x, text: hasRoom ? formatTick(ms) : '' })
  }
  return {
    at,
    ticks,
    squeezes,
    quantumMs: Math.max(1, 1 / perMs),
  }
}

function markSqueezed(run: Timeline['run']): Stretch[] {
  const isIdle = (kind: SegmentKind) => kind === 'queue' || kind === 'paused' || kind === 'down'
  const workedMs = sumOf(run.filter(({ kind }) => !isIdle(kind)))
  return run.map((segment) => {
    const ms = segment.to - segment.from
    const isLong = ms > SQUEEZE_FROM_MS && ms > workedMs * SQUEEZE_FROM
    return { ...segment, isSqueezed: workedMs > 0 && isIdle(segment.kind) && isLong }
  })
}

function sumOf(stretches: readonly { from: number; to: number }[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0)
}

function pickStep(ms: number): number {
  return STEPS.find((step) => ms / step <= MOST_TICKS) ?? STEPS.at(-1)!
}

/** `250 ms`, `15 s`, `1 min 30 s`, `2 h`. */
function formatTick(ms: number): string {
  if (ms === 0) return '0'
  return formatDuration(ms)
    .replace(/\.0 s$/, ' s')
    .replace(/ 00 (s|min)$/, '')
}

/** The largest unit alone. */
function formatBrief(ms: number): string {
  if (ms >= 48 * HOUR) return `${Math.floor(ms / (24 * HOUR))} d`
  if (ms >= 2 * HOUR) return `${Math.floor(ms / HOUR)} h`
  if (ms >= 2 * MINUTE) return `${Math.floor(ms / MINUTE)} min`
  return `${Math.floor(ms / SECOND)} s`
}

function round(x: number): number {
  return Math.round(x * 100) / 100
}
