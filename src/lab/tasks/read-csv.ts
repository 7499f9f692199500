/** A price file from its bytes to columns, off the main thread: a million rows take a second. */
import { decodeCsv } from '../../market/csv-text.ts'
import { readBarsCsv } from '../../market/csv.ts'
import type { CsvReport } from '../../market/csv-report.ts'
import { areDaily, BAR_COLUMNS } from '../../market/series.ts'
import type { Task } from '../task.ts'

export interface ReadCsvInput {
  /** Shared, so that it is not copied. */
  bytes: Uint8Array
  ticker: string
}

export interface ReadCsvOutput extends CsvReport {
  /** `BAR_COLUMNS` and then the adjustment factor, one column after the other, in memory that threads share. */
  columns: Float64Array
  rows: number
  /** Whether every bar stands for a whole day, UTC. */
  isDaily: boolean
  /** The middle one of the steps between bars, in milliseconds; null for a single bar. */
  stepMs: number | null
  adjustment: 'raw' | 'adjusted'
}

/** Throws `InputError` that names bad rows by line and reason. */
export const readCsv: Task<ReadCsvInput, ReadCsvOutput> = {
  name: 'readCsv',
  run({ bytes, ticker }) {
    const { bars, ...report } = readBarsCsv(decodeCsv(bytes), { ticker, vendor: 'import' })
    const rows = bars.time.length
    const memory = new SharedArrayBuffer(rows * (BAR_COLUMNS.length + 1) * Float64Array.BYTES_PER_ELEMENT)
    const columns = new Float64Array(memory)
    for (const [at, name] of BAR_COLUMNS.entries()) columns.set(bars[name], at * rows)
    columns.set(bars.factor, BAR_COLUMNS.length * rows)
    const isDaily = areDaily(bars.time)
    return { columns, rows, isDaily, stepMs: middleStep(bars.time), adjustment: bars.adjustment, ...report }
  },
}

function middleStep(time: Float64Array): number | null {
  if (time.length < 2) return null
  const steps = new Float64Array(time.length - 1)
  for (let i = 1; i < time.length; i++) steps[i - 1] = time[i]! - time[i - 1]!
  return steps.sort()[steps.length >> 1]!
}
