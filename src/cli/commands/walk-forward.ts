/** `walk-forward`: the search done again and again on the past, each time tried on what came after. */
import type { Command } from 'commander'
import { formatNumber } from '../../core/format.ts'
import type { HonestyReport } from '../../lab/honesty-report.ts'
import type { FoldResult, WalkResult } from '../../lab/lab-state.ts'
import type { CliContext, Perform } from '../context.ts'
import {
  addBarsOptions,
  addRulesOptions,
  addSearchOptions,
  addStrategyOptions,
  type JobOptions,
} from '../jobs/job-options.ts'
import { runJob, type JobReport } from '../jobs/run-job.ts'
import { formatNotes, formatParams, formatStatistics } from '../jobs/stats-table.ts'
import { formatTable } from '../table.ts'

type Found = Partial<WalkResult> & { folds: FoldResult[]; honesty: HonestyReport | null; notes: string[] }

export function addWalkForward(program: Command, context: CliContext, perform: Perform): void {
  const command = program
    .command('walk-forward')
    .summary('optimise on the past, test on what came after, fold by fold')
    .description(
      'Searches the best parameters on training bars and runs them on the test bars that follow, fold by fold; the tests one after the other are the result.',
    )
    .option('--train-bars <n>', 'in-sample bars of a fold (required)')
    .option('--test-bars <n>', 'out-of-sample bars of a fold (required)')
    .option('--anchored', 'training always begins at the first bar')
    .option('--purge-bars <n>', 'bars left out between training and test (default: 0)')
    .option('--embargo-bars <n>', 'bars left out after a test (default: 0)')
  addRulesOptions(addSearchOptions(addStrategyOptions(addBarsOptions(command))))
    .option(
      '--json',
      'one JSON document on stdout: {"run_id","stats","folds","efficiency","stability","honesty"}',
    )
    .addHelpText(
      'after',
      `
Example:
  ${context.program} walk-forward --ticker GOOG --grid fast=5:50:5 --grid slow=60:200:20 --train-bars 500 --test-bars 125`,
    )
    .action((options: JobOptions) => perform((given) => runJob(given, 'walk-forward', options, REPORT)))
}

const REPORT: JobReport = {
  document({ stats = null, folds = [], efficiency = null, stability = {}, honesty = null }) {
    return { stats, folds, efficiency, stability, honesty }
  },
  lines(_output, result) {
    const { stats, buy_and_hold, efficiency, profitable_folds, folds, honesty, notes } =
      result as unknown as Found
    return [
      ...formatFolds(folds),
      '',
      ...(stats ? formatStatistics(stats, buy_and_hold ?? null) : []),
      `Efficiency (return a year, out of sample to in sample): ${formatNumber(efficiency)}`,
      `Tests that made money: ${profitable_folds ?? 0} of ${folds.length}`,
      ...formatNotes(notes),
      ...(honesty?.sentences ?? []),
    ]
  },
}

function formatFolds(folds: readonly FoldResult[]): string[] {
  const right = 'right' as const
  return formatTable(
    [
      { title: 'Fold', align: right },
      { title: 'Tested' },
      { title: 'Parameters' },
      { title: 'Sharpe in', align: right },
      { title: 'out', align: right },
      { title: 'Return % out', align: right },
    ],
    folds.map(({ fold, test, params, in_sample, out_of_sample }) => [
      String(fold + 1),
      `${test.first} to ${test.last}`,
      formatParams(params),
      formatNumber(in_sample.sharpe_ratio),
      formatNumber(out_of_sample.sharpe_ratio),
      formatNumber(out_of_sample.return_pct),
    ]),
  )
}
