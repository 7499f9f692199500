/** `runs`: the runs of the desk, newest first. */
import type { Command } from 'commander'
import { RUN_KINDS } from '../../runs/event.ts'
import { RUN_STATUSES } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import { requestJson } from '../client.ts'
import type { Perform } from '../command-line.ts'
import { withDesk } from '../connect-desk.ts'
import { loadSettings, type CliContext } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { formatRunList } from '../run-tables.ts'

const DEFAULT_LIMIT = '20'

export interface RunsOptions {
  status?: string
  kind?: string
  ticker?: string
  limit: string
  json?: boolean
}

export function addRuns(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('runs')
    .summary('list runs, newest first')
    .description('Lists the runs of the desk, newest first.')
    .option('--status <list>', `only these: ${RUN_STATUSES.join(', ')}`)
    .option('--kind <list>', `only these: ${RUN_KINDS.join(', ')}`)
    .option('--ticker <symbol>', 'only runs of this ticker')
    .option('--limit <n>', 'at most so many, 1 to 500', DEFAULT_LIMIT)
    .option('--json', 'one JSON document on stdout: {"runs":[summary…]}')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} runs
  ${context.program} runs --status in_progress,pending
  ${context.program} runs --ticker AAPL --limit 100 --json`,
    )
    .action((options: RunsOptions) => perform((given) => listRuns(given, options)))
}

export function listRuns(context: CliContext, options: RunsOptions): Promise<number> {
  const { stdout, stderr, program } = context
  return withDesk(context, loadSettings(context), async (client) => {
    const { json, ...filter } = options
    const runs = await requestJson<Summary[]>(client, `/runs?${new URLSearchParams({ ...filter })}`)
    if (json) stdout.write(`${JSON.stringify({ runs })}\n`)
    else if (runs.length > 0) stdout.write(`${formatRunList(stdout, runs).join('\n')}\n`)
    else stderr.write(`No runs match. Begin one with: ${program} assess --tickers AAPL\n`)
    return EXIT.ok
  })
}
