/**
 * What the jobs of the lab take, as it is posted, typed and journaled: one schema a kind. Titles, descriptions, ranges
 * and defaults make the forms, the API's description and what a refusal says; the command line words its own help.
 */
import { z } from 'zod'
import { InputError, quote } from '../core/errors.ts'
import { isTicker } from '../core/ids.ts'
import { suggestName } from '../core/nearest.ts'
import { allow } from '../core/parse-shape.ts'
import { STATISTICS } from '../trading/statistics.ts'
import { DEFAULT_RULES, type SizingRule, type TradingRules } from '../trading/rules.ts'

const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?$/, { error: allow('a date, YYYY-MM-DD') })
const ticker = z
  .string()
  .trim()
  .toUpperCase()
  .refine(isTicker, { error: allow('1–15 of A–Z 0–9 . - ^ =, starting with a letter, a digit or ^') })
const params = z.record(z.string(), z.number())
const fraction = z.number().min(0).lt(1)
/** SHA-256 of bars that were imported: what an upload is once it has been read. */
const imported = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: allow('the hash of an import, 64 of 0–9 and a–f') })

/** Bars: of a ticker, of several, or of a file that was imported. */
const barsShape = {
  ticker: ticker.optional().meta({ title: 'Ticker', description: 'A symbol of the price vendor' }),
  tickers: z
    .array(ticker)
    .min(1)
    .max(20)
    .optional()
    .meta({ title: 'Tickers', description: 'For a strategy that holds several' }),
  /** Replaces `csv` at the door: the text is read, checked and stored before the job is journaled. */
  imported: imported.optional().meta({ title: 'Imported prices', description: 'Hash of an import' }),
  start: date
    .optional()
    .meta({ title: 'From', description: 'First day; the first bar there is where left out' }),
  end: date.optional().meta({ title: 'To', description: 'Last day; the last bar there is where left out' }),
  prices: z.enum(['adjusted', 'raw']).default('adjusted').meta({
    title: 'Prices',
    description: 'Adjusted for splits and dividends up to the last day, or as traded',
  }),
}

const rulesShape = {
  cash: z
    .number()
    .positive()
    .default(DEFAULT_RULES.cash)
    .meta({ title: 'Cash', description: 'At the start, in the currency of the prices' }),
  commission: fraction
    .default(0)
    .meta({ title: 'Commission', description: 'Fraction of the traded value, each side: 0.002 is 0.2 %' }),
  commission_fixed: z
    .number()
    .min(0)
    .default(0)
    .meta({ title: 'Fixed commission', description: 'Money for each order that fills' }),
  spread: fraction.default(0).meta({ title: 'Spread', description: 'Fraction of the price, paid at entry' }),
  slippage: fraction
    .default(0)
    .meta({ title: 'Slippage', description: 'Fraction by which fills at the market are worse' }),
  margin: z.number().gt(0).max(1).default(1).meta({
    title: 'Margin',
    description: 'Cash behind a position as a part of its value: 1 is no leverage, 0.5 twice',
  }),
  fill: z
    .enum(['next-open', 'close'])
    .default('next-open')
    .meta({ title: 'Fills', description: 'Where a signal on the close is filled' }),
  whole_shares: z
    .boolean()
    .default(true)
    .meta({ title: 'Whole shares', description: 'No fractions of a share' }),
  allow_short: z
    .boolean()
    .default(true)
    .meta({ title: 'Go short', description: 'Without it a signal to go short closes what is held' }),
  sizing: z
    .enum(['fraction', 'shares', 'cash', 'volatility'])
    .default('fraction')
    .meta({ title: 'Sizing', description: 'What a position’s size is measured by' }),
  size: z.number().positive().default(1).meta({
    title: 'Size',
    description:
      'Fraction of what can be bought (1 is all), shares, money, or the annual volatility wanted (0.15 is 15 %), as sizing says',
  }),
  volatility_window: z
    .int()
    .min(2)
    .default(20)
    .meta({ title: 'Volatility over', description: 'Bars, for sizing by volatility' }),
  stop_loss: fraction
    .gt(0)
    .nullable()
    .default(null)
    .meta({ title: 'Stop-loss', description: 'Fraction below (short: above) the entry; nothing for none' }),
  take_profit: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .meta({ title: 'Take-profit', description: 'Fraction above (short: below) the entry; nothing for none' }),
  trailing_stop: fraction.gt(0).nullable().default(null).meta({
    title: 'Trailing stop',
    description: 'Fraction from the best close since entry; nothing for none',
  }),
  finalize: z.boolean().default(false).meta({
    title: 'Close at the end',
    description:
      'Closes what is open on the last bar, so that it counts as a trade; fills at the last bar’s open, as backtesting.py does',
  }),
}

const strategyShape = {
  strategy: z
    .string()
    .min(1)
    .max(64)
    .default('sma-cross')
    .meta({ title: 'Strategy', description: 'Its name' }),
}

const backtestShape = {
  ...strategyShape,
  ...barsShape,
  params: params
    .default({})
    .meta({ title: 'Parameters', description: 'By name; those left out take the strategy’s default' }),
  ...rulesShape,
}

/** A range `[from, to, step]` (both ends count; a step of 1, or the parameter's own, where left out). */
const range = z.union(
  [z.tuple([z.number(), z.number()]), z.tuple([z.number(), z.number(), z.number().positive()])],
  { error: allow('[from, to] or [from, to, step], the step above 0') },
)

const METHODS = ['grid', 'random', 'adaptive'] as const
export const MAX_TRIALS = 1_000_000
/** How many a search runs that is not told, and does not run everything. */
export const DEFAULT_TRIES = { random: 1_000, adaptive: 300 } as const

