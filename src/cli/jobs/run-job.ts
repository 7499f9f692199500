/**
 * One job from its launch to its report: prices uploaded where a file was named, the job followed until it ends, what it
 * found on stdout. Progress goes to stderr, and only to a terminal.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { InputError, quote } from '../../core/errors.ts'
import { streamReadable } from '../../core/stream-bytes.ts'
import type { JobKind } from '../../lab/job-inputs.ts'
import { isTerminal } from '../../runs/status.ts'
import type { PublicSummary } from '../../runs/summary.ts'
import { postJson, requestJson, type DeskClient } from '../client.ts'
import { connectForLaunch } from '../connect-desk.ts'
import { loadSettings, type CliContext } from '../context.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { followUntil } from '../follow.ts'
import { createLiveLines } from '../live-lines.ts'
import { formatProgressTable } from '../run-tables.ts'
import { watchStopSignals, type StopSignals } from '../stop-signals.ts'
import { cleanLine, type Output } from '../terminal.ts'
import { describeJobInput, type JobOptions } from './job-options.ts'

/** What `GET /jobs/{id}` says of what was found. */
export type JobResult = Record<string, unknown>

export interface JobReport {
  /** The document of `--json`, besides the run's id. */
  document(result: JobResult): Record<string, unknown>
  /** Lines for a person. */
  lines(output: Output, result: JobResult): string[]
}

/** Exit: 0 succeeded, 1 failed or canceled, 2 refused, 130 Ctrl-C. */
export async function runJob(
  context: CliContext,
  kind: JobKind,
  options: JobOptions,
  report: JobReport,
): Promise<number> {
  const settings = loadSettings(context)
  const stop = watchStopSignals(context)
  try {
    // Before anything is started: what is typed wrongly needs no desk.
    describeJobInput(options, null)
    const client = await connectForLaunch(context, settings, stop.signal)
    try {
      return await launchAndFollow(context, client, kind, options, report, stop)
    } finally {
      await client.close()
    }
  } catch (error) {
    if (stop.signal.aborted && error === stop.signal.reason) return exitCodeOf(stop.received!)
    throw error
  } finally {
    stop.release()
  }
}

async function launchAndFollow(
  context: CliContext,
  client: DeskClient,
  kind: JobKind,
  options: JobOptions,
  report: JobReport,
  stop: StopSignals,
): Promise<number> {
  const imported =
    options.data === undefined ? null : await upload(context, client, options.data, stop.signal)
  if (stop.received) return exitCodeOf(stop.received)
  const input = describeJobInput(options, imported)
  const { run_id: runId } = await postJson<{ run_id: string }>(client, '/jobs', { kind, ...input })
  const summary = await followRun(context, client, runId, stop.signal)
  if (summary === null || !isTerminal(summary.status)) {
    explainStop(context, client, runId)
    return exitCodeOf(stop.received ?? 'SIGINT')
  }
  const { result } = await requestJson<{ result: JobResult | null }>(client, `/jobs/${runId}`)
  print(context, runId, result, report, options.json === true)
  if (summary.error) context.stderr.write(`${cleanLine(summary.error)}\n`)
  else if (summary.status === 'canceled')
    context.stderr.write(`${runId} was canceled; what it had found stays\n`)
  return summary.status === 'completed' ? EXIT.ok : EXIT.failed
}

interface Imported {
  series: string
  rows: number
  /** What was mended in reading, a sentence each. */
  repairs: { line: number; reason: string }[]
}

/** The hash under which the desk keeps the file's bars. */
async function upload(
  { stderr }: CliContext,
  client: DeskClient,
  file: string,
  signal: AbortSignal,
): Promise<string> {
  const present = await stat(file).catch(() => null)
  if (!present?.isFile())
    throw new InputError('data', `--data ${quote(file, 200)} is no file that can be read`)
  const { series, repairs } = await requestJson<Imported>(
    client,
    `/series?${new URLSearchParams({ name: basename(file) })}`,
    {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv' },
      body: streamReadable(createReadStream(file)),
      duplex: 'half',
      signal,
    } as RequestInit,
  )
  for (const { line, reason } of repairs) stderr.write(`${cleanLine(`line ${line}: ${reason}`)}\n`)
  return series
}

async function followRun(
  { stderr, clock }: CliContext,
  client: DeskClient,
  runId: string,
  signal: AbortSignal,
): Promise<PublicSummary | null> {
  const live = createLiveLines(stderr)
  let latest: PublicSummary | null = null
  const onAway = (isAway: boolean) => {
    if (!stderr.isTerminal) return
    live.clear()
    stderr.write(isAway ? 'The server went away; waiting for it to come back\n' : 'The server is back\n')
  }
  try {
    await followUntil({ client, clock, signal, onAway }, async () => {
      latest = await requestJson<PublicSummary>(client, `/runs/${runId}/status`)
      live.draw(formatProgressTable([latest]))
      return isTerminal(latest.status)
    })
  } finally {
    live.clear()
  }
  return latest
}

function print(
  { stdout, stderr }: CliContext,
  runId: string,
  result: JobResult | null,
  report: JobReport,
  asJson: boolean,
): void {
  if (asJson) {
    stdout.write(`${JSON.stringify({ run_id: runId, ...report.document(result ?? {}) })}\n`)
    return
  }
  if (result !== null) stdout.write(`${report.lines(stdout, result).map(cleanLine).join('\n')}\n`)
  stderr.write(`Run ${runId}\n`)
}

function explainStop({ stderr, program }: CliContext, client: DeskClient, runId: string): void {
  const lines =
    client.owner === 'server'
      ? [
          'Detached. The job goes on in the server.',
          `  watch in the browser: ${client.url ?? 'the desk, at '}/runs/${runId}`,
          `  watch here: ${program} show ${runId}, ${program} logs ${runId} --follow`,
          `  cancel: ${program} cancel ${runId}`,
        ]
      : ['Stopped. The job goes on where it was when the desk is served:', `  ${program} serve`]
  stderr.write(`${lines.join('\n')}\n`)
}
