/**
 * What a classifier is taught with: of every bar on which all features are there, the features, and whether the close
 * stood higher `horizon` bars later. The last `horizon` bars have no answer yet and are no samples.
 */
import type { Bars } from '../../market/series.ts'
import type { Feature } from './features.ts'

export interface Samples {
  /** Bar of the first sample; each later one is of the next bar. */
  from: number
  /** rows × features, row by row. */
  values: Float64Array
  /** 1 where the close rose, 0 where it fell or stayed. */
  rose: Uint8Array
  rows: number
  columns: number
}

/** Columns of features side by side, NaN where they are not there yet; rows × features, a row for each bar. */
export function computeFeatures(bars: Bars, features: readonly Feature[]): Float64Array {
  const width = features.length
  const values = new Float64Array(bars.close.length * width)
  features.forEach((feature, column) => {
    const source = feature.compute(bars)
    for (let bar = 0; bar < source.length; bar++) values[bar * width + column] = source[bar]!
  })
  return values
}

/** Where samples begin and how many there are, of so many bars: known without a single feature. */
export function countSamples(
  bars: number,
  features: readonly Feature[],
  horizonBars: number,
): Pick<Samples, 'from' | 'rows'> {
  const from = Math.max(0, ...features.map(({ warmUpBars }) => warmUpBars))
  return { from, rows: Math.max(0, bars - horizonBars - from) }
}

export function takeSamples(bars: Bars, features: readonly Feature[], horizonBars: number): Samples {
  const width = features.length
  const values = computeFeatures(bars, features)
  const { from, rows } = countSamples(bars.close.length, features, horizonBars)
  const rose = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) {
    const bar = from + row
    rose[row] = bars.close[bar + horizonBars]! > bars.close[bar]! ? 1 : 0
  }
  return { from, values: values.slice(from * width, (from + rows) * width), rose, rows, columns: width }
}

/** The rows `from` to before `to`. */
export function sliceSamples(samples: Samples, from: number, to: number): Samples {
  const { columns } = samples
  return {
    ...{ from: samples.from + from, rows: to - from, columns },
    values: samples.values.subarray(from * columns, to * columns),
    rose: samples.rose.subarray(from, to),
  }
}
