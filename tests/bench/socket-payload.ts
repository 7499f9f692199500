/**
 * What patches save on a run of the size that models make: 200 KB of reports, streamed word by word as they are written,
 * and again with each report coming whole. Counted by the product's own meter: bytes sent to one watcher against one
 * snapshot for each moment at which anything was sent.
 */
import { createPayloadMeter, type PayloadUse } from '../../src/core/payload-meter.ts'
import { createRunChannels } from '../../src/web/sockets/run-channels.ts'
import type { PlanNode } from '../../src/runs/workflow.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createScriptedDesk } from '../support/scripted-desk.ts'
import type { BenchContext } from './context.ts'
import type { Measurement, Outcome, Reading } from './harness.ts'

const GOAL_SENT_PCT = 5
const AGENTS = 12
const REPORTS_BYTES = 200_000
const TOOLS = 4
/** Text is journaled in batches; a model writes about so much in one. */
const BATCH_MS = 250
const BATCH_CHARS = 80

export const socketPayload: Measurement<BenchContext> = {
  name: 'socket-payload',
  async run(): Promise<Outcome> {
    const streamed = await watchRun(BATCH_CHARS)
    const whole = await watchRun(REPORTS_BYTES)
    return {
      readings: [summarize('streamed', streamed), summarize('each written at once', whole)],
      block: null,
    }
  },
}

function summarize(how: string, { messages, sent_bytes: sent, whole_bytes: whole }: PayloadUse): Reading {
  return {
    what: `sent to a socket of a run of ${REPORTS_BYTES / 1_000} KB of reports, ${how}, vs snapshots`,
    value: (sent / whole) * 100,
    goal: GOAL_SENT_PCT,
    unit: '%',
    basis: `${(sent / 1_024).toFixed(0)} KB in ${messages} messages instead of ${(whole / 2 ** 20).toFixed(1)} MB: ${(100 - (sent / whole) * 100).toFixed(1)} % saved`,
  }
}

export async function watchRun(batchChars: number): Promise<PayloadUse> {
  const plan: PlanNode[] = Array.from({ length: AGENTS }, (_, i) => ({
    id: `agent_${i}`,
    label: `Agent ${i}`,
    node_type: 'agent',
    children: [{ id: `agent_${i}_report`, label: 'Report', node_type: 'report' }],
  }))
  const desk = createScriptedDesk({ plan })
  const clock = createManualClock()
  const meter = createPayloadMeter()
  const shutdown = new AbortController()
  const onFault = (error: unknown) => {
    throw error
  }
  const channels = createRunChannels({
    desk,
    clock,
    meter,
    logStream: true,
    shutdown: shutdown.signal,
    onFault,
  })
  const runId = desk.add()
  const { channel } = await channels.take(runId)
  const reader = {
    isOpen: true,
    send: () => true,
    close: () => undefined,
    beat: () => undefined,
    terminate: () => undefined,
  }
  channel.join(reader)
  for (let i = 0; i < AGENTS; i++) {
    const key = `agent_${i}`
    desk.emit(runId, { type: 'step_started', key, input_hash: '', attempt: 1, node_id: key })
    for (let tool = 1; tool <= TOOLS; tool++) {
      const node_id = `${key}_tool_${tool}`
      desk.emit(runId, {
        type: 'node_updated',
        node_id,
        parent_id: key,
        label: 'tool',
        node_type: 'tool',
        status: 'in_progress',
      })
      await clock.advance(1_000)
      desk.emit(runId, { type: 'node_updated', node_id, status: 'completed' })
      desk.log(runId, `tool ${tool} has answered`, key)
      await clock.advance(1_000)
    }
    const report = createReport(REPORTS_BYTES / AGENTS, i)
    for (let at = 0; at < report.length; at += batchChars) {
      const text = report.slice(at, at + batchChars)
      desk.emit(runId, { type: 'content_appended', key, node_id: `${key}_report`, text })
      await clock.advance(BATCH_MS)
    }
    desk.emit(runId, { type: 'step_completed', key, result: null })
    await clock.advance(1_000)
  }
  desk.emit(runId, {
    type: 'decision_ready',
    decision: { action: 'BUY', confidence: 0.6, markdown: createReport(4_000, 0) },
  })
  desk.complete(runId)
  await clock.advance(3_000)
  shutdown.abort(new Error('over'))
  return meter.total('socket')
}

function createReport(bytes: number, seed: number): string {
  const paragraph = `Report ${seed}: the slope of the last 50 closes is up 4.2 % a year with a standard error of 0.3 % [E${seed + 1}]; volume agrees.\n\n`
  return paragraph.repeat(Math.ceil(bytes / paragraph.length)).slice(0, bytes)
}
