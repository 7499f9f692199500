/** Price files as people's sources export them, read for an import: what is mended is said, what cannot be is refused. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { createNumberReader } from '../../src/market/csv-cells.ts'
import { parseWrittenTime } from '../../src/market/csv-dates.ts'
import { readPlainNumber } from '../../src/market/csv-number.ts'
import { decodeCsv } from '../../src/market/csv-text.ts'
import { createPlainTimeReader } from '../../src/market/csv-time.ts'
import { readBarsCsv } from '../../src/market/csv.ts'

const LABEL = { ticker: 'ABC', vendor: 'import' }
const read = (...lines: string[]) => readBarsCsv(lines.join('\r\n'), LABEL)
const refusal = (...lines: string[]): string => {
  try {
    read(...lines)
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return (error as InputError).message
  }
  throw new Error('was not refused')
}
const when = (...parts: [number, number, number, number?, number?]) =>
  Date.UTC(parts[0], parts[1] - 1, ...(parts.slice(2) as [number]))
const YAHOO = 'Date,Open,High,Low,Close,Adj Close,Volume'

describe('an export', () => {
  it('of Yahoo has adjusted closes', () => {
    const { bars, repaired } = read(YAHOO, '2012-06-28,10,12,9,11,5.5,500', '2012-06-29,11,13,10,12,6,600')
    expect([bars.adjustment, [...bars.factor], [...bars.volume], repaired]).toEqual([
      'adjusted',
      [0.5, 0.5],
      [500, 600],
      0,
    ])
  })

  it('of Stooq is daily, or intraday with ticker, period, date and time apart', () => {
    expect(read('Date,Open,High,Low,Close,Volume', '2012-06-29,10,12,9,11,500').bars.time[0]).toBe(
      when(2012, 6, 29),
    )
    const { bars } = read(
      '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>',
      'AAPL.US,5,20120629,153500,10,12,9,11,500,0',
      'AAPL.US,5,20120629,154000,11,12,9,11,600,0',
    )
    expect([...bars.time]).toEqual([when(2012, 6, 29, 15, 35), when(2012, 6, 29, 15, 40)])
  })

  it('of Stooq for an index has no volume, which is then 0 and said', () => {
    const { bars, repairs } = read('Date,Open,High,Low,Close', '2012-06-29,10,12,9,11')
    expect(bars.volume[0]).toBe(0)
    expect(repairs).toEqual([{ line: 1, reason: 'no column for volume: it is 0 throughout' }])
  })

  it.each([
    ['seconds since 1970', '1340976600', '1340976660'],
    ['UTC', '2012-06-29T13:30:00Z', '2012-06-29T13:31:00Z'],
    ['a time of the exchange', '2012-06-29T09:30:00-04:00', '2012-06-29T09:31:00-04:00'],
  ])('of TradingView has %s, and columns of studies that are passed over', (_name, one, other) => {
    const { bars } = read(
      'time,open,high,low,close,Volume,Volume MA,Plot',
      `${one},10,12,9,11,500,450.5,NaN`,
      `${other},10,12,9,11,500,,`,
    )
    expect([...bars.time]).toEqual([when(2012, 6, 29, 13, 30), when(2012, 6, 29, 13, 31)])
  })

  const METATRADER_5 = '<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>'
  it('of MetaTrader 5 has the volume that was traded, or else that of ticks, which is said', () => {
    const row = (vol: number) => `2012.06.29\t09:30:00\t10\t12\t9\t11\t77\t${vol}\t3`
    expect(read(METATRADER_5, row(500)).bars.volume[0]).toBe(500)
    const { bars, repairs } = read(METATRADER_5, row(0))
    expect(bars.volume[0]).toBe(77)
    expect(repairs[0]!.reason).toContain('ticks')
  })

  it('of MetaTrader 5 in UTF-16 is read by its byte order mark', () => {
    const text = `\uFEFF${METATRADER_5}\r\n2012.06.29\t09:30:00\t10\t12\t9\t11\t77\t0\t3\r\n`
    const bars = (bytes: Buffer) => readBarsCsv(decodeCsv(bytes), LABEL).bars
    expect(bars(Buffer.from(text, 'utf16le')).close[0]).toBe(11)
    expect(bars(Buffer.from(text, 'utf16le').swap16()).close[0]).toBe(11)
    expect(bars(Buffer.from(text)).close[0]).toBe(11)
    expect(() => decodeCsv(Buffer.from('a\0b'))).toThrow(/zero byte/)
  })

  it('of MetaTrader 4 has no header, which is said', () => {
    const { bars, repairs } = read('2012.06.29,09:30,10,12,9,11,77', '2012.06.29,09:31,10,12,9,11,78')
    expect([...bars.volume]).toEqual([77, 78])
    expect(repairs).toEqual([
      { line: 1, reason: 'no header: read as date, time, open, high, low, close, volume' },
    ])
  })
})

describe('mended and said by line', () => {
  it('a day without any price', () => {
    const { bars, repairs } = read(
      YAHOO,
      '2012-06-28,10,12,9,11,5.5,500',
      '2012-06-29,null,null,null,null,null,null',
      '2012-07-02,,,,,,',
    )
    expect(bars.time).toHaveLength(1)
    expect(repairs).toEqual([
      { line: 3, reason: 'no prices on 2012-06-29: the row is left out' },
      { line: 4, reason: 'no prices on 2012-07-02: the row is left out' },
    ])
  })

  it('a row that stands there twice', () => {
    const { bars, repairs } = read(
      YAHOO,
      '2012-06-28,10,12,9,11,5.5,500',
      '2012-06-29,11,12,9,11,5.5,500',
      '2012-06-28,10,12,9,11,5.5,500',
    )
    expect(bars.time).toHaveLength(2)
    expect(repairs).toEqual([{ line: 4, reason: 'the same as line 2: the row is left out' }])
  })

  it('of very many, the first ones, and how many there are', () => {
    const rows = Array.from(
      { length: 1_000 },
      (_, i) => `${new Date(i * 86_400_000).toISOString().slice(0, 10)},,,,,,`,
    )
    const { repairs, repaired } = read(YAHOO, ...rows, '2012-06-28,10,12,9,11,5.5,500')
    expect([repairs.length, repaired]).toEqual([200, 1_000])
  })
})

describe('noticed and left as it is', () => {
  it('a hole of more than a week in a daily file', () => {
    const { bars, notes } = read(
      YAHOO,
      '2012-06-27,10,12,9,11,5.5,500',
      '2012-06-28,10,12,9,11,5.5,500',
      '2012-06-29,10,12,9,11,5.5,500',
      '2012-07-13,10,12,9,11,5.5,500',
      '2012-07-16,10,12,9,11,5.5,500',
    )
    expect(bars.time).toHaveLength(5)
    expect(notes).toEqual([{ line: 5, reason: 'no bars between 2012-06-29 and 2012-07-13: 13 days' }])
  })

  it('no hole between the bars of a weekly file', () => {
    const rows = [0, 7, 14, 28, 35].map(
      (day) => `${new Date(day * 86_400_000).toISOString().slice(0, 10)},10,12,9,11,5.5,500`,
    )
    expect(read(YAHOO, ...rows).notes).toEqual([])
  })
})

describe('a sign that may part thousands or decimals', () => {
  const rows = (...figures: string[]) => figures.map((row, i) => `2012-06-2${i + 1}\t${row}\t500`)
  const HEADER = 'Date\tOpen\tHigh\tLow\tClose\tVolume'

  it('is read as the first figure says that tells, wherever it stands', () => {
    const thousands = read(HEADER, ...rows('1,010\t1,020\t1,001\t1,002', '998.5\t999\t990\t995'))
    expect([...thousands.bars.open]).toEqual([1_010, 998.5])
    const decimals = read(HEADER, ...rows('7.010\t7.020\t7.001\t7.002', '998,5\t999\t990\t995'))
    expect([...decimals.bars.open]).toEqual([7_010, 998.5])
  })

  it('is refused by line where it is a comma and no figure tells', () => {
    expect(refusal(HEADER, ...rows('1,010\t1,020\t1,001\t1,002', '998\t999\t990\t995'))).toContain(
      'line 2: "1,010" may have thousands or decimals behind its comma',
    )
  })

  it('is a decimal point where it is one and no figure says otherwise, which is said', () => {
    const { bars, repairs } = read(HEADER, ...rows('110.123\t110.456\t110.001\t110.200'))
    expect([bars.open[0], repairs[0]!.line]).toEqual([110.123, 2])
  })
})

describe('bars a day apart with a time of day', () => {
  const stamped = (clock: string) =>
    [0, 1, 2, 3, 4, 7, 8, 9, 10, 11].map(
      (day) => `${new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)}T${clock},10,12,9,11,5`,
    )

  it('are days: those they begin on, or the next where that keeps them off the weekend', () => {
    const header = 'time,open,high,low,close,Volume'
    const newYork = read(header, ...stamped('14:30:00Z'))
    expect([newYork.bars.time[0], newYork.repairs[0]!.reason]).toEqual([
      Date.UTC(2024, 0, 1),
      expect.stringContaining('the day they begin on'),
    ])
    const hongKong = read(
      header,
      ...stamped('16:00:00Z').map((row) => {
        const day = new Date(Date.parse(row.slice(0, 10)) - 86_400_000).toISOString().slice(0, 10)
        return day + row.slice(10)
      }),
    )
    expect([...hongKong.bars.time]).toEqual([...newYork.bars.time])
  })
})

describe('refused by line', () => {
  const good = '2012-06-28,10,12,9,11,5.5,500'
  it.each([
    ['2012-06-28,10,12,9,11.5,5.5,500', 'line 3: 2012-06-28 is on line 2 already, with other figures'],
    ['2012-06-29,0,12,0,11,5.5,500', 'line 3: open is "0", not above 0'],
    ['2012-06-29,10,12,-9,11,5.5,500', 'line 3: low is "-9", not above 0'],
    ['2012-06-29,10,8,9,11,5.5,500', 'line 3: high 8 is below 11'],
    ['2012-06-29,10,NaN,9,11,5.5,500', 'line 3: high is "NaN", not a number'],
    [
      '2012-06-29;10;12;9;11;5.5;500',
      'line 3: 1 cell where the header has at least 7: this row is parted by ";"',
    ],
    [
      '2012-06-29,10,50,12,90,9,11,5.5,500',
      'line 3: 9 cells where the header has 7: figures with a decimal comma',
    ],
    ['2012-06-29,10,12', 'line 3: 3 cells where the header has at least 7'],
    ['29/29/2012,10,12,9,11,5.5,500', 'line 3: date is "29/29/2012"'],
  ])('%s: %s', (row, reason) => {
    expect(refusal(YAHOO, good, row)).toContain(`ABC: ${reason}`)
  })

  it('a line that no price file has', () => {
    expect(refusal(','.repeat(10_000_000))).toContain('line 1 is longer than 65536 characters')
    expect(refusal(YAHOO, good, `"${'x'.repeat(70_000)}"`)).toContain('line 3: longer than 65536 characters')
  })

  it('a second ticker in one file', () => {
    const header = '<TICKER>,<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>'
    expect(refusal(header, 'AAPL.US,20120629,10,12,9,11,5', 'IBM.US,20120629,10,12,9,11,5')).toContain(
      'one file holds one ticker',
    )
  })
})

describe('the quick way of reading', () => {
  const slow = createNumberReader('.')
  it('reads a number exactly as the thorough way does, or leaves it alone', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, min: 0, max: 1e15 }).map(String),
      fc.stringMatching(/^\d{1,12}\.\d{0,8}$/),
      fc.stringMatching(/^[\d.,eE+-]{0,8}$/),
    )
    fc.assert(
      fc.property(number, (text) => {
        const quick = readPlainNumber(text, 0, text.length, 46)
        if (!Number.isNaN(quick)) expect(quick).toBe(slow.read(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('reads a date exactly as the thorough way does, or leaves it alone', () => {
    const quick = createPlainTimeReader()
    const two = (most: number) =>
      fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(2, '0'))
    const clock = fc.oneof(
      fc.constant(''),
      fc
        .tuple(fc.constantFrom(' ', 'T'), two(25), fc.constantFrom(':', ''), two(61), two(61))
        .map(([gap, hour, mark, minute, second]) => `${gap}${hour}${mark}${minute}${mark}${second}`),
    )
    const written = fc
      .tuple(
        fc.integer({ min: 1_900, max: 2_100 }),
        fc.constantFrom('-', '.', '/', ''),
        two(13),
        two(32),
        clock,
      )
      .map(([year, mark, month, day, time]) => `${year}${mark}${month}${mark}${day}${time}`)
    fc.assert(
      fc.property(written, (text) => {
        const ms = quick(text, 0, text.length)
        expect(Number.isNaN(ms) ? undefined : ms).toBe(parseWrittenTime(text, 'month-first')?.localMs)
      }),
      { numRuns: 2_000 },
    )
  })
})
