/** `serve`: the desk in the browser, until a signal stops it. The address is on stdout, everything else on stderr. */
import type { Command } from 'commander'
import { ConflictError, messageOf } from '../../core/errors.ts'
import { findServer } from '../connect-desk.ts'
import { loadSettings, type CliContext, type Perform, type ServedDesk, type Settings } from '../context.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { watchStopSignals } from '../stop-signals.ts'
import { cleanLine } from '../terminal.ts'

/** A stop that takes longer than this is cut short; runs resume all the same. */
const STOP_WITHIN_MS = 4_500

interface ServeOptions {
  host?: string
  port?: string
}

export function addServe(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('serve')
    .summary('serve the desk to the browser')
    .description('Serves the desk to the browser, and takes up the runs that another process left behind.')
    .option(
      '--host <address>',
      'address to listen on; off loopback AUTH_PASSWORD is required (default: HOST, 127.0.0.1)',
    )
    .option('--port <n>', 'port to listen on, 0 picks a free one (default: PORT, 8000)')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} serve
  ${context.program} serve --port 0

Ctrl-C or SIGTERM stops it within 5 seconds: steps at work end or are begun again, runs resume at the next start.
A second one stops it at once. SIGHUP reads LLM_MAX_CONCURRENCY and LLM_PROVIDER_LIMITS again, from .env.`,
    )
    .action((options: ServeOptions) => perform((given) => serve(given, options)))
}

async function serve(context: CliContext, { host, port }: ServeOptions): Promise<number> {
  const { stdout } = context
  const settings = loadSettings(context, {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
  })
  const stop = watchStopSignals(context)
  try {
    const server = await findServer(context, settings, stop.signal)
    if (server) {
      await server.close()
      throw new ConflictError(
        `another process owns the data directory (DATA_DIR): it is served already${server.url ? ` at ${server.url}` : ''}`,
      )
    }
    await warnOfModels(context, settings)
    const served = await context.desks.serve(settings)
    if (!stop.received) {
      stdout.write(`Rundesk is at ${served.url}\n`)
      const stopReloading = context.onReload(() => reloadLimits(context, served))
      await aborted(stop.signal)
      stopReloading()
    }
    return await closeInTime(context, served, exitCodeOf(stop.received ?? 'SIGTERM'))
  } catch (error) {
    // Nothing is served yet: the wait for another command's end was broken off.
    if (stop.signal.aborted && error === stop.signal.reason) return exitCodeOf(stop.received!)
    throw error
  } finally {
    stop.release()
  }
}

/** The desk can do without its models; who launches a run should not be the first to learn that it has to. */
async function warnOfModels({ desks, stderr }: CliContext, { config }: Settings): Promise<void> {
  const problems = await desks.findModelProblems(config)
  if (problems.length > 0)
    stderr.write(`WARN ${cleanLine(problems.join('. '))}. Runs that name no other models are refused.\n`)
}

/** Settings that cannot be used change nothing: what stands goes on. */
function reloadLimits(context: CliContext, served: ServedDesk): void {
  try {
    const { config } = loadSettings(context)
    served.setLimits(config)
    context.stderr.write('The limits of model calls were read again\n')
  } catch (error) {
    context.stderr.write(`The limits stay as they are: ${cleanLine(messageOf(error))}\n`)
  }
}

async function closeInTime(
  { clock, stderr }: CliContext,
  served: ServedDesk,
  cutShort: number,
): Promise<number> {
  const closed = new AbortController()
  const tooLong = clock.sleep(STOP_WITHIN_MS, closed.signal).then(
    () => {
      stderr.write('The stop took too long and was cut short; runs resume at the next start.\n')
      return cutShort
    },
    () => EXIT.ok,
  )
  const inOrder = served.close().then(({ left }) => {
    if (stderr.isTerminal) stderr.write(`\n${describeStop(left)}\n`)
    return EXIT.ok
  })
  try {
    return await Promise.race([inOrder, tooLong])
  } finally {
    closed.abort(new Error('closed'))
  }
}

function describeStop(left: number): string {
  if (left === 0) return 'Stopped'
  return left === 1
    ? 'Stopped; 1 run goes on at the next start'
    : `Stopped; ${left} runs go on at the next start`
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
