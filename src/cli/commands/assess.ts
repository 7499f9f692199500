/**
 * `assess`: launches one assessment per ticker, follows them to their end and sums them up. The result is on stdout,
 * everything else on stderr; progress is drawn only on a terminal.
 */
import { InvalidArgumentError, type Command } from 'commander'
import { ANALYSTS, MAX_REPEATS, MAX_ROUNDS, MODEL_ROLES, MODES } from '../../committee/assessment-input.ts'
import { InputError } from '../../core/errors.ts'
import { isTerminal } from '../../runs/status.ts'
import type { PublicSummary } from '../../runs/summary.ts'
import { postJson, requestJson, DeskError, type DeskClient } from '../client.ts'
import { connectForLaunch } from '../connect-desk.ts'
import { loadSettings, type CliContext, type Perform, type Settings } from '../context.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { followUntil } from '../follow.ts'
import { createLiveLines } from '../live-lines.ts'
import { formatProgressTable, formatVerdictTable } from '../run-tables.ts'
import { watchStopSignals, type StopSignals } from '../stop-signals.ts'
import { cleanLine } from '../terminal.ts'

const MAX_PARALLEL = 1_000

interface AssessOptions {
  tickers?: string
  asOf?: string
  parallel?: number
  analysts?: string
  rounds?: string
  repeats?: string
  mode?: string
  deepModel?: string
  quickModel?: string
  model?: string[]
  budgetUsd?: string
  budgetTokens?: string
  json?: boolean
}

interface Launched {
  batch_id: string
  runs: { run_id: string; ticker: string; status: PublicSummary['status'] }[]
}

export function addAssess(program: Command, context: CliContext, perform: Perform): void {
  program
    .command('assess')
    .summary('assess one or many tickers as of a day')
    .description(
      'Launches one assessment per ticker, shows how they go on and sums up their verdicts. All of them start, or none.',
    )
    .option('--tickers <list>', 'symbols, separated by commas (required)')
    .option('--as-of <date>', 'the day the committee stands on, YYYY-MM-DD (default: the last bar there is)')
    .option(
      '--parallel <n>',
      'runs at the same time (default: MAX_PARALLEL_RUNS; a running server keeps its own)',
      parseParallel,
    )
    .option('--analysts <list>', `who gathers evidence: ${ANALYSTS.join(', ')} (default: all)`)
    .option('--rounds <n>', `how often bull and bear answer each other, 1 to ${MAX_ROUNDS} (default: 1)`)
    .option(
      '--repeats <n>',
      `how often the managers are asked the same question, 1 to ${MAX_REPEATS}; the share of the portfolio manager’s answers that agree is the confidence (models only; default: 1)`,
    )
    .option('--mode <who>', `who thinks: ${MODES.join(' or ')} (default: llm where a model is configured)`)
    .option('--deep-model <model>', 'model of the two managers, like openai:gpt-4o (default: LLM_DEEP_MODEL)')
    .option('--quick-model <model>', 'model of everyone else (default: LLM_QUICK_MODEL)')
    .option('--model <role=model...>', `model of one role: ${MODEL_ROLES.join(', ')}`)
    .option(
      '--budget-usd <amount>',
      'what the model calls of each run may cost, or none for no bound (default: RUN_BUDGET_USD)',
    )
    .option(
      '--budget-tokens <n>',
      'tokens each run may use, or none for no bound (default: RUN_BUDGET_TOKENS)',
    )
    .option('--json', 'one JSON document on stdout: {"runs":[{run_id, ticker, status, decision}]}')
    .addHelpText(
      'after',
      `
Examples:
  ${context.program} assess --tickers AAPL --as-of 2012-06-29
  ${context.program} assess --tickers AAPL,GOOG,IBM,MSFT --as-of 2012-06-29 --parallel 3
  ${context.program} assess --tickers MSFT --analysts market --rounds 2 --json
  ${context.program} assess --tickers AAPL --deep-model openai:gpt-4o --model trader=anthropic:claude-sonnet-4-5 --repeats 3

With a server on the same data directory the runs are the server's: the browser shows them, and Ctrl-C only stops
watching. Without one they run in this process: Ctrl-C stops it, and they go on where they were with \`serve\`.

Exit: 0 all completed, 1 any ended in error or was canceled, 2 the input was refused, 130 Ctrl-C.`,
    )
    .action((options: AssessOptions) => perform((given) => assess(given, options)))
}

function parseParallel(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= MAX_PARALLEL) return value
  throw new InvalidArgumentError(`Allowed: a whole number from 1 to ${MAX_PARALLEL}.`)
}

async function assess(context: CliContext, options: AssessOptions): Promise<number> {
  // Not left to the parser, which would complain of this before it names an option that was misspelt.
  if (options.tickers === undefined)
    throw new InputError('tickers', '--tickers is missing; like --tickers AAPL,MSFT')
  const settings = loadSettings(
    context,
    options.parallel === undefined ? {} : { maxParallelRuns: String(options.parallel) },
  )
  const stop = watchStopSignals(context)
  try {
    const client = await connectForLaunch(context, settings, stop.signal)
    try {
      if (client.owner !== 'server') warnOfOneRun(context, settings, options)
      return await launchAndFollow(context, client, options, stop)
    } finally {
      // The watch goes on meanwhile, so that a second Ctrl-C ends a stop that takes its time.
      await client.close()
    }
  } catch (error) {
    // Nothing was launched yet: the wait for another command's end was broken off.
    if (stop.signal.aborted && error === stop.signal.reason) return exitCodeOf(stop.received!)
    throw error
  } finally {
    stop.release()
  }
}

