/** The bundled bars, as the tests use them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { adjustTo } from '../../src/market/adjust.ts'
import type { BarSeries } from '../../src/market/series.ts'
import { createSampleVendor } from '../../src/market/vendors/sample.ts'
import type { RawBars } from '../../src/market/vendor.ts'

export const SAMPLE_TICKERS = ['AAPL', 'GOOG', 'IBM', 'MSFT'] as const
export const SAMPLE_LAST = '2013-03-01'

const vendor = createSampleVendor()

export function loadSampleRaw(ticker: string): Promise<RawBars> {
  return vendor.bars(ticker, SAMPLE_LAST)
}

export async function loadSample(ticker: string, asOf = SAMPLE_LAST): Promise<BarSeries> {
  return adjustTo(await loadSampleRaw(ticker), asOf)
}

export interface SampleRow {
  date: string
  open: number
  high: number
  low: number
  close: number
  volume: number
  adjClose: number
}

/** The rows of the file itself, read without any code of the product. */
export function readSampleRows(ticker: string): SampleRow[] {
  const path = join(import.meta.dirname, '..', '..', 'data', 'sample', `${ticker}.csv`)
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  if (header !== 'Date,Open,High,Low,Close,Volume,Adj Close')
    throw new Error(`${ticker}.csv has header ${header}`)
  return lines.map((line) => {
    const [date, open, high, low, close, volume, adjClose] = line.split(',')
    return {
      date: date!,
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      volume: Number(volume),
      adjClose: Number(adjClose),
    }
  })
}
