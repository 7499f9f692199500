/** Splits told from prices: by how much a share was divided, where the change of price leaves no better reading. */
import { dateOf, type Bars, type Split } from './series.ts'
import type { RawBars } from './vendor.ts'

export type { Split } from './series.ts'

/** Shares after a split for each before it, as exchanges have seen them. */
const RATIOS = [3 / 2, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 50, 100]
/** How far a price may have moved besides the split. */
const TOLERANCE = 0.1

/**
 * Shares for each share before, where the price is `change` times what it was: 2 for a price that halved, 0.1 for one
 * that rose tenfold, 1 where no split is near.
 */
export function nearestSplit(change: number): number {
  const isRise = change > 1
  const factor = isRise ? change : 1 / change
  const near = RATIOS.filter((ratio) => ratio >= 2 || !isRise)
    .filter((ratio) => Math.abs(factor / ratio - 1) <= TOLERANCE)
    .sort((a, b) => Math.abs(factor / a - 1) - Math.abs(factor / b - 1))[0]
  if (near === undefined) return 1
  return isRise ? 1 / near : near
}

/** A change of the factor on one day that is a dividend and no split: the smallest split is of three shares for two. */
const LARGEST_DIVIDEND = 0.15

/**
 * Splits of prices as traded, oldest first. Adjusted prices are told by the factor, which changes by a split and by a
 * dividend and by nothing else; raw ones only by their jumps, and a jump may be something else. The other columns may go
 * on after the last of `time`.
 */
export function findSplits(raw: Pick<RawBars, 'time' | 'open' | 'close' | 'factor' | 'adjustment'>): Split[] {
  if (raw.adjustment === 'raw')
    return findSplitJumps(raw, raw.time.length).map(({ index }) => ({
      date: dateOf(raw.time[index]!),
      shares: null,
    }))
  const splits: Split[] = []
  for (let index = 1; index < raw.time.length; index++) {
    const change = raw.factor[index - 1]! / raw.factor[index]!
    if (Math.abs(Math.log(change)) <= LARGEST_DIVIDEND) continue
    const shares = nearestSplit(change)
    splits.push({ date: dateOf(raw.time[index]!), shares: shares === 1 ? null : shares })
  }
  return splits
}

export interface PriceJump {
  /** Of the bar that opened at the new price. */
  index: number
  /** Its open as a multiple of the close before. */
  change: number
}

/** Bars that opened as if after a split, of the first `count`; in adjusted prices there should be none. */
export function findSplitJumps(
  { open, close }: Pick<Bars, 'open' | 'close'>,
  count = open.length,
): PriceJump[] {
  const jumps: PriceJump[] = []
  for (let index = 1; index < count; index++) {
    const change = open[index]! / close[index - 1]!
    if (nearestSplit(change) !== 1) jumps.push({ index, change })
  }
  return jumps
}
