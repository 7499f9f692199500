/**
 * What the address of a job's page asks of its parts: the order and page of its trades and trials, the stretch of time
 * its curve shows, and what its heatmap shows. Makes the links that ask for something else as well; leaves to the parts
 * whether a parameter of that name was searched.
 */
import { InputError, quote } from '../../../core/errors.ts'
import { suggestName } from '../../../core/nearest.ts'
import { STATISTICS, type Statistic } from '../../../trading/statistics.ts'
import { readRanges } from '../trials-link.ts'

const TRADE_SORTS = ['entry', 'exit', 'size', 'pnl', 'return', 'bars', 'reason'] as const
export type TradeSort = (typeof TRADE_SORTS)[number]

export interface Sorted<Key> {
  by: Key
  descending: boolean
}

export interface HeatmapAsk {
  /** Null for what goes without saying. */
  x: string | null
  y: string | null
  statistic: Statistic | null
  /** Where one has drilled down to, by parameter. */
  within: Record<string, [number, number]>
  /** The same of those on the axes, x before y, as its cells write it: two thousand links that are half as long. */
  cell: { x: [number, number]; y: [number, number] } | null
}

export interface JobAsk {
  trades: Sorted<TradeSort>
  /** From 0. */
  tradesPage: number
  /** Null for the objective, best first. */
  trials: Sorted<Statistic> | null
  trialsPage: number
  /** Days, `2010-01-01`; null for the ends of the series. */
  from: string | null
  to: string | null
  /** Money and prices by ratio; null for what suits them. */
  isLog: boolean | null
  heatmap: HeatmapAsk
  /** The same page asked for with these changes; null takes a name out. */
  href(changes: Record<string, string | null>, part?: string): string
  /** What is asked now, for forms that keep the rest of it; without these names. */
  kept(...without: string[]): { name: string; value: string }[]
}

/** The names this reads, in the order in which its links write them. */
const NAMES = ['trades', 'tpage', 'trials', 'page', 'from', 'to', 'scale', 'x', 'y', 'stat', 'cell'] as const
/** An end of the range of a parameter. */
const RANGE = /^(?:from|to)\.[\w-]{1,64}$/
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** `path` is that of the page. Throws `InputError` naming what cannot be read. */
export function parseJobAsk(path: string, params: URLSearchParams): JobAsk {
  const trials = params.get('trials')
  const statistic = params.get('stat')
  const scale = params.get('scale')
  const ranges = [...new Set(params.keys())].filter((name) => RANGE.test(name)).sort()
  const names = [...NAMES, ...ranges]
  return {
    trades: parseSort('trades', params.get('trades') ?? 'entry', TRADE_SORTS),
    tradesPage: parsePage('tpage', params.get('tpage')),
    trials: trials === null ? null : parseSort('trials', trials, STATISTICS),
    trialsPage: parsePage('page', params.get('page')),
    from: parseDay('from', params.get('from')),
    to: parseDay('to', params.get('to')),
    isLog: scale === 'log' ? true : scale === 'linear' ? false : null,
    heatmap: {
      x: params.get('x') || null,
      y: params.get('y') || null,
      statistic: statistic ? oneOf('stat', statistic, STATISTICS) : null,
      within: readRanges(
        params,
        ranges.map((name) => name.slice(name.indexOf('.') + 1)),
      ),
      cell: parseCell(params.get('cell')),
    },
    href(changes, part) {
      const next = new URLSearchParams()
      for (const name of new Set([...names, ...Object.keys(changes)])) {
        const value = name in changes ? changes[name] : params.get(name)
        if (value) next.set(name, value)
      }
      const query = next.toString()
      return `${path}${query && `?${query}`}${part ? `#${part}` : ''}`
    },
    kept: (...without) =>
      names
        .filter((name) => !without.includes(name))
        .flatMap((name) => {
          const value = params.get(name)
          return value ? { name, value } : []
        }),
  }
}

/** `-pnl` is descending. */
function parseSort<Key extends string>(field: string, text: string, keys: readonly Key[]): Sorted<Key> {
  const descending = text.startsWith('-')
  return { by: oneOf(field, descending ? text.slice(1) : text, keys), descending }
}

export function writeSort<Key extends string>({ by, descending }: Sorted<Key>): string {
  return `${descending ? '-' : ''}${by}`
}

function oneOf<Key extends string>(field: string, text: string, known: readonly Key[]): Key {
  if ((known as readonly string[]).includes(text)) return text as Key
  throw new InputError(field, `${field} is ${quote(text)}; ${suggestName(text, known)}`)
}

function parsePage(field: string, text: string | null): number {
  if (text === null || text === '') return 0
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InputError(field, `${field} is ${quote(text)}; allowed: 1 and up`)
  return Number(text) - 1
}

function parseDay(field: string, text: string | null): string | null {
  if (text === null || text === '') return null
  if (!DAY.test(text) || Number.isNaN(Date.parse(text)))
    throw new InputError(field, `${field} is ${quote(text)}; allowed: a date, YYYY-MM-DD`)
  return text
}

/** `1:2:101:102` is x from 1 to 2, y from 101 to 102. */
function parseCell(text: string | null): HeatmapAsk['cell'] {
  if (text === null || text === '') return null
  const ends = text.split(':').map(Number)
  if (ends.length !== 4 || !ends.every(Number.isFinite))
    throw new InputError('cell', `cell is ${quote(text)}; allowed: four numbers, as 1:2:101:102`)
  const [fromX, toX, fromY, toY] = ends as [number, number, number, number]
  return { x: [fromX, toX], y: [fromY, toY] }
}

export function writeCell({ x, y }: NonNullable<HeatmapAsk['cell']>): string {
  return [...x, ...y].join(':')
}
