/** `train`: a classifier of the next bars' direction, judged on what came after its training. */
import type { Command } from 'commander'
import { formatNumber } from '../../core/format.ts'
import type { TrainedModel, TrainFold } from '../../lab/lab-state.ts'
import type { CliContext, Perform } from '../context.ts'
import { addBarsOptions, type JobOptions } from '../jobs/job-options.ts'
import { runJob, type JobReport } from '../jobs/run-job.ts'
import { formatNotes } from '../jobs/stats-table.ts'
import { formatTable } from '../table.ts'

interface Found {
  model: TrainedModel | null
  folds: TrainFold[]
  notes: string[]
}

export function addTrain(program: Command, context: CliContext, perform: Perform): void {
  const command = program
    .command('train')
    .summary('train a model of which way prices go next')
    .description(
      'Trains a classifier of the direction of the next bars on indicators, and tests it fold by fold on bars after those it has seen.',
    )
  addBarsOptions(command)
    .option('--model <name>', 'logistic or forest (default: logistic)')
    .option('--horizon-bars <n>', 'bars ahead (default: 5)')
    .option('--features <list>', 'indicator features, separated by commas (default: all)')
    .option('--folds <n>', 'walk-forward folds (default: 5)')
    .option('--seed <n>', 'the same seed makes the same model (default: 1)')
    .option('--json', 'one JSON document on stdout: {"run_id","model","folds"}')
    .addHelpText(
      'after',
      `
Example:
  ${context.program} train --ticker GOOG --model forest --horizon-bars 5`,
    )
    .action((options: JobOptions) => perform((given) => runJob(given, 'train', options, REPORT)))
}

const REPORT: JobReport = {
  document({ model = null, folds = [] }) {
    return { model, folds }
  },
  lines(_output, result) {
    const { model, folds, notes } = result as unknown as Found
    const rows = [
      ...folds.map((fold) => ({ name: String(fold.fold + 1), ...fold })),
      ...(model ? [{ name: 'all', ...model }] : []),
    ]
    const right = 'right' as const
    const table = formatTable(
      [
        { title: 'Fold', align: right },
        { title: 'Accuracy', align: right },
        { title: 'Baseline', align: right },
        { title: 'Log loss', align: right },
        { title: 'Brier', align: right },
        { title: 'AUC', align: right },
      ],
      rows.map(({ name, accuracy, baseline, log_loss, brier, auc }) => [
        name,
        ...[accuracy, baseline, log_loss, brier, auc].map((value) => formatNumber(value, 3)),
      ]),
    )
    return [...table, ...formatNotes(notes)]
  },
}
