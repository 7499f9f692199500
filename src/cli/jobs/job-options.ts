/**
 * Flags of the lab's commands, and the job that they ask for as it is posted. Names and values are checked where the job
 * is admitted; here only what cannot be written down as JSON is refused.
 */
import type { Command } from 'commander'
import { InputError, quote } from '../../core/errors.ts'
import { parseNumber } from '../../core/parse-number.ts'

export interface JobOptions {
  ticker?: string
  tickers?: string
  data?: string
  start?: string
  end?: string
  raw?: boolean
  strategy?: string
  param?: string[]
  cash?: string
  commission?: string
  commissionFixed?: string
  spread?: string
  slippage?: string
  margin?: string
  fill?: string
  fractional?: boolean
  /** commander's name for what `--no-short` sets. */
  short?: boolean
  sizing?: string
  size?: string
  volatilityWindow?: string
  stopLoss?: string
  takeProfit?: string
  trailingStop?: string
  finalize?: boolean
  grid?: string[]
  maximize?: string
  constraint?: string
  method?: string
  tries?: string
  seed?: string
  trainBars?: string
  testBars?: string
  anchored?: boolean
  purgeBars?: string
  embargoBars?: string
  features?: string
  horizonBars?: string
  model?: string
  folds?: string
  json?: boolean
}

export function addBarsOptions(command: Command): Command {
  return command
    .option('--ticker <symbol>', 'symbol of the price vendor')
    .option('--tickers <list>', 'symbols, separated by commas, for a strategy that holds several')
    .option(
      '--data <file>',
      'prices from a CSV file instead: Date, Open, High, Low, Close[, Adj Close], Volume',
    )
    .option('--start <date>', 'first day, YYYY-MM-DD (default: the first bar there is)')
    .option('--end <date>', 'last day (default: the last bar there is)')
    .option('--raw', 'prices as traded, not adjusted for splits and dividends')
}

export function addStrategyOptions(command: Command): Command {
  return command
    .option('--strategy <name>', 'which strategy (default: sma-cross)')
    .option('--param <name=value...>', 'a parameter of the strategy; its default where left out')
}

export function addRulesOptions(command: Command): Command {
  return command
    .option('--cash <amount>', 'at the start (default: 10000)')
    .option('--commission <fraction>', 'of the traded value, each side: 0.002 is 0.2 % (default: 0)')
    .option('--commission-fixed <amount>', 'for each order that fills (default: 0)')
    .option('--spread <fraction>', 'between bid and ask, paid at entry (default: 0)')
    .option('--slippage <fraction>', 'by which fills at the market are worse (default: 0)')
    .option('--margin <fraction>', 'cash behind a position; 0.5 is leverage 2 (default: 1)')
    .option(
      '--fill <where>',
      'where a signal on the close is filled: next-open or close (default: next-open)',
    )
    .option('--fractional', 'fractions of a share may be held')
    .option('--no-short', 'a signal to go short only closes what is held')
    .option('--sizing <rule>', 'fraction, shares, cash or volatility (default: fraction)')
    .option('--size <number>', 'how much of it (default: 1: all that can be bought)')
    .option('--volatility-window <bars>', 'for sizing by volatility (default: 20)')
    .option('--stop-loss <fraction>', 'from the entry price')
    .option('--take-profit <fraction>', 'from the entry price')
    .option('--trailing-stop <fraction>', 'from the best close since entry')
    .option('--finalize', 'closes what is open on the last bar, so that it counts as a trade')
}

export function addSearchOptions(command: Command): Command {
  return command
    .option(
      '--grid <name=from:to:step...>',
      'a range that is searched; both ends count, and the step may be left out',
    )
    .option('--maximize <statistic>', 'what is to be best (default: sharpe_ratio)')
    .option('--constraint <expression>', 'what must hold: "fast < slow and trades >= 10"')
    .option('--method <name>', 'grid, random or adaptive (default: grid)')
    .option('--tries <n>', 'how many, for a random or adaptive search')
    .option('--seed <n>', 'the same seed makes the same draws (default: 1)')
}

/** The job's input, without the kind; what was not typed is left out. */
export function describeJobInput(options: JobOptions, imported: string | null): Record<string, unknown> {
  const number = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : readNumber(flag, text)
  const input: Record<string, unknown> = {
    ticker: options.ticker,
    tickers: options.tickers === undefined ? undefined : listOf(options.tickers),
    imported: imported ?? undefined,
    start: options.start,
    end: options.end,
    prices: options.raw ? 'raw' : undefined,
    strategy: options.strategy,
    params: options.param && Object.fromEntries(options.param.map(parseParam)),
    cash: number('cash', options.cash),
    commission: number('commission', options.commission),
    commission_fixed: number('commission-fixed', options.commissionFixed),
    spread: number('spread', options.spread),
    slippage: number('slippage', options.slippage),
    margin: number('margin', options.margin),
    fill: options.fill,
    whole_shares: options.fractional ? false : undefined,
    allow_short: options.short === false ? false : undefined,
    sizing: options.sizing,
    size: number('size', options.size),
    volatility_window: number('volatility-window', options.volatilityWindow),
    stop_loss: number('stop-loss', options.stopLoss),
    take_profit: number('take-profit', options.takeProfit),
    trailing_stop: number('trailing-stop', options.trailingStop),
    finalize: options.finalize,
    grid: options.grid && Object.fromEntries(options.grid.map(parseRange)),
    maximize: options.maximize,
    constraint: options.constraint,
    method: options.method,
    tries: number('tries', options.tries),
    seed: number('seed', options.seed),
    train_bars: number('train-bars', options.trainBars),
    test_bars: number('test-bars', options.testBars),
    anchored: options.anchored,
    purge_bars: number('purge-bars', options.purgeBars),
    embargo_bars: number('embargo-bars', options.embargoBars),
    features: options.features === undefined ? undefined : listOf(options.features),
    horizon_bars: number('horizon-bars', options.horizonBars),
    model: options.model,
    folds: number('folds', options.folds),
  }
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}

function readNumber(flag: string, text: string): number {
  const value = parseNumber(text.trim())
  if (Number.isNaN(value)) throw new InputError(flag, `--${flag} ${quote(text)} is no number`)
  return value
}

/** `fast=10`. */
function parseParam(text: string): [string, number] {
  const [name, value] = splitPair('param', text, 'fast=10')
  return [name, readNumber(`param ${name}`, value)]
}

/** `fast=1:100` or `fast=1:100:2`. */
function parseRange(text: string): [string, number[]] {
  const [name, value] = splitPair('grid', text, 'fast=1:100 or fast=1:100:5')
  const ends = value.split(':')
  if (ends.length < 2 || ends.length > 3) {
    throw new InputError('grid', `--grid ${quote(text)} is no range; like fast=1:100 or fast=1:100:5`)
  }
  return [name, ends.map((end) => readNumber(`grid ${name}`, end))]
}

function splitPair(flag: string, text: string, example: string): [string, string] {
  const match = /^([^=]+)=(.*)$/s.exec(text)
  if (!match)
    throw new InputError(flag, `--${flag} ${quote(text)} is not understood; like --${flag} ${example}`)
  return [match[1]!.trim(), match[2]!]
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
