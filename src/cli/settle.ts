/**
 * What a run does once it has been let go on. One that waits for its budget may stop again at its next call: that it runs
 * is no news before it has had the time for that.
 */
import type { Clock } from '../core/clock.ts'
import type { PublicSummary } from '../runs/summary.ts'
import { postJson, requestJson, type DeskClient } from './client.ts'
import { createStatusCell } from './status-cell.ts'
import { cleanLine, type Output } from './terminal.ts'

const LOOK_MS = 100
const SETTLE_MS = 2_000

/** Posts to `/runs/{id}/<verb>`; of a run that was paused and is not any more, what it is a moment later. */
export async function actAndSettle(
  client: DeskClient,
  clock: Clock,
  runId: string,
  verb: string,
  body: object = {},
): Promise<PublicSummary> {
  const look = () => requestJson<PublicSummary>(client, `/runs/${runId}/status`)
  const { status: before } = await look()
  let run = await postJson<PublicSummary>(client, `/runs/${runId}/${verb}`, body)
  if (before !== 'paused') return run
  const deadline = clock.now() + SETTLE_MS
  while ((run.status === 'pending' || run.status === 'in_progress') && clock.now() < deadline) {
    await clock.sleep(LOOK_MS)
    run = await look()
  }
  return run
}

/** `AAPL--…  ‖ paused: why`. */
export function formatOutcomeLine(
  output: Output,
  { run_id, status, progress_message: why }: PublicSummary,
): string {
  const reason = status === 'paused' && why ? `: ${cleanLine(why)}` : ''
  return `${run_id}  ${createStatusCell(output, status).text}${reason}\n`
}
