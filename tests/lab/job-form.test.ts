import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { countGrid, countValues } from '../../src/lab/grid-size.ts'
import { listJobFields } from '../../src/lab/job-fields.ts'
import { parseJobForm, writeJobForm, type FormStrategy } from '../../src/lab/job-form.ts'
import { JOB_INPUTS, JOB_KINDS } from '../../src/lab/job-inputs.ts'
import { FEATURE_NAMES } from '../../src/lab/train/features.ts'
import { ROTATION, SMA_CROSS, ZSCORE } from '../support/lab-strategies.ts'

const parse = (fields: Record<string, unknown>, strategy: FormStrategy | null = SMA_CROSS) =>
  parseJobForm({ kind: 'backtest', ticker: 'GOOG', ...fields }, strategy)

function refusalOf(fields: Record<string, unknown>, strategy?: FormStrategy | null): [string, string] {
  try {
    parse(fields, strategy)
  } catch (error) {
    if (error instanceof InputError) return [error.field, error.message]
    throw error
  }
  throw new Error('it was taken')
}

test('what is typed in percent is launched as the nearest fraction, and nothing typed is left out', () => {
  const { kind, input } = parse({
    ...{ ticker: ' goog ', start: '2005-01-03', end: '', 'param.fast': '6', 'param.slow': '' },
    ...{ cash: '25000', commission_pct: '0.7', stop_loss_pct: '5.5', take_profit_pct: '', spread_pct: '0' },
    ...{ whole_shares: ['0', '1'], allow_short: '0', of: 'sma-cross' },
  })
  expect(kind).toBe('backtest')
  expect(input).toEqual({
    ...{ strategy: 'sma-cross', ticker: 'GOOG', start: '2005-01-03', params: { fast: 6 } },
    ...{ cash: 25_000, commission: 0.007, stop_loss: 0.055, spread: 0 },
    ...{ whole_shares: true, allow_short: false },
  })
})

test('a size is read from the control of the way it is measured by', () => {
  const sizes = {
    size_fraction_pct: '50',
    size_shares: '200',
    size_cash: '7500',
    size_volatility_pct: '12.5',
  }
  const sizeOf = (sizing: string) => {
    const { input } = parse({ sizing, ...sizes, volatility_window: '30' })
    return [input.sizing, input.size]
  }
  expect(sizeOf('fraction')).toEqual(['fraction', 0.5])
  expect(sizeOf('shares')).toEqual(['shares', 200])
  expect(sizeOf('cash')).toEqual(['cash', 7500])
  expect(sizeOf('volatility')).toEqual(['volatility', 0.125])
})

test('a search takes ranges, and holds a parameter whose range has no end', () => {
  const { input } = parse({
    ...{ kind: 'optimize', 'from.fast': '1', 'to.fast': '100', 'from.slow': '150', 'step.slow': '5' },
    ...{ maximize: 'calmar_ratio', constraint: 'trades >= 10', tries: '', method: 'grid' },
  })
  expect(input).toMatchObject({
    grid: { fast: [1, 100, 1] },
    params: { slow: 150 },
    maximize: 'calmar_ratio',
  })
  expect(input).not.toHaveProperty('tries')
})

test('tickers go to a strategy of several, features to a training', () => {
  expect(parse({ tickers: 'aapl, MSFT,aapl', ticker: '' }, ROTATION).input).toMatchObject({
    tickers: ['AAPL', 'MSFT'],
  })
  const training = parse({ kind: 'train', features: ['rsi_14', 'return_5'], model: 'forest' }, null)
  expect(training.input).toEqual({ ticker: 'GOOG', features: ['rsi_14', 'return_5'], model: 'forest' })
  // The form comes with all of them ticked: the job is to say nothing of them then, as one without script or form does.
  const all = parse({ kind: 'train', features: ['', ...FEATURE_NAMES] }, null)
  expect(all.input).toEqual({ ticker: 'GOOG' })
})

