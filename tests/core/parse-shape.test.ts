/** Refusals name the field, what was received and what is allowed, in our own words for every kind of fault. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { InputError } from '../../src/core/errors.ts'
import { allow, parseShape } from '../../src/core/parse-shape.ts'
import { JOB_INPUTS, type JobKind } from '../../src/lab/job-inputs.ts'

function refusalOf(schema: z.ZodType, value: unknown): { field: string; message: string } {
  try {
    parseShape(schema, value)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { field: error.field, message: error.message }
  }
  throw new Error('it was taken')
}

const refuseJob = (kind: JobKind, input: unknown) => refusalOf(JOB_INPUTS[kind], input)
const RANGE = '[from, to] or [from, to, step], the step above 0'
const WALK = { grid: { fast: [1, 5] }, test_bars: 100 }

describe('a job that cannot be taken', () => {
  test.each<[JobKind, unknown, string, string]>([
    ['walk-forward', WALK, 'train_bars', 'is missing; allowed: a whole number from 20'],
    ['walk-forward', { ...WALK, train_bars: 2.5 }, 'train_bars', 'is 2.5; allowed: a whole number from 20'],
    ['optimize', { grid: { fast: [1] } }, 'grid.fast', `is [1]; allowed: ${RANGE}`],
    ['optimize', { grid: { fast: 'all' } }, 'grid.fast', `is "all"; allowed: ${RANGE}`],
    ['optimize', { grid: { fast: [1, 5, -1] } }, 'grid.fast.2', 'is -1; allowed: above 0'],
    ['optimize', {}, 'grid', 'is missing; allowed: an object'],
    ['backtest', { cash: -5 }, 'cash', 'is -5; allowed: above 0'],
    ['backtest', { cash: '5' }, 'cash', 'is "5"; allowed: above 0'],
    ['backtest', { stop_loss: 2 }, 'stop_loss', 'is 2; allowed: above 0, below 1 or null'],
    ['backtest', { prices: 'rwa' }, 'prices', 'is "rwa"; did you mean "raw"?'],
    ['backtest', { prices: 4 }, 'prices', 'is 4; allowed: adjusted, raw'],
    ['backtest', { whole_shares: 'no' }, 'whole_shares', 'is "no"; allowed: true or false'],
    ['backtest', { start: 'soon' }, 'start', 'is "soon"; allowed: a date, YYYY-MM-DD'],
    ['backtest', { tickers: [] }, 'tickers', 'is []; allowed: a list of 1 to 20 entries'],
    ['backtest', { tickers: ['AAPL', 4] }, 'tickers.1', 'is 4; allowed: text'],
    ['backtest', { params: { fast: 'x' } }, 'params.fast', 'is "x"; allowed: a number'],
    ['backtest', [], 'input', 'is []; allowed: an object'],
  ])('%s of %j', (kind, input, field, rest) => {
    expect(refuseJob(kind, input)).toEqual({ field, message: `${field} ${rest}` })
  })

  test('names each field that there is not, with the nearest that there is', () => {
    expect(refuseJob('backtest', { csh: 1, tikker: 'GOOG' })).toEqual({
      field: 'csh',
      message: 'unknown field "csh"; did you mean "cash"?; unknown field "tikker"; did you mean "ticker"?',
    })
    const nested = z.object({ outer: z.strictObject({ left: z.number(), right: z.number().optional() }) })
    expect(refusalOf(nested, { outer: { left: 1, rihgt: 2 } })).toEqual({
      field: 'outer.rihgt',
      message: 'unknown field "rihgt" of outer; did you mean "right"?',
    })
  })
})

test('what a schema says in its own words is said as it stands', () => {
  const schema = z.object({
    code: z.string().regex(/^\d+$/, { error: allow('digits') }),
    day: z.string({ error: 'day must be a day' }),
  })
  expect(refusalOf(schema, { code: 'x', day: 'y' }).message).toBe('code is "x"; allowed: digits')
  expect(refusalOf(schema, { code: '1' })).toEqual({ field: 'day', message: 'day must be a day' })
  expect(parseShape(schema, { code: '1', day: 'y' })).toEqual({ code: '1', day: 'y' })
})

test('thousands of faults are refused as quickly as one', () => {
  const grid = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`p${i}`, [1]]))
  expect(refuseJob('optimize', { grid }).message).toBe(`grid.p0 is [1]; allowed: ${RANGE}`)
})