const searchShape = {
  grid: z.record(z.string(), range).meta({
    title: 'Ranges',
    description: 'From, to and step of each parameter that is searched; both ends count',
  }),
  maximize: z.enum(STATISTICS).default('sharpe_ratio').meta({
    title: 'Objective',
    description: 'The statistic that is to be best; one of which less is better is made small',
  }),
  constraint: z
    .string()
    .max(500)
    .optional()
    .meta({ title: 'Constraint', description: 'What must hold: fast < slow and trades >= 10' }),
  method: z
    .enum(METHODS)
    .default('grid')
    .meta({ title: 'Search', description: 'Every pair, random ones, or where it has been good so far' }),
  tries: z
    .int()
    .min(1)
    .max(MAX_TRIALS)
    .optional()
    .meta({ title: 'Tries', description: 'How many, for a random or adaptive search' }),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1)
    .meta({ title: 'Seed', description: 'The same seed makes the same draws' }),
}

export const backtestInputSchema = z.strictObject(backtestShape)

const optimizeShape = { ...backtestShape, ...searchShape }
export const optimizeInputSchema = z.strictObject(optimizeShape)

const walkForwardShape = {
  ...optimizeShape,
  train_bars: z.int().min(20).meta({ title: 'Training bars', description: 'In-sample bars of a fold' }),
  test_bars: z.int().min(5).meta({ title: 'Test bars', description: 'Out-of-sample bars of a fold' }),
  anchored: z
    .boolean()
    .default(false)
    .meta({ title: 'Anchored', description: 'Training always begins at the first bar' }),
  purge_bars: z
    .int()
    .min(0)
    .default(0)
    .meta({ title: 'Purge', description: 'Bars left out between training and test' }),
  embargo_bars: z.int().min(0).default(0).meta({
    title: 'Embargo',
    description: 'Bars that must have passed since a bar was tested on before training may use it',
  }),
}
export const walkForwardInputSchema = z.strictObject(walkForwardShape)

const MODELS = ['logistic', 'forest'] as const
const trainShape = {
  ...barsShape,
  features: z
    .array(z.string())
    .optional()
    .meta({ title: 'Features', description: 'Indicator features; all where left out' }),
  horizon_bars: z
    .int()
    .min(1)
    .max(250)
    .default(5)
    .meta({ title: 'Horizon', description: 'Bars ahead whose direction is learnt' }),
  model: z
    .enum(MODELS)
    .default('logistic')
    .meta({ title: 'Model', description: 'Logistic regression, or a forest of trees' }),
  folds: z.int().min(2).max(50).default(5).meta({ title: 'Folds', description: 'Walk-forward folds' }),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1)
    .meta({ title: 'Seed', description: 'The same seed makes the same model' }),
}
export const trainInputSchema = z.strictObject(trainShape)

export type BacktestInput = z.infer<typeof backtestInputSchema>
export type OptimizeInput = z.infer<typeof optimizeInputSchema>
export type WalkForwardInput = z.infer<typeof walkForwardInputSchema>
export type TrainInput = z.infer<typeof trainInputSchema>
export type BarsInput = Pick<BacktestInput, 'ticker' | 'tickers' | 'imported' | 'start' | 'end' | 'prices'>

export const JOB_KINDS = ['backtest', 'optimize', 'walk-forward', 'train'] as const
export type JobKind = (typeof JOB_KINDS)[number]

export function isJobKind(kind: string): kind is JobKind {
  return (JOB_KINDS as readonly string[]).includes(kind)
}

/** Throws `InputError` for anything else. */
export function parseJobKind(kind: unknown): JobKind {
  if (typeof kind === 'string' && isJobKind(kind)) return kind
  if (kind === undefined || kind === '')
    throw new InputError('kind', `kind is missing; one of ${JOB_KINDS.join(', ')}`)
  throw new InputError('kind', `kind is ${quote(kind)}; ${suggestName(String(kind), JOB_KINDS)}`)
}

/** Whether a job of this kind tries ranges of parameters. */
export function isSearch(kind: string): kind is 'optimize' | 'walk-forward' {
  return kind === 'optimize' || kind === 'walk-forward'
}

export const JOB_INPUTS = {
  backtest: backtestInputSchema,
  optimize: optimizeInputSchema,
  'walk-forward': walkForwardInputSchema,
  train: trainInputSchema,
} as const

/** The rules of a job as the simulator takes them. */
export function readRules(input: Omit<BacktestInput, 'params'>): TradingRules {
  return {
    cash: input.cash,
    commission: input.commission,
    commissionFixed: input.commission_fixed,
    spread: input.spread,
    slippage: input.slippage,
    margin: input.margin,
    fillAt: input.fill,
    wholeShares: input.whole_shares,
    allowShort: input.allow_short,
    sizing: readSizing(input),
    stopLoss: input.stop_loss,
    takeProfit: input.take_profit,
    trailingStop: input.trailing_stop,
    finalize: input.finalize,
  }
}

function readSizing({
  sizing,
  size,
  volatility_window: window,
}: Pick<BacktestInput, 'sizing' | 'size' | 'volatility_window'>): SizingRule {
  switch (sizing) {
    case 'fraction':
      if (size > 1)
        throw new InputError('size', `size is ${size}; allowed for sizing by fraction: above 0, up to 1`)
      return { method: 'fraction', fraction: size }
    case 'shares':
      return { method: 'shares', shares: size }
    case 'cash':
      return { method: 'cash', cash: size }
    case 'volatility':
      return { method: 'volatility', target: size, window }
  }
}
