/**
 * Bars of a random walk that another language can make to the last bit: Park and Miller's generator ("Random number
 * generators: good ones are hard to find", 1988), prices rounded to the cent. The figures in
 * `tests/trading/reference/backtesting-py.json` were computed on them.
 */
import type { Bars } from '../../src/market/series.ts'

export interface Walk {
  count: number
  seed: number
  /** How far a bar may go, as a fraction of its price. */
  swing: number
  step: 'hour' | 'day' | 'week' | 'month'
  /** From this bar on all prices are so many times higher. */
  jump: readonly [at: number, times: number] | null
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const FIRST_DAY = Date.UTC(2020, 0, 2)
const HOURS_A_DAY = 7
const FIRST_HOUR = 14

export function walkBars({ count, seed, swing, step, jump }: Walk): Bars {
  const [open, high, low, close] = [[], [], [], []] as number[][]
  let state = seed
  let price = 100
  const next = () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
  for (let i = 0; i < count; i++) {
    const first = toCents(price * (1 + ((next() - 0.5) * swing) / 4))
    price = toCents(first * (1 + (next() - 0.5) * swing))
    open!.push(first)
    close!.push(price)
    high!.push(toCents(Math.max(first, price) * (1 + (next() * swing) / 4)))
    low!.push(toCents(Math.min(first, price) * (1 - (next() * swing) / 4)))
  }
  const column = (values: number[]) =>
    Float64Array.from(values, (value, i) => (jump && i >= jump[0] ? toCents(value * jump[1]) : value))
  return {
    time: Float64Array.from(makeTimes(count, step)),
    open: column(open!),
    high: column(high!),
    low: column(low!),
    close: column(close!),
    volume: new Float64Array(count).fill(1),
  }
}

function toCents(value: number): number {
  return Math.floor(value * 100 + 0.5) / 100
}

/** Hours are seven on each weekday, days all of the week. */
function makeTimes(count: number, step: Walk['step']): number[] {
  if (step === 'month') return Array.from({ length: count }, (_, i) => Date.UTC(2000, i, 1))
  if (step !== 'hour') {
    return Array.from({ length: count }, (_, i) => FIRST_DAY + i * (step === 'day' ? 1 : 7) * DAY_MS)
  }
  const times: number[] = []
  for (let day = FIRST_DAY; times.length < count; day += DAY_MS) {
    const weekday = new Date(day).getUTCDay()
    if (weekday === 0 || weekday === 6) continue
    for (let hour = 0; hour < HOURS_A_DAY; hour++) times.push(day + (FIRST_HOUR + hour) * HOUR_MS)
  }
  return times.slice(0, count)
}
