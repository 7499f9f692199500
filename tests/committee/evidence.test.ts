/** The evidence worked out again from the CSV files, by the plainest code there is and nothing of the product. */
import { beforeAll, describe, expect, it } from 'vitest'
import { isMeasured, type Decision } from '../../src/committee/decision.ts'
import { assess, createMarketOf, createSampleAssessment } from '../support/assessments.ts'
import { loadSampleRaw, readSampleRows, SAMPLE_TICKERS } from '../support/sample-bars.ts'

const AS_OF = '2012-06-29'

interface Bar {
  open: number
  high: number
  low: number
  close: number
  volume: number
}

function readBars(ticker: string): Bar[] {
  const rows = readSampleRows(ticker).filter((row) => row.date <= AS_OF)
  const last = rows.at(-1)!
  return rows.map((row) => {
    const scale = row.adjClose / row.close / (last.adjClose / last.close)
    return {
      ...{ open: row.open * scale, high: row.high * scale, low: row.low * scale, close: row.close * scale },
      volume: row.volume,
    }
  })
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const spread = (values: number[], freedom: number) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - freedom))

function average(values: number[], length: number, back = 0): number {
  return mean(values.slice(values.length - back - length, values.length - back))
}

/** Begun with the first value: after two thousand bars no trace of the beginning is left. */
function exponential(values: number[], length: number): number[] {
  const out: number[] = []
  for (const value of values)
    out.push(out.length === 0 ? value : out.at(-1)! + (2 / (length + 1)) * (value - out.at(-1)!))
  return out
}

function wilder(values: number[], length: number): number {
  let smoothed = mean(values.slice(0, length))
  for (const value of values.slice(length)) smoothed = (smoothed * (length - 1) + value) / length
  return smoothed
}

