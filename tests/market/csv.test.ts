import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { parseBarsCsv, parseBarsCsvInSlices } from '../../src/market/csv.ts'
import { dateOf } from '../../src/market/series.ts'

const LABEL = { ticker: 'ABC', vendor: 'csv' }
const parse = (text: string) => parseBarsCsv(text, LABEL)
const refusal = (text: string): string => {
  try {
    parse(text)
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return (error as InputError).message
  }
  throw new Error('was not refused')
}
const HEADER = 'Date,Open,High,Low,Close,Volume'
const bar = (date: string) => `${date},10,12,9,11,500`

describe('columns', () => {
  it('are found in any order and case, others passed over', () => {
    const bars = parse('VOLUME,note,adj close,Close,LOW,high,oPEN,date\n500,x,5.5,11,9,12,10,2012-06-29\n')
    expect(bars).toEqual({
      ...LABEL,
      adjustment: 'adjusted',
      time: Float64Array.of(Date.UTC(2012, 5, 29)),
      open: Float64Array.of(10),
      high: Float64Array.of(12),
      low: Float64Array.of(9),
      close: Float64Array.of(11),
      volume: Float64Array.of(500),
      factor: Float64Array.of(0.5),
    })
  })

  it.each(['Adj Close', 'adj_close', 'AdjClose', 'Adjusted Close', 'adjusted_close'])('know %s', (name) => {
    expect(parse(`${HEADER},${name}\n${bar('2012-06-29')},5.5`).factor[0]).toBe(0.5)
  })

  it('without an adjusted close are raw, with factor 1', () => {
    const bars = parse(`${HEADER}\n${bar('2012-06-29')}`)
    expect([bars.adjustment, bars.factor[0]]).toEqual(['raw', 1])
  })

  it('may have the date and the time of day apart', () => {
    const bars = parse('<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\n20120629,093000,10,12,9,11,500')
    expect(bars.time[0]).toBe(Date.UTC(2012, 5, 29, 9, 30))
  })

  it('may call the date Time or Timestamp', () => {
    expect(parse('time,open,high,low,close,volume\n1340928000,10,12,9,11,500').time[0]).toBe(
      Date.UTC(2012, 5, 29),
    )
    expect(parse('timestamp,o,h,l,c,v\n2012-06-29,10,12,9,11,500').time[0]).toBe(Date.UTC(2012, 5, 29))
  })

  it('that are missing are named, with the header received', () => {
    expect(refusal('Date,Open,Close\n')).toBe(
      'ABC: line 1: no column for high, low, volume; the header is "Date,Open,Close"',
    )
  })

  it('that are there twice are refused', () => {
    expect(refusal('Date,Open,High,Low,Close,close,Volume\n')).toContain('two columns are named "close"')
  })

  it('are needed: an empty file is refused', () => {
    expect(refusal('')).toContain('empty')
    expect(refusal('\n\n')).toContain('empty')
  })
})

describe('separators and signs', () => {
  it.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('may be %s', (_name, separator) => {
    const text = `${HEADER}\n${bar('2012-06-29')}`.replaceAll(',', separator)
    expect(parse(text).close[0]).toBe(11)
  })

  it('may follow a byte order mark, end lines with CR LF, and leave lines blank', () => {
    expect(
      parse(`\uFEFF${HEADER}\r\n\r\n${bar('2012-06-28')}\r\n${bar('2012-06-29')}\r\n\r\n`).close.length,
    ).toBe(2)
  })

  it('may quote cells, with separators and quotes inside', () => {
    const text = `"Date","Open","High","Low","Close","Volume","the ""name"""\n"Jun 29, 2012","10","12","9","1,011.5","1,500,000","a, b"`
    expect(refusal(text)).toBe('ABC: line 2: high 12 is below 1011.5')
    expect(parse(text.replace('"12"', '"1,012"')).volume[0]).toBe(1_500_000)
  })

  it('that quote without an end are refused by line', () => {
    expect(refusal(`${HEADER}\n${bar('2012-06-28')}\n"${bar('2012-06-29')}`)).toContain(
      'line 3: a quotation mark',
    )
  })

  it('may write a decimal comma where something else separates', () => {
    const bars = parse(`${HEADER.replaceAll(',', ';')}\n29.06.2012;10,5;1.012,25;9,75;11;1500`)
    expect([bars.open[0], bars.high[0], bars.low[0], bars.close[0]]).toEqual([10.5, 1_012.25, 9.75, 11])
  })

  it('may group digits with commas between tabs', () => {
    const bars = parse(`${HEADER.replaceAll(',', '\t')}\n2012-06-29\t10.5\t1,012.25\t9.75\t11\t1,500,000`)
    expect([bars.open[0], bars.high[0], bars.volume[0]]).toEqual([10.5, 1_012.25, 1_500_000])
  })

  it('keep one decimal mark through a file: what contradicts it is no number', () => {
    const tabbed = (cells: string) => `${HEADER.replaceAll(',', '\t')}\n${cells.replaceAll(' ', '\t')}`
    // A point was seen first, so the comma groups; a comma was seen first, so the point groups.
    expect(parse(tabbed('2012-06-29 10.5 12 9 11 38,478')).volume[0]).toBe(38_478)
    expect(parse(tabbed('2012-06-29 10,5 12 9 11 38.478')).volume[0]).toBe(38_478)
    expect(refusal(tabbed('2012-06-29 10.5 12,5 9 11 500'))).toContain('high is "12,5", not a number')
    expect(refusal(tabbed('2012-06-29 10,5 12.5 9 11 500'))).toContain('high is "12.5", not a number')
  })

  it('may carry a currency sign', () => {
    expect(parse(`${HEADER}\n2012-06-29,$10,$12,$9,$11.25,500`).close[0]).toBe(11.25)
  })
})