/** A desk of its own goes by this process's settings. */
function warnOfOneRun({ stderr }: CliContext, { config }: Settings, { parallel = 1 }: AssessOptions): void {
  if (config.enableMultiRun || parallel === 1) return
  stderr.write(`ENABLE_MULTI_RUN is 0: one run works at a time, not --parallel ${parallel}\n`)
}

async function launchAndFollow(
  context: CliContext,
  client: DeskClient,
  options: AssessOptions,
  stop: StopSignals,
): Promise<number> {
  if (client.owner === 'server' && options.parallel !== undefined) {
    context.stderr.write(
      `A server owns the data directory: its MAX_PARALLEL_RUNS applies, not --parallel ${options.parallel}\n`,
    )
  }
  if (stop.received) return exitCodeOf(stop.received)
  const launched = await postJson<Launched>(client, '/start-multi', describeLaunch(options))
  const runs = await followBatch(context, client, launched, stop.signal)
  const isOver = [...runs.values()].every((run) => run !== null && isTerminal(run.status))
  await report(context, client, launched, runs, options.json === true)
  if (!isOver) {
    explainStop(context, client, launched, runs)
    return exitCodeOf(stop.received ?? 'SIGINT')
  }
  return [...runs.values()].every((run) => run?.status === 'completed') ? EXIT.ok : EXIT.failed
}

function describeLaunch(options: AssessOptions): object {
  const { tickers, asOf, analysts, rounds, repeats, mode, deepModel, quickModel, model } = options
  return {
    ...{ company_symbols: tickers, as_of: asOf, analysts, rounds, repeats },
    ...{ mode, deep_model: deepModel, quick_model: quickModel, role_models: model?.join(',') },
    ...{ budget_usd: options.budgetUsd, budget_tokens: options.budgetTokens },
  }
}

/** The last known summary of each run, in the order of the launch; null for one that was never seen. */
type FollowedRuns = Map<string, PublicSummary | null>

async function followBatch(
  context: CliContext,
  client: DeskClient,
  launched: Launched,
  signal: AbortSignal,
): Promise<FollowedRuns> {
  const { stderr, clock } = context
  const runs: FollowedRuns = new Map(launched.runs.map((run) => [run.run_id, null]))
  const live = createLiveLines(stderr)
  const path = `/runs?${new URLSearchParams({ batch: launched.batch_id, limit: '500' })}`
  const onAway = (isAway: boolean) => {
    if (!stderr.isTerminal) return
    live.clear()
    stderr.write(isAway ? 'The server went away; waiting for it to come back\n' : 'The server is back\n')
  }
  try {
    await followUntil({ client, clock, signal, onAway }, async () => {
      for (const summary of await requestJson<PublicSummary[]>(client, path)) {
        if (runs.has(summary.run_id)) runs.set(summary.run_id, summary)
      }
      const seen = [...runs.values()]
      live.draw(formatProgressTable(seen.filter((run) => run !== null)))
      return seen.every((run) => run !== null && isTerminal(run.status))
    })
  } finally {
    live.clear()
  }
  return runs
}

async function report(
  { stdout, stderr }: CliContext,
  client: DeskClient,
  launched: Launched,
  runs: FollowedRuns,
  asJson: boolean,
): Promise<void> {
  if (asJson) {
    const documents = launched.runs.map(async ({ run_id, ticker, status }) => ({
      run_id,
      ticker,
      status: runs.get(run_id)?.status ?? status,
      decision: runs.get(run_id)?.decision ? await readDecision(client, run_id) : null,
    }))
    stdout.write(`${JSON.stringify({ runs: await Promise.all(documents) })}\n`)
  } else {
    const summaries = [...runs.values()].filter((run) => run !== null)
    stdout.write(`${formatVerdictTable(stdout, summaries).join('\n')}\n`)
  }
  for (const run of runs.values()) {
    if (run?.error) stderr.write(`${run.ticker}: ${cleanLine(run.error)}\n`)
  }
}

/** The whole decision, as `GET /runs/{id}/decision` answers it. */
async function readDecision(client: DeskClient, runId: string): Promise<unknown> {
  try {
    return await requestJson(client, `/runs/${runId}/decision`)
  } catch (error) {
    if (error instanceof DeskError && error.status === 404) return null
    throw error
  }
}

function explainStop(
  { stderr, program }: CliContext,
  client: DeskClient,
  launched: Launched,
  runs: FollowedRuns,
): void {
  const open = launched.runs
    .map((run) => run.run_id)
    .filter((id) => !isTerminal(runs.get(id)?.status ?? 'pending'))
  const lines =
    client.owner === 'server'
      ? [
          'Detached. The runs go on in the server.',
          `  watch in the browser: ${client.url ?? 'the desk, at '}/runs?batch=${launched.batch_id}`,
          `  watch here: ${program} runs, ${program} show RUN, ${program} logs RUN --follow`,
          `  cancel: ${program} cancel ${open.join(' ')}`,
        ]
      : ['Stopped. The runs go on where they were when the desk is served:', `  ${program} serve`]
  stderr.write(`${lines.join('\n')}\n`)
}
