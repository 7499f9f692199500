/** The strategies of the lab, built in and one's own, and what is wrong with a file of one's own. */
import { formatNumber } from '../../core/format.ts'
import type { StrategyListing, StrategyProblem } from '../../lab/strategy-catalog.ts'
import { toQuery } from './run-row.ts'

export interface StrategyRow extends Pick<StrategyListing, 'name' | 'title' | 'about' | 'source'> {
  /** Where it comes from: its file, of one's own; empty for a built-in one. */
  file: string
  isSeveral: boolean
  /** The rule between its parameters; empty for none. */
  constraint: string
  parameters: { name: string; about: string; range: string }[]
  backtestHref: string
  optimizeHref: string
}

export interface StrategiesView {
  strategies: StrategyRow[]
  count: string
  hasOwn: boolean
  /** Where one's own are looked for; empty where that is not said. */
  folder: string
  problems: { place: string; message: string }[]
}

/** One's own come first. */
export function viewStrategies(
  { strategies, problems }: { strategies: readonly StrategyListing[]; problems: readonly StrategyProblem[] },
  folder: string,
): StrategiesView {
  const own = strategies.filter(({ file }) => file !== null)
  const builtIn = strategies.filter(({ file }) => file === null)
  return {
    strategies: [...own, ...builtIn].map(viewStrategy),
    count: formatNumber(strategies.length, 0),
    hasOwn: problems.length > 0 || own.length > 0,
    folder,
    problems: problems.map(({ file, line, message }) => ({
      place: line === null ? file : `${file}, line ${line}`,
      message,
    })),
  }
}

function viewStrategy(strategy: StrategyListing): StrategyRow {
  const { name, title, about, source, parameters } = strategy
  return {
    ...{ name, title, about, source },
    file: strategy.file ?? '',
    isSeveral: strategy.tickers === 'several',
    constraint: strategy.constraint ?? '',
    parameters: parameters.map((parameter) => ({
      name: parameter.name,
      about: `${parameter.title}: ${parameter.about}`,
      range: `${parameter.default} (${parameter.min}–${parameter.max})`,
    })),
    backtestHref: `/lab/new${toQuery({ kind: 'backtest', strategy: name })}`,
    optimizeHref: parameters.length > 0 ? `/lab/new${toQuery({ kind: 'optimize', strategy: name })}` : '',
  }
}
