/** Bars of a seeded random walk: high and low around open and close, volume above 0, a day apart. */
import { createSeededRandom } from '../../src/core/random.ts'
import type { Bars } from '../../src/market/series.ts'

const DAY_MS = 86_400_000

export function makeRandomBars(count: number, seed: string | number): Bars {
  const random = createSeededRandom(`bars ${seed}`)
  const column = () => new Float64Array(count)
  const bars: Bars = {
    ...{ time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() },
  }
  let price = 100
  for (let i = 0; i < count; i++) {
    bars.time[i] = Date.UTC(2000, 0, 3) + i * DAY_MS
    const open = price * (1 + (random() - 0.5) * 0.01)
    price = Math.max(1, open * (1 + (random() - 0.49) * 0.04))
    bars.open[i] = open
    bars.close[i] = price
    bars.high[i] = Math.max(open, price) * (1 + random() * 0.01)
    bars.low[i] = Math.min(open, price) * (1 - random() * 0.01)
    bars.volume[i] = Math.floor(1_000 + random() * 9_000)
  }
  return bars
}
