/** `import FILE…`: takes in runs that `export` wrote; the first that is refused does not keep the others. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { InputError, messageOf, quote } from '../../core/errors.ts'
import { streamReadable } from '../../core/stream-bytes.ts'
import { DeskAwayError, requestJson, type DeskClient } from '../client.ts'
import { withDesk } from '../connect-desk.ts'
import { loadSettings, type CliContext, type Perform } from '../context.ts'
import { describeProblem } from '../describe-problem.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { watchStopSignals } from '../stop-signals.ts'
import { cleanLine } from '../terminal.ts'

export function addImport(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('import')
    .summary('take in runs from .zip files of another desk')
    .description(
      'Takes in runs that `export` wrote on this or another machine. Everything in a file is held against the journal in it; what does not fit is refused, and nothing of it stays. Prints the ids of the runs.',
    )
    .argument('<file...>', '.zip files, one run each')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} import AAPL--2026-11-20_10.00.00--0a1b2c.zip
  ${context.program} import backup/*.zip`,
    )
    .action((files: string[]) => perform((given) => importRuns(given, files)))
}

/** Exit: 0 when all were taken in, else the code of the first that was not. */
async function importRuns(context: CliContext, files: readonly string[]): Promise<number> {
  const { stdout, stderr } = context
  const stop = watchStopSignals(context)
  /** Outlives a connection: what was taken in through one is not sent again through the next. */
  const left = [...files]
  let code: number = EXIT.ok
  try {
    return await withDesk(context, loadSettings(context), async (client) => {
      for (; left.length > 0; left.shift()) {
        const file = left[0]!
        try {
          stdout.write(`${await importFile(client, file, stop.signal)}\n`)
        } catch (error) {
          if (stop.received) return exitCodeOf(stop.received)
          if (error instanceof DeskAwayError) throw error
          stderr.write(`${cleanLine(`${file}: ${messageOf(error)}`)}\n`)
          if (code === EXIT.ok) code = describeProblem(error).code
        }
      }
      return code
    })
  } finally {
    stop.release()
  }
}

async function importFile(client: DeskClient, file: string, signal: AbortSignal): Promise<string> {
  const present = await stat(file).catch(() => null)
  if (!present?.isFile()) throw new InputError('FILE', `FILE ${quote(file, 200)} is no file that can be read`)
  const { run_id } = await requestJson<{ run_id: string }>(client, '/runs/import', {
    method: 'POST',
    headers: { 'Content-Type': 'application/zip' },
    body: streamReadable(createReadStream(file)),
    duplex: 'half',
    signal,
  } as RequestInit)
  return run_id
}