test.each<[Record<string, unknown>, string, string]>([
  [{ ticker: '' }, 'ticker', 'ticker is empty'],
  [{ ticker: 'GO OG' }, 'ticker', 'ticker "GO OG" is not a ticker'],
  [{ cash: 'a lot' }, 'cash', 'cash is "a lot", which is no number'],
  [{ cash: '1,000' }, 'cash', 'cash is "1,000", which is no number'],
  [{ cash: '0' }, 'cash', 'cash is "0"; allowed: above 0'],
  [{ commission_pct: '100' }, 'commission_pct', 'commission_pct is "100"; allowed: from 0, below 100 %'],
  [{ margin_pct: '120' }, 'margin_pct', 'margin_pct is "120"; allowed: above 0, up to 100 %'],
  [
    { volatility_window: '2.5' },
    'volatility_window',
    'volatility_window is "2.5"; allowed: a whole number from 2',
  ],
  [{ start: '2012-02-30' }, 'start', 'start is "2012-02-30"; allowed: a day, YYYY-MM-DD'],
  [{ fill: 'next' }, 'fill', 'fill is "next"; did you mean "next-open"?'],
  [{ sizing: 'share' }, 'sizing', 'sizing is "share"; did you mean "shares"?'],
  [{ size_fraction_pct: '150', sizing: 'fraction' }, 'size_fraction_pct', 'allowed: above 0, up to 100 %'],
  [{ 'param.fast': '501' }, 'param.fast', 'param.fast is "501"; allowed: 1 to 500 in whole numbers'],
  [{ 'param.fast': '2.5' }, 'param.fast', 'param.fast is "2.5"; allowed: 1 to 500 in whole numbers'],
  [{ 'param.fats': '5' }, 'param.fats', 'unknown field "param.fats"; did you mean "param.fast"?'],
  [{ commission: '0.1' }, 'commission', 'unknown field "commission"; did you mean "commission_pct"?'],
  [{ kind: 'backtset' }, 'kind', 'kind is "backtset"; did you mean "backtest"?'],
  [{ kind: 'optimize' }, 'to.fast', 'to.fast is empty: at least one parameter must be searched'],
  [{ kind: 'optimize', 'to.fast': '9' }, 'from.fast', 'from.fast is empty'],
  [{ kind: 'optimize', 'from.fast': '9', 'to.fast': '5' }, 'to.fast', 'allowed: from 9 up to 500'],
  [{ kind: 'optimize', 'from.fast': '1', 'to.fast': '5', 'step.fast': '0' }, 'step.fast', 'allowed: above 0'],
  [
    { kind: 'walk-forward', 'from.fast': '1', 'to.fast': '5', train_bars: '' },
    'train_bars',
    'train_bars is empty; allowed: a whole number from 20',
  ],
  [
    { kind: 'optimize', 'from.fast': '1', 'to.fast': '5', constraint: 'x'.repeat(501) },
    'constraint',
    'constraint is "x',
  ],
])('%j is refused by the name of its control', (fields, field, words) => {
  const [named, message] = refusalOf(fields)
  expect(named).toBe(field)
  expect(message).toContain(words)
})

test('every field of every schema has a control, or is one of those that need their own', () => {
  const apart = ['strategy', 'ticker', 'tickers', 'imported', 'params', 'grid', 'sizing', 'size', 'features']
  for (const kind of JOB_KINDS) {
    const fields = listJobFields(kind)
    const all = Object.keys(JOB_INPUTS[kind].shape)
    expect(fields.map(({ name }) => name)).toEqual(all.filter((name) => !apart.includes(name)))
    for (const { title, about } of fields) expect([title, about]).not.toContain('')
  }
})

test('a job that is written as a form and read again is the same job', () => {
  const pct = fc.integer({ min: 1, max: 9_999 }).map((basisPoints) => Number(`${basisPoints}e-4`))
  const inputs = fc.record(
    {
      strategy: fc.constant('zscore-reversion'),
      ticker: fc.constantFrom('GOOG', '^GSPC', 'BRK.B'),
      start: fc.constant('2005-01-03'),
      prices: fc.constantFrom('adjusted', 'raw'),
      cash: fc.integer({ min: 1, max: 1e9 }),
      commission: pct,
      slippage: pct,
      margin: pct,
      stop_loss: pct,
      trailing_stop: pct,
      whole_shares: fc.boolean(),
      finalize: fc.boolean(),
      params: fc.record({ period: fc.integer({ min: 2, max: 200 }) }),
    },
    { requiredKeys: ['strategy', 'ticker', 'params'] },
  )
  fc.assert(
    fc.property(inputs, (input) => {
      const full = JOB_INPUTS.backtest.parse(input)
      const again = parseJobForm(writeJobForm('backtest', full), ZSCORE)
      expect(JOB_INPUTS.backtest.parse(again.input)).toEqual(full)
    }),
    { numRuns: 100 },
  )
  const grid = { fast: [1, 100, 1], slow: [101, 200, 1] }
  const search = JOB_INPUTS.optimize.parse({ ticker: 'GOOG', grid, sizing: 'volatility', size: 0.15 })
  expect(JOB_INPUTS.optimize.parse(parseJobForm(writeJobForm('optimize', search), SMA_CROSS).input)).toEqual(
    search,
  )
})

test('a grid counts both ends, and no value beyond the last', () => {
  expect(countValues(1, 100, 1)).toBe(100)
  expect(countValues(0.1, 0.3, 0.1)).toBe(3)
  expect(countValues(1, 10, 4)).toBe(3)
  expect(countValues(5, 5, 1)).toBe(1)
  expect([countValues(5, 1, 1), countValues(1, 5, 0), countValues(Number.NaN, 5, 1)]).toEqual([0, 0, 0])
  expect(
    countGrid([
      [1, 100, 1],
      [101, 200, 1],
    ]),
  ).toBe(10_000)
})
