/** `runs`: the runs of the desk, newest first. */
import { Option, type Command } from 'commander'
import { RUN_STATUSES, STATUS_WORDS } from '../../runs/status.ts'
import type { PublicSummary } from '../../runs/summary.ts'
import { requestJson } from '../client.ts'
import { withDesk } from '../connect-desk.ts'
import { loadSettings, type CliContext, type Perform } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { formatRunList } from '../run-tables.ts'
import { isInterrupted } from '../status-cell.ts'

const DEFAULT_LIMIT = '20'

interface RunsOptions {
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
    .option('--status <list>', `only these: ${RUN_STATUSES.map((status) => STATUS_WORDS[status]).join(', ')}`)
    .option('--kind <list>', 'only these, like assessment')
    .option('--ticker <symbol>', 'only runs of this ticker')
    .addOption(new Option('--limit <n>', 'at most so many, 1 to 500').default(DEFAULT_LIMIT, DEFAULT_LIMIT))
    .option('--json', 'one JSON document on stdout: {"runs":[summary…]}')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} runs
  ${context.program} runs --status running,queued
  ${context.program} runs --ticker AAPL --limit 100 --json

Who thinks in a run and what its model calls have used: ${context.program} show RUN`,
    )
    .action((options: RunsOptions) => perform((given) => listRuns(given, options)))
}

function listRuns(context: CliContext, options: RunsOptions): Promise<number> {
  const { stdout, stderr, program } = context
  return withDesk(context, loadSettings(context), async (client) => {
    const { json, ...filter } = options
    if (filter.status !== undefined) filter.status = parseStatuses(filter.status)
    const runs = await requestJson<PublicSummary[]>(client, `/runs?${new URLSearchParams({ ...filter })}`)
    if (json) stdout.write(`${JSON.stringify({ runs })}\n`)
    else if (runs.length > 0) {
      stdout.write(`${formatRunList(stdout, runs, client.owner).join('\n')}\n`)
      if (runs.some((run) => isInterrupted(run.status, client.owner)))
        stderr.write(`Interrupted runs go on with: ${program} serve\n`)
    } else stderr.write(`No runs match. Begin one with: ${program} assess --tickers AAPL\n`)
    return EXIT.ok
  })
}

/** Words that are shown become the names the desk knows; whatever else there is, it refuses. */
function parseStatuses(list: string): string {
  const name = (word: string) => RUN_STATUSES.find((status) => STATUS_WORDS[status] === word) ?? word
  return list
    .split(',')
    .map((word) => name(word.trim().toLowerCase()))
    .join(',')
}
