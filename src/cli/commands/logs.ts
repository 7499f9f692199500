/** `logs RUN`: the log of a run, on request to its end. The log is on stdout, everything else on stderr. */
import type { Command } from 'commander'
import { formatLogLine } from '../../runs/log-line.ts'
import type { LogEntry } from '../../runs/state.ts'
import { isTerminal } from '../../runs/status.ts'
import type { PublicSummary } from '../../runs/summary.ts'
import { requestJson, type DeskClient } from '../client.ts'
import { withDesk } from '../connect-desk.ts'
import { loadSettings, type CliContext, type Perform } from '../context.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { findRunId } from '../find-run.ts'
import { followUntil } from '../follow.ts'
import { watchStopSignals } from '../stop-signals.ts'
import { cleanText, paint, type Output, type Style } from '../terminal.ts'

const PAGE = 5_000

type ShownEntry = Pick<LogEntry, 'ts' | 'severity' | 'source' | 'message'>

const STYLES: Partial<Record<LogEntry['severity'], Style>> = {
  TRACE: 'dim',
  DEBUG: 'dim',
  WARN: 'yellow',
  ERROR: 'red',
}

interface LogsOptions {
  follow?: boolean
  severity?: string
  source?: string
  search?: string
}

export function addLogs(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('logs')
    .summary('print the log of a run')
    .description('Prints the log of a run, oldest first; times are UTC.')
    .argument('<run>', 'the id of a run, or a beginning of it that no other has')
    .option('-f, --follow', 'go on until the run has ended')
    .option(
      '--severity <names>',
      'one of TRACE, DEBUG, INFO, WARN, ERROR: that and above; several by commas: just these',
    )
    .option('--source <names>', 'only these sources, by commas')
    .option('--search <text>', 'only lines with this text in message or source; case does not matter')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} logs AAPL--2026-11-20_10.00.00--0a1b2c
  ${context.program} logs AAPL--2026-11-20 --follow
  ${context.program} logs AAPL--2026-11-20 --severity WARN --source trader,tool`,
    )
    .action((run: string, options: LogsOptions) => perform((given) => printLogs(given, run, options)))
}

function printLogs(context: CliContext, typed: string, options: LogsOptions): Promise<number> {
  // Outlives a connection: what was printed through one is not printed again through the next.
  const printed: Printed = { afterSeq: 0, filter: readFilter(options) }
  return withDesk(context, loadSettings(context), async (client) => {
    const runId = await findRunId(client, typed)
    if (options.follow) return followLogs(context, client, runId, printed)
    await printAfter(context.stdout, client, runId, printed)
    return EXIT.ok
  })
}

interface Printed {
  afterSeq: number
  readonly filter: Readonly<Record<string, string>>
}

/** As the desk is asked; what it cannot read it refuses in its own words. */
function readFilter({ severity, source, search }: LogsOptions): Record<string, string> {
  const given = Object.entries({ severity, source, q: search })
  return Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

async function followLogs(
  context: CliContext,
  client: DeskClient,
  runId: string,
  printed: Printed,
): Promise<number> {
  const { stdout, stderr, clock, program } = context
  const stop = watchStopSignals(context)
  let isLeft = false
  const onAway = (isAway: boolean) => {
    stderr.write(isAway ? 'The server went away; waiting for it to come back\n' : 'The server is back\n')
  }
  try {
    const isDone = await followUntil({ client, clock, signal: stop.signal, onAway }, async () => {
      // The status first: what a run logs before it ends is there once the end is seen.
      const { status } = await requestJson<PublicSummary>(client, `/runs/${runId}/status`)
      await printAfter(stdout, client, runId, printed)
      // This process does not work on runs of others, so it would be followed for ever.
      isLeft = !isTerminal(status) && client.owner === 'self'
      return isTerminal(status) || isLeft
    })
    if (isLeft) stderr.write(`Nothing works on this run now; it goes on with: ${program} serve\n`)
    return isDone ? EXIT.ok : exitCodeOf(stop.received ?? 'SIGINT')
  } finally {
    stop.release()
  }
}

/** Prints every entry that was not printed yet. */
async function printAfter(
  stdout: Output,
  client: DeskClient,
  runId: string,
  printed: Printed,
): Promise<void> {
  for (let isMore = true; isMore;) {
    const { filter, afterSeq } = printed
    const query = new URLSearchParams({ ...filter, after_seq: String(afterSeq), limit: String(PAGE) })
    const path = `/runs/${runId}/logs?${query}`
    const page = await requestJson<{ entries: ShownEntry[]; next_after_seq: number }>(client, path)
    if (page.entries.length > 0)
      stdout.write(page.entries.map((entry) => formatEntry(stdout, entry)).join(''))
    printed.afterSeq = page.next_after_seq
    isMore = page.entries.length === PAGE
  }
}

function formatEntry(output: Output, { ts, severity, source, message }: ShownEntry): string {
  const style = STYLES[severity]
  const harmless = { ts, severity, source: cleanText(source), message: cleanText(message) }
  return formatLogLine(harmless, (level) => (style ? paint(output, style, level) : level))
}
