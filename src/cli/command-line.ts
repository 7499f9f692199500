/**
 * From words typed to an exit code: the program's options and help, one command per file, and what is said when
 * something goes wrong. Help and results go to stdout, everything else to stderr.
 */
import { Command, CommanderError } from 'commander'
import { addAssess } from './commands/assess.ts'
import { addBacktest } from './commands/backtest.ts'
import { addDoctor } from './commands/doctor.ts'
import { addExport } from './commands/export.ts'
import { addImport } from './commands/import.ts'
import { addLogs } from './commands/logs.ts'
import { addOptimize } from './commands/optimize.ts'
import { addPrune } from './commands/prune.ts'
import { addBudget, addRerun } from './commands/rerun.ts'
import { addRunActions } from './commands/run-actions.ts'
import { addRuns } from './commands/runs.ts'
import { addServe } from './commands/serve.ts'
import { addShow } from './commands/show.ts'
import { addTrain } from './commands/train.ts'
import { addWalkForward } from './commands/walk-forward.ts'
import type { CliContext, Perform } from './context.ts'
import { describeProblem } from './describe-problem.ts'
import { EXIT } from './exit-codes.ts'
import { cleanText } from './terminal.ts'

const COMMANDS = [
  addServe,
  addAssess,
  addBacktest,
  addOptimize,
  addWalkForward,
  addTrain,
  addRuns,
  addShow,
  addLogs,
  addRunActions,
  addRerun,
  addBudget,
  addExport,
  addImport,
  addPrune,
  addDoctor,
]

/** `words` without the program's own name. Never throws. */
export async function runCommandLine(words: readonly string[], context: CliContext): Promise<number> {
  let code: number = EXIT.ok
  const program = createProgram(context, async (command) => {
    code = await command(context)
  })
  try {
    await program.parseAsync([...words], { from: 'user' })
    return code
  } catch (error) {
    // What it has to say was written by the parser itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    const problem = describeProblem(error)
    context.stderr.write(`${problem.line}\n`)
    return problem.code
  }
}

export function createProgram(context: CliContext, perform: Perform): Command {
  const { stdout, stderr, version, program: name } = context
  const program = new Command('rundesk')
    .description('A desk for trading research: durable assessments, in the browser and on the command line.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help, or that of a command')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(cleanText(text)),
      getOutHelpWidth: () => stdout.columns,
      getErrHelpWidth: () => stderr.columns,
      getOutHasColors: () => stdout.hasColors,
      getErrHasColors: () => stderr.hasColors,
    })
    .addHelpText(
      'after',
      `
Examples:
  ${name} serve
  ${name} assess --tickers AAPL,GOOG,IBM,MSFT --as-of 2012-06-29
  ${name} help assess

Settings come from flags, the environment, or .env in this folder: \`${name} doctor\` shows them all.
While a server runs on the data directory, commands go through it and the browser shows their runs.

Exit: 0 done, 1 failed, 2 asked wrongly, 130 Ctrl-C.`,
    )
  for (const add of COMMANDS) add(program, context, perform)
  return program
}