/** Every value as a plain formula over the bars. */
function recompute(bars: Bar[]): Record<string, number> {
  const close = bars.map((bar) => bar.close)
  const high = bars.map((bar) => bar.high)
  const low = bars.map((bar) => bar.low)
  const volume = bars.map((bar) => bar.volume)
  const last = close.at(-1)!
  const changes = close.slice(1).map((value, i) => value - close[i]!)
  const logs = close.slice(1).map((value, i) => Math.log(value / close[i]!))
  const out: Record<string, number> = { 'Bars in window': bars.length, 'Last close': last }
  const change = (length: number) => 100 * (last / close.at(-1 - length)! - 1)
  out['Change on the day'] = change(1)
  out['Change on the week'] = change(5)
  for (const length of [20, 50, 200]) {
    out[`SMA ${length}`] = average(close, length)
    out[`Distance to SMA ${length}`] = 100 * (last / average(close, length) - 1)
    out[`Slope of SMA ${length}`] = 100 * (average(close, length) / average(close, length, 21) - 1)
  }
  out['SMA 50 over SMA 200'] = 100 * (out['SMA 50']! / out['SMA 200']! - 1)
  out['EMA 21'] = exponential(close, 21).at(-1)!
  for (const length of [21, 63, 126, 252]) out[`ROC ${length}`] = change(length)
  const gain = wilder(
    changes.map((value) => Math.max(0, value)),
    14,
  )
  const loss = wilder(
    changes.map((value) => Math.max(0, -value)),
    14,
  )
  out['RSI 14'] = 100 - 100 / (1 + gain / loss)
  const fast = exponential(close, 12)
  const slow = exponential(close, 26)
  const line = fast.map((value, i) => value - slow[i]!)
  out['MACD line'] = line.at(-1)!
  out['MACD signal'] = exponential(line, 9).at(-1)!
  out['MACD histogram'] = out['MACD line'] - out['MACD signal']
  const rawK = (back: number) => {
    const end = bars.length - back
    const top = Math.max(...high.slice(end - 14, end))
    const bottom = Math.min(...low.slice(end - 14, end))
    return (100 * (close[end - 1]! - bottom)) / (top - bottom)
  }
  const smoothK = (back: number) => mean([rawK(back), rawK(back + 1), rawK(back + 2)])
  out['Stochastic %K'] = smoothK(0)
  out['Stochastic %D'] = mean([smoothK(0), smoothK(1), smoothK(2)])
  const month = close.slice(-20)
  out['Z-score 20'] = (last - mean(month)) / spread(month, 0)
  const ranges = bars.map((bar, i) =>
    i === 0
      ? bar.high - bar.low
      : Math.max(bar.high - bar.low, Math.abs(bar.high - close[i - 1]!), Math.abs(bar.low - close[i - 1]!)),
  )
  out['ATR 14'] = wilder(ranges, 14)
  out['ATR 14 of price'] = (100 * out['ATR 14']) / last
  const moves = bars.map((bar, i) => {
    const up = i === 0 ? 0 : bar.high - high[i - 1]!
    const down = i === 0 ? 0 : low[i - 1]! - bar.low
    return { up: up > 0 && up >= down ? up : 0, down: down > 0 && down >= up ? down : 0 }
  })
  const directional = (end: number) => {
    const range = wilder(ranges.slice(0, end), 14)
    const up =
      (100 *
        wilder(
          moves.slice(0, end).map((move) => move.up),
          14,
        )) /
      range
    const down =
      (100 *
        wilder(
          moves.slice(0, end).map((move) => move.down),
          14,
        )) /
      range
    return { up, down, index: up + down === 0 ? 0 : (100 * Math.abs(up - down)) / (up + down) }
  }
  out['+DI 14'] = directional(bars.length).up
  out['-DI 14'] = directional(bars.length).down
  // Six hundred steps of thirteen fourteenths leave 1e-19 of whatever stood before them.
  const recent = Array.from({ length: 600 }, (_, i) => directional(bars.length - 599 + i).index)
  out['ADX 14'] = wilder(recent, 14)
  const volatility = (length: number, back = 0) =>
    100 * Math.sqrt(252) * spread(logs.slice(logs.length - back - length, logs.length - back), 1)
  for (const length of [20, 63]) out[`Realised volatility ${length}`] = volatility(length)
  out['Annualised volatility'] = volatility(252)
  const year = Array.from({ length: 252 }, (_, back) => volatility(20, back))
  out['Volatility rank'] = (100 * year.filter((value) => value < year[0]!).length) / 251
  out['Bollinger upper'] = mean(month) + 2 * spread(month, 0)
  out['Bollinger lower'] = mean(month) - 2 * spread(month, 0)
  out['Bollinger position'] = (100 * (last - out['Bollinger lower'])) / (4 * spread(month, 0))
  out['Bollinger width'] = (400 * spread(month, 0)) / mean(month)
  out['52-week high'] = Math.max(...high.slice(-252))
  out['52-week low'] = Math.min(...low.slice(-252))
  out['Distance to 52-week high'] = 100 * (last / out['52-week high'] - 1)
  out['Distance to 52-week low'] = 100 * (last / out['52-week low'] - 1)
  out['Position in 52-week range'] =
    (100 * (last - out['52-week low'])) / (out['52-week high'] - out['52-week low'])
  const falls = close
    .slice(-253)
    .map((value, i, held) => 100 * (value / Math.max(...held.slice(0, i + 1)) - 1))
  out['Max drawdown'] = Math.min(...falls)
  out['Current drawdown'] = falls.at(-1)!
  const days = close.slice(-252).map((value, i) => 100 * (value / close[close.length - 253 + i]! - 1))
  out['Worst day'] = Math.min(...days)
  out['Best day'] = Math.max(...days)
  const sorted = [...days].sort((a, b) => a - b)
  const place = 0.05 * 251
  out['VaR 95'] = -(sorted[12]! + (place - 12) * (sorted[13]! - sorted[12]!))
  out['Volume of the month'] = average(volume, 20) / average(volume, 63)
  out['Volume ratio'] = volume.at(-1)! / average(volume, 20)
  const flow = volume.slice(-21).reduce((sum, value, i) => sum + Math.sign(changes.at(i - 21)!) * value, 0)
  out['OBV trend'] = (100 * flow) / volume.slice(-21).reduce((sum, value) => sum + value, 0)
  const swings = (values: number[], side: 1 | -1) =>
    values.filter(
      (value, i) =>
        i >= values.length - 252 &&
        i < values.length - 5 &&
        side * (value - last) > 0 &&
        values.slice(i - 5, i).every((other) => side * other < side * value) &&
        values.slice(i + 1, i + 6).every((other) => side * other <= side * value),
    )
  const supports = [...new Set(swings(low, -1))].sort((a, b) => b - a)
  const resistances = [...new Set(swings(high, 1))].sort((a, b) => a - b)
  if (supports.length > 0) out['Support'] = supports[0]!
  if (supports.length > 0) out['Distance to support'] = 100 * (supports[0]! / last - 1)
  if (supports.length > 1) out['Second support'] = supports[1]!
  if (resistances.length > 0) out['Resistance'] = resistances[0]!
  if (resistances.length > 0) out['Distance to resistance'] = 100 * (resistances[0]! / last - 1)
  if (resistances.length > 1) out['Second resistance'] = resistances[1]!
  return out
}

