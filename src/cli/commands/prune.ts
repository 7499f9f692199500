/** `prune`: lets go of the files of runs that have had their time, or shows which those are. */
import type { Command } from 'commander'
import { countOf, formatBytes } from '../../core/format.ts'
import { KEPT_WORDS, type KeptRun, type PrunePreview, type PruneReport } from '../../runs/prune-report.ts'
import { postJson, requestJson } from '../client.ts'
import { withDesk } from '../connect-desk.ts'
import { loadSettings, type CliContext, type Perform } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { formatTable } from '../table.ts'
import { cleanLine } from '../terminal.ts'
import { formatUtc } from '../times.ts'

interface PruneOptions {
  dryRun?: boolean
  json?: boolean
}

export function addPrune(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('prune')
    .summary('delete the files of runs that have had their time')
    .description(
      'Deletes the files of ended runs as the settings say, but for their verdicts, and packs what stays and is not fresh any more. A server does the same by itself every few minutes.',
    )
    .option('--dry-run', 'only show what would go, what would be packed, and why')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} prune --dry-run
  ${context.program} prune

RUN_RESULTS_MAX_PER_TICKER and RUN_RESULTS_MAX_AGE_DAYS say what goes; with an age of 0 nothing does.

Exit: 0 done, 1 some could not be done.`,
    )
    .action((options: PruneOptions) => perform((given) => prune(given, options)))
}

function prune(context: CliContext, { dryRun = false, json = false }: PruneOptions): Promise<number> {
  const { stdout } = context
  return withDesk(context, loadSettings(context), async (client) => {
    const answer = dryRun
      ? await requestJson<PrunePreview>(client, '/retention')
      : await postJson<PruneReport>(client, '/retention/prune')
    const lines = 'due' in answer ? describePreview(answer) : describeReport(answer)
    stdout.write(json ? `${JSON.stringify(answer)}\n` : `${lines.join('\n')}\n`)
    return 'failed' in answer && answer.failed.length > 0 ? EXIT.failed : EXIT.ok
  })
}

function describePreview({ settings, due, kept, to_pack, freed_bytes, pack_bytes }: PrunePreview): string[] {
  const { max_per_ticker, max_age_days, pack_after_hours } = settings
  const rules =
    max_age_days === 0
      ? 'Nothing is deleted (RUN_RESULTS_MAX_AGE_DAYS=0).'
      : `Kept are the newest ${max_per_ticker} of each ticker that ended within ${countOf(max_age_days, 'day')}.`
  return [
    rules,
    due.length === 0
      ? 'No files would be deleted.'
      : `Would be deleted: the files of ${countOf(due.length, 'run')}, ${formatBytes(freed_bytes)}.`,
    ...listRuns(due),
    ...listKept(kept),
    to_pack.length === 0
      ? `Nothing would be packed; that is done ${countOf(pack_after_hours, 'hour')} after the end of a run.`
      : `Would be packed: ${countOf(to_pack.length, 'run')}, ${formatBytes(pack_bytes)}.`,
  ]
}

function describeReport({ pruned, kept, packed, failed, freed_bytes, saved_bytes }: PruneReport): string[] {
  return [
    pruned.length === 0
      ? 'No files were due.'
      : `Deleted: the files of ${countOf(pruned.length, 'run')}, ${formatBytes(freed_bytes)}.`,
    ...listRuns(pruned),
    ...listKept(kept),
    ...(packed.length === 0
      ? []
      : [`Packed: ${countOf(packed.length, 'run')}, which saves ${formatBytes(saved_bytes)}.`]),
    ...failed.map(({ run_id, action, error }) =>
      cleanLine(`Not ${action === 'prune' ? 'deleted' : 'packed'}: ${run_id}: ${error}`),
    ),
  ]
}

function listRuns(runs: PrunePreview['due']): string[] {
  if (runs.length === 0) return []
  const columns = [
    { title: 'Run' },
    { title: 'Ended (UTC)' },
    { title: 'Size', align: 'right' as const },
    { title: 'Why' },
  ]
  return formatTable(
    columns,
    runs.map((run) => [run.run_id, formatUtc(run.ended_at), formatBytes(run.bytes), cleanLine(run.reason)]),
  )
}

function listKept(runs: readonly KeptRun[]): string[] {
  if (runs.length === 0) return []
  const columns = [{ title: 'Run' }, { title: 'Would go, for' }, { title: 'Stays, for' }]
  const rows = runs.map((run) => [run.run_id, cleanLine(run.reason), KEPT_WORDS[run.kept_because]])
  return [`Kept back: ${countOf(runs.length, 'run')}.`, ...formatTable(columns, rows)]
}
