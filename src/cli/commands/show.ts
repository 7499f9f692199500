/** `show RUN`: what there is to know of one run: status, decision, the steps with their durations, its reports. */
import type { Command } from 'commander'
import type { PublicSummary } from '../../runs/summary.ts'
import { DeskError, requestJson, type DeskClient } from '../client.ts'
import { withDesk } from '../connect-desk.ts'
import { loadSettings, type CliContext, type Perform } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { findRunId } from '../find-run.ts'
import { formatRun, type ShownRun } from '../run-sheet.ts'

interface ShowOptions {
  json?: boolean
}

export function addShow(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('show')
    .summary('show a run: decision, steps, reports')
    .description(
      'Shows one run: its status, who thinks and what that used, its decision and the figures that no evidence bears out, its steps with their durations, its reports.',
    )
    .argument('<run>', 'the id of a run, or a beginning of it that no other has')
    .option('--json', 'one JSON document on stdout, as GET /runs/{id} answers it')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} show AAPL--2026-11-20_10.00.00--0a1b2c
  ${context.program} show AAPL--2026-11-20 --json`,
    )
    .action((run: string, options: ShowOptions) => perform((given) => showRun(given, run, options)))
}

function showRun(context: CliContext, typed: string, options: ShowOptions): Promise<number> {
  const { stdout } = context
  return withDesk(context, loadSettings(context), async (client) => {
    const run = await readRun(client, await findRunId(client, typed))
    stdout.write(
      options.json ? `${JSON.stringify(run)}\n` : `${formatRun(stdout, run, client.owner).join('\n')}\n`,
    )
    return EXIT.ok
  })
}

/** The whole state; of a run whose files were pruned, the summary and the decision that stay; without its folder, less. */
async function readRun(client: DeskClient, runId: string): Promise<ShownRun> {
  try {
    return await requestJson<ShownRun>(client, `/runs/${runId}`)
  } catch (error) {
    if (!isUnknown(error)) throw error
  }
  const summary = await requestJson<PublicSummary>(client, `/runs/${runId}/status`)
  const decision = await requestJson<ShownRun['decision']>(client, `/runs/${runId}/decision`).catch(
    (error: unknown) => {
      if (isUnknown(error)) return null
      throw error
    },
  )
  return { ...summary, decision: decision ?? summary.decision }
}

function isUnknown(error: unknown): boolean {
  return error instanceof DeskError && error.status === 404
}
