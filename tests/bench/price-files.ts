/** How long a price file of a million rows takes, from its bytes to columns, in each of the ways in which it is exported. */
import { decodeCsv } from '../../src/market/csv-text.ts'
import { readBarsCsv } from '../../src/market/csv.ts'
import type { BenchContext } from './context.ts'
import { median, type Measurement, type Outcome } from './harness.ts'

const ROWS = 1_000_000
const ROUNDS = 3
const GOAL_MS = 2_000
const MINUTE_MS = 60_000

interface Export {
  source: string
  header: string
  row(time: string, prices: string[], volume: number): string
}

const EXPORTS: Export[] = [
  {
    source: 'Yahoo',
    header: 'Date,Open,High,Low,Close,Adj Close,Volume',
    row: (time, [open, high, low, close], volume) =>
      `${time.slice(0, 19).replace('T', ' ')},${open},${high},${low},${close},${close},${volume}`,
  },
  {
    source: 'Stooq',
    header: '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>',
    row: (time, prices, volume) =>
      `AAPL.US,5,${time.slice(0, 10).replaceAll('-', '')},${time.slice(11, 19).replaceAll(':', '')},${prices.join(',')},${volume},0`,
  },
  {
    source: 'TradingView',
    header: 'time,open,high,low,close,Volume',
    row: (time, prices, volume) => `${time.slice(0, 19)}-05:00,${prices.join(',')},${volume}`,
  },
  {
    source: 'MetaTrader',
    header: '<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>',
    row: (time, prices, volume) =>
      `${time.slice(0, 10).replaceAll('-', '.')}\t${time.slice(11, 19)}\t${prices.join('\t')}\t${volume}\t0\t3`,
  },
]

export const priceFiles: Measurement<BenchContext> = {
  name: 'price-files',
  async run(): Promise<Outcome> {
    const took = EXPORTS.map((one) => ({ source: one.source, ms: timeReading(write(one)) }))
    const slowest = took.reduce((a, b) => (a.ms > b.ms ? a : b))
    return {
      readings: [
        {
          what: `price file of ${ROWS} rows, the slowest export`,
          value: slowest.ms,
          goal: GOAL_MS,
          unit: 'ms',
          basis: took.map(({ source, ms }) => `${source} ${ms.toFixed(0)} ms`).join(', '),
        },
      ],
      block: null,
    }
  },
}

function write({ header, row }: Export): Buffer {
  const lines = [header]
  const startMs = Date.UTC(2020, 0, 1)
  let price = 100
  for (let i = 0; i < ROWS; i++) {
    price *= 1 + Math.sin(i * 1.7) * 0.001
    const prices = [price, price * 1.002, price * 0.998, price * 1.0005].map((one) => one.toFixed(2))
    lines.push(row(new Date(startMs + i * MINUTE_MS).toISOString(), prices, 1_000 + (i % 777)))
  }
  return Buffer.from(lines.join('\r\n'))
}

function timeReading(bytes: Buffer): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const startedMs = performance.now()
    const { bars } = readBarsCsv(decodeCsv(bytes), { ticker: 'ABC', vendor: 'import' })
    if (bars.time.length !== ROWS) throw new Error(`${bars.time.length} bars of ${ROWS} rows`)
    return performance.now() - startedMs
  })
  return median(times)
}
