/**
 * A log line as text: `2026-11-20T10:00:03.120Z INFO  trader  message`, the same in the files of a run, in a download and in
 * a terminal. Bundles are held against it byte for byte, so what stands in stored files binds it.
 */
import { toIso } from '../core/clock.ts'
import type { LogLine } from './event.ts'

/** `paint` colours the severity where it is shown. */
export function formatLogLine(
  { ts, severity, source, message }: Pick<LogLine, 'ts' | 'severity' | 'source' | 'message'>,
  paint: (level: string) => string = (level) => level,
): string {
  // A line break in a message would make one entry look like two; what follows it is set in instead.
  return `${toIso(ts)} ${paint(severity.padEnd(5))} ${source}  ${message.replace(/\r\n?|\n/g, '\n    ')}\n`
}
