/** `backtest`: one strategy on one set of bars, its statistics beside buying and holding. */
import type { Command } from 'commander'
import type { BacktestStats } from '../../trading/statistics.ts'
import type { CliContext, Perform } from '../context.ts'
import { addBarsOptions, addRulesOptions, addStrategyOptions, type JobOptions } from '../jobs/job-options.ts'
import { runJob, type JobReport } from '../jobs/run-job.ts'
import { formatNotes, formatStatistics } from '../jobs/stats-table.ts'

interface Found {
  stats: BacktestStats
  buy_and_hold: BacktestStats
  trades: unknown[]
  notes: string[]
}

export function addBacktest(program: Command, context: CliContext, perform: Perform): void {
  const command = program
    .command('backtest')
    .summary('run one strategy over past prices')
    .description(
      'Runs one strategy over past prices and prints its statistics. Signals are read on the close and filled at the next open.',
    )
  addRulesOptions(addStrategyOptions(addBarsOptions(command)))
    .option('--json', 'one JSON document on stdout: {"run_id","stats","trades"}')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} backtest --ticker GOOG --strategy sma-cross --param fast=10 --param slow=20 --commission 0.002
  ${context.program} backtest --data prices.csv --strategy rsi-reversion --json`,
    )
    .action((options: JobOptions) => perform((given) => runJob(given, 'backtest', options, REPORT)))
}

const REPORT: JobReport = {
  document({ stats = null, trades = [] }) {
    return { stats, trades }
  },
  lines(_output, result) {
    const { stats, buy_and_hold, notes } = result as unknown as Found
    return [...formatStatistics(stats, buy_and_hold), ...formatNotes(notes)]
  },
}