const MEASURED_BY = [
  'load_bars',
  'price',
  'averages',
  'momentum',
  'direction',
  'volatility',
  'range',
  'losses',
  'volume',
]

describe.each(SAMPLE_TICKERS)('the evidence on %s', (ticker) => {
  let decision: Decision
  beforeAll(async () => {
    decision = (await assess(createSampleAssessment(), { ticker, as_of: AS_OF })).decision
  })

  it('equals what plain formulas make of the CSV file, value by value', () => {
    const expected = recompute(readBars(ticker))
    const measured = decision.evidence.filter((item) => MEASURED_BY.includes(item.tool))
    expect(measured.map((item) => item.label).sort()).toEqual(Object.keys(expected).sort())
    expect(measured.length).toBeGreaterThanOrEqual(40)
    for (const { label, value } of measured.filter(isMeasured)) {
      const wanted = expected[label]!
      const error = Math.abs(value - wanted) / Math.max(1e-3, Math.abs(wanted))
      expect(error, `${label}: ${value} instead of ${wanted}`).toBeLessThan(1e-8)
    }
  })

  it('is numbered from one without a gap, dated and sourced', () => {
    const ids = decision.evidence.map((item) => item.id)
    expect(ids).toEqual(ids.map((_, index) => `E${index + 1}`))
    for (const item of decision.evidence) {
      expect(item.as_of).toBe(AS_OF)
      expect(item.source).not.toBe('')
      expect(item.unit).not.toBe('')
      expect(Number.isFinite(item.value)).toBe(true)
    }
  })
})

describe('one bar', () => {
  async function evidenceWith(change: (close: Float64Array) => void): Promise<Decision> {
    const raw = await loadSampleRaw('IBM')
    const close = raw.close.slice()
    change(close)
    const workflow = createSampleAssessment({ market: createMarketOf({ ...raw, close }) })
    return (await assess(workflow, { ticker: 'IBM', as_of: AS_OF })).decision
  }
  const values = (decision: Decision) => decision.evidence.map(({ label, value }) => ({ label, value }))
  const indexOf = (date: string) => readSampleRows('IBM').findIndex((row) => row.date === date)

  it('changes the evidence and the hash when it lies in the window', async () => {
    const before = await evidenceWith(() => undefined)
    const after = await evidenceWith((close) => {
      close[indexOf('2012-05-15')]! *= 1.001
    })
    expect(after.provenance.data_hash).not.toBe(before.provenance.data_hash)
    const changed = values(after).filter(
      ({ label, value }) => value !== before.evidence.find((item) => item.label === label)?.value,
    )
    expect(changed.length).toBeGreaterThan(15)
    expect(changed.map(({ label }) => label)).toContain('SMA 50')
  })

  it('changes nothing when it lies after the as-of date', async () => {
    const before = await evidenceWith(() => undefined)
    const after = await evidenceWith((close) => {
      close[indexOf('2012-07-02')]! *= 3
    })
    expect(after).toEqual(before)
  })
})
