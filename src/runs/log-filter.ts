/** Which entries of a log are wanted: by severity, by source and by a text in them. One meaning for REST, sockets and pages. */
import { InputError, quote } from '../core/errors.ts'
import { SEVERITIES, type LogLine, type Severity } from './event.ts'

export interface LogFilter {
  /** Null for all. */
  severities: readonly Severity[] | null
  /** Null for all. */
  sources: readonly string[] | null
  /** Lower-cased; matches anywhere in source or message. Null for all. */
  q: string | null
}

export const EVERY_LINE: LogFilter = { severities: null, sources: null, q: null }

const MAX_SEARCH_LENGTH = 200
const MAX_SOURCES = 50

/** As people and programs name it. An empty text counts as not given. Throws `InputError` naming field and value. */
export function parseLogFilter(asked: {
  /** One severity is a threshold (`WARN`: and above), several by commas are a list (`INFO,ERROR`). */
  severity?: unknown
  /** Names by commas, or a list of names. */
  sources?: unknown
  q?: unknown
}): LogFilter {
  return {
    severities: parseSeverities(asked.severity),
    sources: parseSources(asked.sources),
    q: parseSearch(asked.q),
  }
}

export function matchesLog({ severities, sources, q }: LogFilter, line: LogLine): boolean {
  if (severities && !severities.includes(line.severity)) return false
  if (sources && !sources.includes(line.source)) return false
  return q === null || line.message.toLowerCase().includes(q) || line.source.toLowerCase().includes(q)
}

function parseSeverities(asked: unknown): Severity[] | null {
  if (asked === undefined || asked === null || asked === '') return null
  const names = typeof asked === 'string' ? asked.split(',').map((name) => name.trim().toUpperCase()) : []
  const found = names.map((name) => SEVERITIES.find((severity) => severity === name))
  if (found.length === 0 || found.includes(undefined)) {
    throw new InputError(
      'severity',
      `severity is ${quote(asked)}; allowed: one of ${SEVERITIES.join(', ')} (that and above), or several by commas (just these)`,
    )
  }
  const severities = found as Severity[]
  return severities.length === 1 ? SEVERITIES.slice(SEVERITIES.indexOf(severities[0]!)) : severities
}

function parseSources(asked: unknown): string[] | null {
  if (asked === undefined || asked === null || asked === '') return null
  const given: unknown[] =
    typeof asked === 'string' ? asked.split(',') : Array.isArray(asked) ? asked : [asked]
  const sources = given.map((name) => (typeof name === 'string' ? name.trim() : ''))
  if (sources.length > MAX_SOURCES || sources.includes('')) {
    throw new InputError('source', `source is ${quote(asked)}; allowed: up to ${MAX_SOURCES} names by commas`)
  }
  return sources.length === 0 ? null : sources
}

function parseSearch(asked: unknown): string | null {
  if (asked === undefined || asked === null || asked === '') return null
  if (typeof asked !== 'string' || asked.length > MAX_SEARCH_LENGTH) {
    throw new InputError(
      'q',
      `q is ${quote(asked)}; allowed: a text of at most ${MAX_SEARCH_LENGTH} characters`,
    )
  }
  return asked.toLowerCase()
}
