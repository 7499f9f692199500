/** Which column of a price file holds what, told from its header, or from its first row where there is no header. */
import { InputError, quote } from '../core/errors.ts'
import { parseWrittenTime } from './csv-dates.ts'

const COLUMN_NAMES = {
  date: ['date', 'datetime', 'timestamp', 'dateutc'],
  time: ['time'],
  open: ['open', 'o'],
  high: ['high', 'h'],
  low: ['low', 'l'],
  close: ['close', 'c', 'closelast'],
  adjClose: ['adjclose', 'adjustedclose', 'closeadj', 'adjclosing'],
  volume: ['volume', 'vol', 'v'],
  /** How often the price changed: what stands for volume where none is known. */
  ticks: ['tickvol', 'tickvolume'],
  symbol: ['ticker', 'symbol'],
} as const
type ColumnName = keyof typeof COLUMN_NAMES

/** By place in a row, from 0; −1 for a column that is not there. */
export type Columns = Record<ColumnName, number>

/** As files without a header are written: MetaTrader 4 has its history so. */
const BARE_COLUMNS: Columns = {
  ...{ date: 0, time: 1, open: 2, high: 3, low: 4, close: 5, volume: 6 },
  ...{ adjClose: -1, ticks: -1, symbol: -1 },
}

/** The columns of a header. Throws `InputError` for one that is there twice or missing. */
export function findColumns(
  names: readonly string[],
  ticker: string,
  { needsVolume }: { needsVolume: boolean },
): Columns {
  const found: Partial<Record<ColumnName, number>> = {}
  for (const [index, name] of names.entries()) {
    const plain = name.toLowerCase().replace(/[^a-z]/g, '')
    const column = (Object.keys(COLUMN_NAMES) as ColumnName[]).find((key) =>
      (COLUMN_NAMES[key] as readonly string[]).includes(plain),
    )
    if (column === undefined) continue
    if (found[column] !== undefined)
      throw new InputError('data', `${ticker}: line 1: two columns are named ${quote(name.trim())}`)
    found[column] = index
  }
  if (found.date === undefined && found.time !== undefined) {
    found.date = found.time
    delete found.time
  }
  const needed = [
    'date',
    'open',
    'high',
    'low',
    'close',
    ...(needsVolume ? ['volume' as const] : []),
  ] as const
  const missing = needed.filter((key) => found[key] === undefined)
  if (missing.length > 0) {
    throw new InputError(
      'data',
      `${ticker}: line 1: no column for ${missing.join(', ')}; the header is ${quote(names.join(','), 120)}`,
    )
  }
  const none = Object.fromEntries(Object.keys(COLUMN_NAMES).map((name) => [name, -1])) as Columns
  return { ...none, ...found }
}

/** What a first row that is no header holds; null for a header. */
export function findBareColumns(cells: readonly string[]): Columns | null {
  const isBare =
    cells.length >= 7 &&
    parseWrittenTime(`${cells[0]!.trim()} ${cells[1]!.trim()}`, 'month-first') !== null &&
    cells.slice(2, 7).every((cell) => /^\s*\d+(?:[.,]\d+)?\s*$/.test(cell))
  return isBare ? BARE_COLUMNS : null
}
