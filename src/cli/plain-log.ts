/**
 * The process log for a person: what is written as one JSON object a line, as plain lines. For a terminal; whoever
 * collects logs gets the objects.
 */
import { cleanLine, type Output } from './terminal.ts'

interface LogRecord {
  level: number
  msg?: string
  run_id?: string
  reason?: string
  err?: { message?: string }
}

/** From which level on a line is marked: pino's numbers for warnings and errors. */
const WARN = 40
const ERROR = 50

/** Where pino writes to. */
export function createPlainLog(output: Output): { write(line: string): void } {
  return { write: (line) => output.write(`${formatRecord(line)}\n`) }
}

function formatRecord(line: string): string {
  const { level, msg = '', run_id: runId, reason, err } = JSON.parse(line) as LogRecord
  const mark = level >= ERROR ? '✖ ' : level >= WARN ? '⚠ ' : ''
  const detail = reason ?? err?.message
  return cleanLine(`${mark}${runId ? `${runId}: ` : ''}${msg}${detail ? ` (${detail})` : ''}`)
}
