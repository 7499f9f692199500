/** The order in which a table shows trials. */
import type { Task } from '../task.ts'
import { isWithin, type ColumnRange } from '../found/column-range.ts'

export interface OrderInput {
  values: Float64Array
  descending: boolean
  /** Only rows that lie in all of these. */
  within: ColumnRange[]
}

export const orderTrials: Task<OrderInput, Uint32Array> = {
  name: 'orderTrials',
  /** Row numbers; equal ones keep their order, and those without a value come last either way. */
  run({ values, descending, within }) {
    const rows: number[] = []
    for (let row = 0; row < values.length; row++) if (isWithin(within, row)) rows.push(row)
    const sign = descending ? -1 : 1
    rows.sort((a, b) => {
      const [one, other] = [values[a]!, values[b]!]
      if (Number.isNaN(one) || Number.isNaN(other))
        return Number(Number.isNaN(one)) - Number(Number.isNaN(other)) || a - b
      return one === other ? a - b : sign * (one < other ? -1 : 1)
    })
    return Uint32Array.from(rows)
  },
}
