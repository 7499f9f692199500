/** Features brought to mean 0 and deviation 1, by what was measured on training rows alone. */
import type { Samples } from './samples.ts'

export interface Scaling {
  /** Of each feature. */
  mean: number[]
  /** Population standard deviation; 1 for a feature that does not move. */
  deviation: number[]
}

export function measureScaling({ values, rows, columns }: Samples): Scaling {
  const mean = new Array<number>(columns).fill(0)
  const deviation = new Array<number>(columns).fill(0)
  for (let column = 0; column < columns; column++) {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += values[row * columns + column]!
    const average = sum / rows
    let squares = 0
    for (let row = 0; row < rows; row++) squares += (values[row * columns + column]! - average) ** 2
    const spread = Math.sqrt(squares / rows)
    mean[column] = average
    deviation[column] = spread > Number.EPSILON * Math.abs(average) ? spread : 1
  }
  return { mean, deviation }
}

/** Into `out`, from the row of `values` that begins at `offset`. */
export function scaleRow(values: Float64Array, offset: number, scaling: Scaling, out: Float64Array): void {
  for (let column = 0; column < out.length; column++) {
    out[column] = (values[offset + column]! - scaling.mean[column]!) / scaling.deviation[column]!
  }
}

/** All rows, as lists of numbers. */
export function scaleRows({ values, rows, columns }: Samples, scaling: Scaling): number[][] {
  const out = new Float64Array(columns)
  return Array.from({ length: rows }, (_, row) => {
    scaleRow(values, row * columns, scaling, out)
    return Array.from(out)
  })
}
