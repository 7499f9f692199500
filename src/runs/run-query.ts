/** Which runs are asked for, as an address says it: the same names and values on the page of runs and for programs. */
import { InputError, quote } from '../core/errors.ts'
import { isBatchId, isRunId, parseTicker } from '../core/ids.ts'
import type { RunKind } from './identity.ts'
import type { RunFilter } from './ports.ts'
import { DIRECTIONS, naturalDirection, RUN_SORTS } from './run-order.ts'
import { RUN_STATUSES, STATUS_WORDS, type RunStatus } from './status.ts'
import { FILES_STATES } from './summary.ts'
import { THINKERS } from './thinker.ts'

/** The names read here, and how many runs an answer has left to the asker. */
export const RUN_QUERY = [
  ...['status', 'kind', 'ticker', 'batch', 'q', 'verdict', 'by', 'from', 'to', 'as_of', 'files'],
  ...['sort', 'dir', 'after', 'before'],
] as const

export const MAX_SEARCH_LENGTH = 200

/** The words that people read for a status where they are not its name: `failed` for `error`. */
const STATUS_ALIASES: ReadonlyMap<string, RunStatus> = new Map(
  RUN_STATUSES.filter((status) => STATUS_WORDS[status] !== status).map((status) => [
    STATUS_WORDS[status],
    status,
  ]),
)
/** A status may be asked for by either. */
export const STATUS_NAMES: readonly string[] = [...RUN_STATUSES, ...STATUS_ALIASES.keys()]

const toStatus = (name: string) => STATUS_ALIASES.get(name) ?? (name as RunStatus)

export interface RunWords {
  /** Kinds the desk can run. */
  kinds: readonly RunKind[]
  /** Verdicts there are. */
  actions: readonly string[]
}

/** An empty value counts as not given. Throws `InputError` naming the field, the value and what is allowed. */
export function parseRunQuery(
  asked: Readonly<Record<string, string | undefined>>,
  { kinds, actions }: RunWords,
): RunFilter {
  const filter: RunFilter = {}
  const get = (name: string) => asked[name]?.trim() || undefined
  const list = <T extends string>(name: string, allowed: readonly T[]) => {
    const text = get(name)
    return text === undefined
      ? undefined
      : text.split(',').map((part) => parseOneOf(name, part.trim(), allowed))
  }
  const one = <T extends string>(name: string, allowed: readonly T[]) => {
    const text = get(name)
    return text === undefined ? undefined : parseOneOf(name, text, allowed)
  }
  const day = (name: string) => {
    const text = get(name)
    return text === undefined ? undefined : parseDay(name, text)
  }
  const [status, kind, files] = [
    list('status', STATUS_NAMES)?.map(toStatus),
    list('kind', kinds),
    list('files', FILES_STATES),
  ]
  const [action, thinker, q, ticker] = [
    list('verdict', actions),
    one('by', THINKERS),
    get('q'),
    get('ticker'),
  ]
  const [from, to, asOf] = [day('from'), day('to'), day('as_of')]
  const [batch, after, before] = [
    parseId('batch', get('batch'), isBatchId),
    parseId('after', get('after'), isRunId),
    parseId('before', get('before'), isRunId),
  ]
  const [by, direction] = [one('sort', RUN_SORTS), one('dir', DIRECTIONS)]
  if (status) filter.status = status
  if (kind) filter.kind = kind
  if (files) filter.files = files
  if (action) filter.action = action
  if (thinker) filter.thinker = thinker
  if (ticker) filter.ticker = parseTicker(ticker)
  if (batch) filter.batch = batch
  if (q) filter.q = parseSearch(q)
  if (from && to && from > to) throw new InputError('from', `from ${quote(from)} is after to ${quote(to)}`)
  if (from) filter.from = from
  if (to) filter.to = to
  if (asOf) filter.as_of = asOf
  if (after && before)
    throw new InputError('before', `before ${quote(before)} cannot be asked for together with after`)
  if (after) filter.after = after
  if (before) filter.before = before
  const sorted = by ?? 'launched'
  if (by || direction) filter.sort = { by: sorted, direction: direction ?? naturalDirection(sorted) }
  return filter
}

/** Throws `InputError` naming the field, the value and what is allowed. */
export function parseOneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === text)
  if (found) return found
  throw new InputError(name, `${name} ${quote(text)} is not one of ${allowed.join(', ')}`)
}

function parseId(
  name: string,
  text: string | undefined,
  isId: (text: string) => boolean,
): string | undefined {
  if (text === undefined || isId(text)) return text
  throw new InputError(
    name,
    `${name} ${quote(text)} is not the id of a ${name === 'batch' ? 'batch' : 'run'}`,
  )
}

function parseSearch(text: string): string {
  if (text.length <= MAX_SEARCH_LENGTH) return text
  throw new InputError('q', `q ${quote(text)} is too long: at most ${MAX_SEARCH_LENGTH} characters`)
}

function parseDay(name: string, text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN
  // A 31st of June is read as the 1st of July.
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)) return text
  throw new InputError(name, `${name} ${quote(text)} is not a day like 2026-11-20`)
}