describe('dates', () => {
  const day = Date.UTC(2012, 5, 29)
  it.each([
    '2012-06-29',
    '2012-6-29',
    '2012/06/29',
    '2012.06.29',
    '20120629',
    '06/29/2012',
    '6/29/12',
    '29/06/2012',
    '29-06-2012',
    '29.06.2012',
    '29-Jun-2012',
    '29-Jun-12',
    '29 June 2012',
    'Jun 29 2012',
    '2012-06-29 00:00:00',
    '2012-06-29T00:00:00Z',
    '2012-06-29 00:00:00-04:00',
    '1340928000',
    '1340928000000',
  ])('are read as %s', (text) => {
    expect(parse(`${HEADER}\n${bar(text)}`).time[0]).toBe(day)
  })

  it.each([
    ['2012-06-29 09:30', Date.UTC(2012, 5, 29, 9, 30)],
    ['2012-06-29T09:30:15', Date.UTC(2012, 5, 29, 9, 30, 15)],
    ['2012-06-29T09:30:15.000Z', Date.UTC(2012, 5, 29, 9, 30, 15)],
    ['2012-06-29 09:30:00-04:00', Date.UTC(2012, 5, 29, 13, 30)],
    ['2012-06-29 09:30:00+0530', Date.UTC(2012, 5, 29, 4, 0)],
    ['06/29/2012 4:05 PM', Date.UTC(2012, 5, 29, 16, 5)],
    ['06/29/2012 12:05 AM', Date.UTC(2012, 5, 29, 0, 5)],
    ['20120629 093000', Date.UTC(2012, 5, 29, 9, 30)],
  ])('with a time of day are read as %s', (text, ms) => {
    expect(parse(`${HEADER}\n${bar(text)}`).time[0]).toBe(ms)
  })

  it.each([
    '2012-02-30',
    '2012-13-01',
    '31.04.2012',
    '2012-06-29 25:00',
    '13:00 PM',
    'yesterday',
    '',
    '29-Jux-2012',
  ])('that do not exist, like %j, are refused by line', (text) => {
    expect(refusal(`${HEADER}\n${bar(text)}`)).toContain(`line 2: date is ${JSON.stringify(text)}`)
  })

  it('put the month or the day first as the file shows', () => {
    const first = (...dates: string[]) => dateOf(parse(`${HEADER}\n${dates.map(bar).join('\n')}`).time[0]!)
    expect(first('05/06/2012', '06/13/2012')).toBe('2012-05-06')
    expect(first('05/06/2012', '13/06/2012')).toBe('2012-06-05')
    // In the other reading the last of each would come before the first.
    expect(first('01/02/2013', '01/03/2013', '02/01/2013')).toBe('2013-01-02')
    expect(first('02/01/2013', '03/01/2013', '01/02/2013')).toBe('2013-01-02')
    expect(first('06/06/2012')).toBe('2012-06-06')
  })

  it('that may be read in two ways are refused', () => {
    expect(refusal(`${HEADER}\n${bar('01/02/2012')}\n${bar('01/03/2012')}`)).toContain(
      '"01/02/2012" may be month/day',
    )
  })

  it('of daily bars keep their day whatever the offset, of intraday bars become UTC', () => {
    const daily = parse(`${HEADER}\n${bar('2012-03-09 00:00:00-05:00')}\n${bar('2012-03-12 00:00:00-04:00')}`)
    expect(Array.from(daily.time, dateOf)).toEqual(['2012-03-09', '2012-03-12'])
    const intraday = parse(
      `${HEADER}\n${bar('2012-03-09 00:00:00-05:00')}\n${bar('2012-03-09 01:00:00-05:00')}`,
    )
    expect(Array.from(intraday.time)).toEqual([Date.UTC(2012, 2, 9, 5), Date.UTC(2012, 2, 9, 6)])
  })

  it('come out oldest first whatever the order of the file', () => {
    const bars = parse(`${HEADER}\n${bar('2012-06-29')}\n${bar('2012-06-27')}\n${bar('2012-06-28')}`)
    expect(Array.from(bars.time, dateOf)).toEqual(['2012-06-27', '2012-06-28', '2012-06-29'])
  })

  it('that come twice are refused, with both lines', () => {
    expect(refusal(`${HEADER}\n${bar('2012-06-29')}\n${bar('2012-06-28')}\n${bar('2012-06-29')}`)).toBe(
      'ABC: line 4: 2012-06-29 is on line 2 already',
    )
  })
})

