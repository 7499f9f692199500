/**
 * What the address of the Runs page says: which runs, in what order, which columns, how many at once. The same names
 * as those of `GET /runs`, and `show` for the columns.
 */
import { ACTIONS } from '../../committee/decision.ts'
import { InputError, quote } from '../../core/errors.ts'
import type { RunKind } from '../../runs/event.ts'
import type { RunFilter } from '../../runs/ports.ts'
import { NEWEST_FIRST, type RunSort } from '../../runs/run-order.ts'
import { parseOneOf, parseRunQuery, RUN_QUERY } from '../../runs/run-query.ts'
import { toQuery } from './run-row.ts'

export const PAGE_SIZES = [25, 50, 100] as const
export const DEFAULT_SIZE = 50
const MAX_SIZE = PAGE_SIZES.at(-1)!

export const VIEWS = ['work', 'levels'] as const
/** Which columns stand beside those that always do: how it was worked out, or what the verdict sets. */
export type RunsView = (typeof VIEWS)[number]

/** What takes nothing away from the list. */
const NO_FILTER = new Set(['sort', 'dir', 'after', 'before'])

export interface RunsQuery {
  filter: RunFilter
  sort: RunSort
  size: number
  view: RunsView
  /** Something is left out. */
  isFiltered: boolean
  /** As typed; empty for what is not asked. */
  typed(name: string): string
  /** The address of the list with some names changed; null takes one away. Without paging it begins at its beginning. */
  href(changes?: Record<string, string | null>): string
}

/** Throws `InputError` for what the address got wrong: a list that ignored it would pass for what was asked. */
export function readRunsQuery(url: URL, kinds: readonly RunKind[]): RunsQuery {
  const get = (name: string) => url.searchParams.getAll(name).join(',').trim()
  const asked = Object.fromEntries(RUN_QUERY.map((name) => [name, get(name)]))
  const filter = parseRunQuery(asked, { kinds, actions: ACTIONS })
  const size = parseSize(get('limit'))
  const view = parseView(get('show'))
  const kept: Record<string, string | null> = {
    ...asked,
    ...{ after: null, before: null },
    limit: size === DEFAULT_SIZE ? null : String(size),
    // A batch that is asked for without its columns has a page of its own.
    show: view === 'work' && !asked.batch ? null : view,
  }
  return {
    filter,
    sort: filter.sort ?? NEWEST_FIRST,
    size,
    view,
    isFiltered: Object.entries(asked).some(([name, value]) => value !== '' && !NO_FILTER.has(name)),
    typed: (name) => asked[name] ?? '',
    href: (changes = {}) => `/runs${toQuery({ ...kept, ...changes })}`,
  }
}

function parseSize(text: string): number {
  if (text === '') return DEFAULT_SIZE
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (size >= 1 && size <= MAX_SIZE) return size
  throw new InputError('limit', `limit ${quote(text)} is not a whole number from 1 to ${MAX_SIZE}`)
}

const parseView = (text: string): RunsView => (text === '' ? 'work' : parseOneOf('show', text, VIEWS))
