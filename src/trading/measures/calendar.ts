/**
 * In what steps the returns of an account are taken and how many of them make a year: those of a day for bars of a day
 * and finer, else those of the bars. The rules are those of backtesting.py 0.6: the step is the median distance of the
 * last hundred bars; days in a year are 365 where bars fall on weekends (crypto), else 252.
 */
import { dateOf } from '../../market/series.ts'

const DAY_MS = 86_400_000
const DAYS_A_WEEK = 7
/** The median of the last so many bars tells the step. */
const BARS_LOOKED_AT = 100
/** Saturdays and Sundays are 2 of 7 days; above this part of that the market counts as one that never closes. */
const WEEKEND_SHARE = (2 / DAYS_A_WEEK) * 0.6

export interface ReturnCalendar {
  /** Steps in a year. */
  periodsPerYear: number
  /** The last bar of each step, rising; null where every bar is a step of its own. */
  ends: Int32Array | null
}

/** For the bars `from` to before `to` of a column of times. */
export function readCalendar(time: Float64Array, from: number, to: number): ReturnCalendar {
  const step = stepOf(time, from, to)
  const ends: number[] = []
  for (let i = from; i < to; i++) {
    if (i === to - 1 || stepKey(time[i]!, step) !== stepKey(time[i + 1]!, step)) ends.push(i)
  }
  return {
    periodsPerYear: periodsPerYear(time, from, to, step),
    ends: ends.length === to - from ? null : Int32Array.from(ends),
  }
}

type Step = 'day' | 'week' | 'month' | 'year'

function stepOf(time: Float64Array, from: number, to: number): Step {
  const first = Math.max(from, to - BARS_LOOKED_AT)
  const distances = Array.from({ length: Math.max(0, to - first - 1) }, (_, k) => {
    return time[first + k + 1]! - time[first + k]!
  }).sort((a, b) => a - b)
  const middle = distances.length / 2
  const median =
    distances.length % 2 === 1
      ? distances[Math.floor(middle)]!
      : (distances[middle - 1]! + distances[middle]!) / 2
  const days = Math.floor(median / DAY_MS)
  if (days === 7) return 'week'
  if (days === 31) return 'month'
  return days === 365 ? 'year' : 'day'
}

function periodsPerYear(time: Float64Array, from: number, to: number, step: Step): number {
  if (step !== 'day') return { week: 52, month: 12, year: 1 }[step]
  let weekendBars = 0
  for (let i = from; i < to; i++) {
    const weekday = new Date(time[i]!).getUTCDay()
    if (weekday === 0 || weekday === 6) weekendBars++
  }
  return weekendBars / (to - from) > WEEKEND_SHARE ? 365 : 252
}

/** Equal for bars of the same step. Weeks begin on Monday; the epoch was a Thursday. */
function stepKey(time: number, step: Step): number | string {
  const day = Math.floor(time / DAY_MS)
  if (step === 'day') return day
  if (step === 'week') return Math.floor((day + 3) / DAYS_A_WEEK)
  return dateOf(time).slice(0, step === 'month' ? 7 : 4)
}