describe('a bad row', () => {
  it.each([
    ['2012-06-29,x,12,9,11,500', 'open is "x", not a number'],
    ['2012-06-29,10,null,9,11,500', 'high is "null", not a number'],
    ['2012-06-29,10,12,,11,500', 'low is "", not a number'],
    ['2012-06-29,10,12,9,1.1.1,500', 'close is "1.1.1", not a number'],
    ['2012-06-29,10,12,9,Infinity,500', 'close is "Infinity", not a number'],
    ['2012-06-29,10,12,9,0x10,500', 'close is "0x10", not a number'],
    ['2012-06-29,10,12,9,0,500', 'close is "0", not above 0'],
    ['2012-06-29,10,12,-9,11,500', 'low is "-9", not above 0'],
    ['2012-06-29,10,12,9,11,', 'volume is "", not a number'],
    ['2012-06-29,10,12,9,11,-5', 'volume is "-5", below 0'],
    ['2012-06-29,10,10.5,9,11,500', 'high 10.5 is below 11'],
    ['2012-06-29,10,12,10.5,11,500', 'low 10.5 is above 10'],
    ['2012-06-29,10,8,9,11,500', 'high 8 is below 11'],
    ['2012-06-29,10,12,9', '4 cells where the header has at least 6'],
  ])('%s: %s', (row, reason) => {
    expect(refusal(`${HEADER}\n${bar('2012-06-28')}\n\n${row}`)).toBe(`ABC: line 4: ${reason}`)
  })

  it('is named with others, a few by line and the rest by count', () => {
    const rows = Array.from({ length: 5 }, (_, i) => `2012-06-0${i + 1},x,12,9,11,500`).join('\n')
    expect(refusal(`${HEADER}\n${rows}`)).toMatch(/line 2: .*; line 3: .*; line 4: .*; and 2 more bad rows$/)
  })

  it('shows control characters instead of sending them on', () => {
    expect(refusal(`${HEADER}\n2012-06-29,\u001b[31m,12,9,11,500`)).not.toContain('\u001b')
  })
})

describe('a whole file', () => {
  const price = fc.double({ min: 0.01, max: 1e6, noNaN: true })
  const rows = fc.uniqueArray(
    fc.record({
      day: fc.integer({ min: 0, max: 20_000 }),
      prices: fc.tuple(price, price, price, price),
      volume: fc.nat(),
    }),
    { selector: (row) => row.day, minLength: 1, maxLength: 40 },
  )

  it('gives back every figure written, in whatever order of rows and columns', () => {
    const names = ['date', 'open', 'high', 'low', 'close', 'volume'] as const
    const order = fc.shuffledSubarray([...names], { minLength: names.length })
    fc.assert(
      fc.property(rows, order, fc.constantFrom(';', ',', '\t'), (written, columns, separator) => {
        const records = written.map(({ day, prices: [a, b, c, d], volume }) => ({
          date: dateOf(day * 86_400_000),
          open: a,
          high: Math.max(a, b, c, d),
          low: Math.min(a, b, c, d),
          close: b,
          volume,
        }))
        const lines = records.map((record) => columns.map((name) => String(record[name])).join(separator))
        const bars = parse([columns.join(separator), ...lines].join('\n'))
        const sorted = records.toSorted((a, b) => (a.date < b.date ? -1 : 1))
        expect(Array.from(bars.time, dateOf)).toEqual(sorted.map((record) => record.date))
        for (const name of ['open', 'high', 'low', 'close', 'volume'] as const) {
          expect(Array.from(bars[name])).toEqual(sorted.map((record) => record[name]))
        }
      }),
    )
  })

  it('gives the same in slices, lets other work in between, and stops for its signal', async () => {
    const start = Date.UTC(1990, 0, 1)
    const lines = Array.from({ length: 12_000 }, (_, i) => bar(dateOf(start + i * 86_400_000)))
    const text = `${HEADER}\n${lines.join('\n')}`
    let turns = 0
    const count = () => {
      turns += 1
      if (turns < 100) setImmediate(count)
    }
    setImmediate(count)
    expect(await parseBarsCsvInSlices(text, LABEL)).toEqual(parse(text))
    expect(turns).toBeGreaterThanOrEqual(2)
    const controller = new AbortController()
    const parsing = parseBarsCsvInSlices(text, LABEL, controller.signal)
    controller.abort(new Error('no longer wanted'))
    await expect(parsing).rejects.toThrow('no longer wanted')
  })
})
