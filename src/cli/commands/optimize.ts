/** `optimize`: a search for the best parameters, and how much of the best is luck. */
import type { Command } from 'commander'
import { formatNumber } from '../../core/format.ts'
import type { HonestyReport } from '../../lab/honesty-report.ts'
import type { BestTrial } from '../../lab/lab-state.ts'
import { STATISTICS } from '../../trading/statistics.ts'
import type { CliContext, Perform } from '../context.ts'
import {
  addBarsOptions,
  addRulesOptions,
  addSearchOptions,
  addStrategyOptions,
  type JobOptions,
} from '../jobs/job-options.ts'
import { runJob, type JobReport } from '../jobs/run-job.ts'
import { digitsOf, formatNotes, formatParams } from '../jobs/stats-table.ts'
import { formatTable } from '../table.ts'

interface Found {
  best: BestTrial
  evaluated: number
  refused: number
  failed: number
  honesty: HonestyReport | null
  notes: string[]
}

export function addOptimize(program: Command, context: CliContext, perform: Perform): void {
  const command = program
    .command('optimize')
    .summary('search for the best parameters of a strategy')
    .description(
      'Tries ranges of parameters on all processor cores and prints the best, with what that is worth after so many tries. A job that is stopped goes on where it was.',
    )
  addRulesOptions(addSearchOptions(addStrategyOptions(addBarsOptions(command))))
    .option('--json', 'one JSON document on stdout: {"run_id","best","evaluated","honesty"}')
    .addHelpText(
      'after',
      `
Example:
  ${context.program} optimize --ticker GOOG --grid fast=1:100 --grid slow=101:200 --commission 0.002 --finalize`,
    )
    .action((options: JobOptions) => perform((given) => runJob(given, 'optimize', options, REPORT)))
}

const REPORT: JobReport = {
  document({ best, evaluated = 0, honesty = null }) {
    const found = best as BestTrial | undefined
    return { best: found ? { params: found.params, stats: found.stats } : null, evaluated, honesty }
  },
  lines(_output, result) {
    const { best, evaluated, refused, failed, honesty, notes } = result as unknown as Found
    const left = [refused > 0 && `${refused} left out by the constraint`, failed > 0 && `${failed} failed`]
    return [
      `Best of ${[`${evaluated} tries`, ...left.filter(Boolean)].join(', ')}: ${formatParams(best.params)}`,
      ...formatTable(
        [{ title: 'Statistic' }, { title: 'Best', align: 'right' }],
        STATISTICS.map((name) => [name, formatNumber(best.stats[name], digitsOf(name))]),
      ),
      ...formatNotes(notes),
      ...(honesty?.sentences ?? []),
    ]
  },
}
