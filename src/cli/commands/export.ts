/** `export RUN`: a run that has ended with everything in it, as one file. A file is there whole or not at all. */
import { randomBytes } from 'node:crypto'
import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { InputError, quote } from '../../core/errors.ts'
import { formatBytes } from '../../core/format.ts'
import { DeskAwayError, DeskError, type DeskClient } from '../client.ts'
import { withDesk } from '../connect-desk.ts'
import { loadSettings, type CliContext, type Perform } from '../context.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { findRunId } from '../find-run.ts'
import { watchStopSignals } from '../stop-signals.ts'
import { cleanLine } from '../terminal.ts'

const STDOUT = '-'

interface ExportOptions {
  to?: string
  force?: boolean
}

export function addExport(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('export')
    .summary('write a run into one .zip file')
    .description(
      'Writes a run that has ended into one .zip file: its journal, reports, decision, evidence, logs and artifacts, with a list of hashes. `import` takes it in on another desk.',
    )
    .argument('<run>', 'the id of a run, or a beginning of it that no other has')
    .option('--to <file>', 'the file or the folder to write to, - for stdout (default: <run_id>.zip here)')
    .option('--force', 'replace a file that is there')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} export AAPL--2026-11-20_10.00.00--0a1b2c
  ${context.program} export AAPL--2026-11-20 --to backup/ --force
  ${context.program} export AAPL--2026-11-20 --to - | ssh elsewhere 'cat > run.zip'`,
    )
    .action((run: string, options: ExportOptions) => perform((given) => exportRun(given, run, options)))
}

async function exportRun(context: CliContext, typed: string, options: ExportOptions): Promise<number> {
  const { stdout } = context
  if (options.to === STDOUT && stdout.isTerminal)
    throw new InputError('--to', '--to - would write a .zip file to the terminal: name a file, or use a pipe')
  const stop = watchStopSignals(context)
  try {
    return await withDesk(context, loadSettings(context), async (client) => {
      const runId = await findRunId(client, typed)
      if (options.to === STDOUT) {
        for await (const chunk of readBundle(client, runId, stop.signal)) await stdout.writeBytes(chunk)
        return EXIT.ok
      }
      const path = await choosePath(runId, options)
      const bytes = await writeWhole(path, readBundle(client, runId, stop.signal), options)
      stdout.write(`${cleanLine(path)}  ${formatBytes(bytes)}\n`)
      return EXIT.ok
    })
  } catch (error) {
    if (stop.received) return exitCodeOf(stop.received)
    throw error
  } finally {
    stop.release()
  }
}

/** Throws `DeskError` for a refusal, before the first byte, and `DeskAwayError` where it breaks off. */
async function* readBundle(
  client: DeskClient,
  runId: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const response = await client.fetch(`/runs/${encodeURIComponent(runId)}/export`, {
    headers: { Accept: 'application/zip, application/json' },
    signal,
  })
  if (!response.ok) {
    const { error } = (await response.json().catch(() => ({}))) as { error?: unknown }
    const message = typeof error === 'string' ? error : `the desk answered ${response.status}`
    throw new DeskError(response.status, message)
  }
  try {
    for await (const chunk of response.body ?? []) yield chunk
  } catch (error) {
    if (signal.aborted) throw error
    throw new DeskAwayError(
      `the bundle of run ${runId} broke off: the desk stopped, or a file cannot be read`,
      {
        cause: error,
      },
    )
  }
}

async function choosePath(runId: string, { to, force }: ExportOptions): Promise<string> {
  const name = `${runId}.zip`
  const isFolder = to !== undefined && (await stat(to).catch(() => null))?.isDirectory()
  const path = isFolder ? join(to, name) : (to ?? name)
  if (!force) await refuseExisting(path)
  return path
}

async function refuseExisting(path: string): Promise<void> {
  if (await stat(path).catch(() => null))
    throw new InputError('--to', `${quote(path, 200)} is there already; --force replaces it`)
}

/** Beside its place until it is whole. Returns its size. */
async function writeWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { force }: ExportOptions,
): Promise<number> {
  const part = `${path}.${randomBytes(4).toString('hex')}.part`
  let bytes = 0
  try {
    const handle = await open(part, 'wx')
    try {
      for await (const chunk of chunks) {
        await handle.writeFile(chunk)
        bytes += chunk.length
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (!force) await refuseExisting(path)
    await rename(part, path)
    return bytes
  } catch (error) {
    await rm(part, { force: true })
    throw describeFault(path, error)
  }
}

function describeFault(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code
  const isOfDisk = typeof code === 'string' && /^E(?!RR_)/.test(code)
  return isOfDisk ? new Error(`${quote(path, 200)} cannot be written: ${code}`, { cause: error }) : error
}
