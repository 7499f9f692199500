/** `cancel`, `pause`, `resume`: verbs on runs, one after the other; the first that fails does not keep the others. */
import type { Command } from 'commander'
import { messageOf } from '../../core/errors.ts'
import type { PublicSummary } from '../../runs/summary.ts'
import { DeskAwayError, postJson } from '../client.ts'
import { withDesk } from '../connect-desk.ts'
import { loadSettings, type CliContext, type Perform } from '../context.ts'
import { describeProblem } from '../describe-problem.ts'
import { EXIT } from '../exit-codes.ts'
import { findRunId } from '../find-run.ts'
import { actAndSettle, formatOutcomeLine } from '../settle.ts'
import { cleanLine } from '../terminal.ts'

type RunVerb = 'cancel' | 'pause' | 'resume'

const SUMMARIES: Record<RunVerb, string> = {
  cancel: 'cancel runs; what they have done stays',
  pause: 'pause runs; their places are free for others',
  resume: 'resume paused runs',
}

export function addRunActions(program: Command, context: CliContext, perform: Perform): void {
  for (const verb of ['cancel', 'pause', 'resume'] as const) {
    const summary = SUMMARIES[verb]
    program
      .command(verb)
      .summary(summary)
      .description(
        `${summary[0]!.toUpperCase()}${summary.slice(1)}. Runs are worked on by a server (\`serve\`).`,
      )
      .argument('<run...>', 'ids of runs, or beginnings of them that no other has')
      .addHelpText('after', `\nExample:\n  ${context.program} ${verb} AAPL--2026-11-20_10.00.00--0a1b2c`)
      .action((runs: string[]) => perform((given) => actOnRuns(given, verb, runs)))
  }
}

/** Exit: 0 when all were done, else the code of the first that was not. */
function actOnRuns(context: CliContext, verb: RunVerb, typed: readonly string[]): Promise<number> {
  const { stdout, stderr, clock } = context
  return withDesk(context, loadSettings(context), async (client) => {
    let code: number = EXIT.ok
    for (const text of typed) {
      try {
        const runId = await findRunId(client, text)
        const run =
          verb === 'resume'
            ? await actAndSettle(client, clock, runId, verb)
            : await postJson<PublicSummary>(client, `/runs/${runId}/${verb}`)
        stdout.write(formatOutcomeLine(stdout, run))
      } catch (error) {
        if (error instanceof DeskAwayError) throw error
        stderr.write(`${cleanLine(messageOf(error))}\n`)
        if (code === EXIT.ok) code = describeProblem(error).code
      }
    }
    return code
  })
}
