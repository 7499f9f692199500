/**
 * A log line as it stands in a file: `2026-11-20T10:00:03.120Z INFO  trader  message`, one line each. Which lines are
 * an agent's: those said in the name of an agent (`agent_id`) and the calls of tools (source `tool`).
 */
import { toIso } from '../core/clock.ts'
import type { LogLine } from '../runs/event.ts'

const TOOL_SOURCE = 'tool'

export function formatLogLine({ ts, severity, source, message }: LogLine): string {
  // A line break in a message would make one entry look like two; what follows it is set in instead.
  return `${toIso(ts)} ${severity.padEnd(5)} ${source}  ${message.replace(/\r\n?|\n/g, '\n    ')}\n`
}

export function isAgentLine({ agent_id: agentId, source }: LogLine): boolean {
  return agentId !== null || source === TOOL_SOURCE
}
