import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import {
  createBatchId,
  createRunId,
  isBatchId,
  isRunId,
  isTicker,
  parseRunId,
  parseTicker,
  parseTickers,
} from '../../src/core/ids.ts'

describe('tickers', () => {
  test.each(['A', 'BRK.B', '^GSPC', 'EURUSD=X', '7203.T', 'BF-B', 'ABCDEFGHIJKLMNO'])(
    '%s is one',
    (ticker) => {
      expect(parseTicker(ticker)).toBe(ticker)
    },
  )

  test.each([
    '',
    ' ',
    '../ETC',
    'AAPL;RM',
    '.A',
    '-A',
    '=A',
    'ABCDEFGHIJKLMNOP',
    'A/B',
    'A\\B',
    'A\0',
    'ÄÖ',
    'A B',
  ])('%j is none, and the message names the value', (text) => {
    expect(() => parseTicker(text, 'company_symbols')).toThrow(InputError)
    expect(() => parseTicker(text, 'company_symbols')).toThrow(/^company_symbols "/)
  })

  test('are mended: trimmed, upper-cased, duplicates and empty places dropped, the order kept', () => {
    expect(parseTickers(' msft, AAPL,,aapl ,ibm')).toEqual(['MSFT', 'AAPL', 'IBM'])
    expect(() => parseTickers(' , ')).toThrow(/names no ticker/)
  })

  test('that pass can stand in a path: no separator, no step up', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (isTicker(text)) expect(text).not.toMatch(/[/\\\0]|^\./)
      }),
    )
  })
})

describe('run ids', () => {
  const ms = Date.parse('2026-11-20T10:00:03.999Z')

  test('say ticker and second, in UTC, and are read back', () => {
    const id = createRunId('^GSPC', ms)
    expect(id).toMatch(/^\^GSPC--2026-11-20_10\.00\.03--[0-9a-f]{6}$/)
    expect(parseRunId(id)).toEqual({ ticker: '^GSPC', stamp: '2026-11-20_10.00.03', suffix: id.slice(-6) })
    expect(isBatchId(createBatchId(ms))).toBe(true)
  })

  test.each([
    '',
    'AAPL',
    '../AAPL--2026-11-20_10.00.03--a1b2c3',
    'AAPL--2026-11-20_10.00.03--A1B2C3',
    'AAPL--2026-11-20_10.00.03--a1b2c3\n',
    'AAPL--2026-11-20_10.00.03--a1b2c3/..',
  ])('%j is none', (text) => {
    expect(isRunId(text)).toBe(false)
    expect(() => parseRunId(text)).toThrow(InputError)
  })
})
