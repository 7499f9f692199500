/** `rerun` and `budget`: what can be done to a run besides stopping it: begin it again from a step, let it cost more. */
import type { Command } from 'commander'
import { formatNumber } from '../../core/format.ts'
import type { Rerun } from '../../runs/desk.ts'
import { postJson } from '../client.ts'
import { withDesk } from '../connect-desk.ts'
import { loadSettings, type CliContext, type Perform } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { findRunId } from '../find-run.ts'
import { actAndSettle, formatOutcomeLine } from '../settle.ts'

const WORKED_ON = 'Runs are worked on by a server (`serve`).'
const EXAMPLE_RUN = 'AAPL--2026-11-20_10.00.00--0a1b2c'

export function addRerun(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('rerun')
    .summary('run again, taking over what was done before a step')
    .description(
      `Launches the same input again. Without --from a run that ended in error or was canceled goes on with all it had completed, and one that completed begins anew. ${WORKED_ON}`,
    )
    .argument('<run>', 'id of a run, or a beginning of it that no other has')
    .option('--from <step>', 'the first step to run anew, like trader; those before it are taken over')
    .option('--json', 'one JSON document on stdout: {run_id, reused_steps, saved_usd, saved_ms}')
    .addHelpText(
      'after',
      `\nExamples:\n  ${context.program} rerun ${EXAMPLE_RUN}\n  ${context.program} rerun ${EXAMPLE_RUN} --from trader`,
    )
    .action((run: string, options: { from?: string; json?: boolean }) =>
      perform((given) =>
        withDesk(given, loadSettings(given), async (client) => {
          const runId = await findRunId(client, run)
          const body = options.from === undefined ? {} : { from_step: options.from }
          const made = await postJson<Rerun>(client, `/runs/${runId}/rerun`, body)
          given.stdout.write(`${options.json ? JSON.stringify(made) : describeRerun(made)}\n`)
          return EXIT.ok
        }),
      ),
    )
}

export function addBudget(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('budget')
    .summary('set what the model calls of a run may come to')
    .description(
      `Sets the bound of a run that has not ended; one that is paused for it goes on where there is room now. What the next call may use at most has to fit: where it does not, the run stays paused, and why is said. ${WORKED_ON}`,
    )
    .argument('<run>', 'id of a run, or a beginning of it that no other has')
    .option('--usd <amount>', 'USD, or none for no bound')
    .option('--tokens <n>', 'tokens, read and written together, or none for no bound')
    .addHelpText('after', `\nExample:\n  ${context.program} budget ${EXAMPLE_RUN} --usd 2.50`)
    .action((run: string, options: { usd?: string; tokens?: string }) =>
      perform((given) =>
        withDesk(given, loadSettings(given), async (client) => {
          const runId = await findRunId(client, run)
          const now = await actAndSettle(client, given.clock, runId, 'budget', options)
          given.stdout.write(formatOutcomeLine(given.stdout, now))
          return EXIT.ok
        }),
      ),
    )
}

function describeRerun({ run_id, reused_steps: steps, saved_usd: usd, saved_ms: ms }: Rerun): string {
  if (steps === 0) return `${run_id}  begins anew`
  const cost = usd === null ? 'at a price nobody knows' : `${formatNumber(usd, 4)} USD`
  return `${run_id}  takes over ${steps} ${steps === 1 ? 'step' : 'steps'}: ${formatNumber(ms / 1_000, 1)} s and ${cost} saved`
}
