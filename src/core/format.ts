/** Figures and times as people read them. One place, so that a report, a page and the terminal agree. */

const MINUS = '−'

/** Fixed decimals with thousands separators and a true minus sign; `null` and non-finite read as an en dash. */
export function formatNumber(value: number | null | undefined, decimals = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const text = formatterFor(decimals).format(Math.abs(value))
  const isZero = Number(Math.abs(value).toFixed(decimals)) === 0
  return value < 0 && !isZero ? `${MINUS}${text}` : text
}

/** Making a formatter costs a hundred times as much as using it. */
const formatters = new Map<number, Intl.NumberFormat>()

function formatterFor(decimals: number): Intl.NumberFormat {
  let formatter = formatters.get(decimals)
  if (!formatter) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
    formatter = new Intl.NumberFormat('en-US', digits)
    formatters.set(decimals, formatter)
  }
  return formatter
}

/** As `formatNumber`, with a leading `+` for what is above zero. */
export function formatSigned(value: number | null | undefined, decimals = 2): string {
  const text = formatNumber(value, decimals)
  return value !== null && value !== undefined && value > 0 && /[1-9]/.test(text) ? `+${text}` : text
}

/** `value` is already in percent. */
export function formatPct(value: number | null | undefined, decimals = 2): string {
  const text = formatNumber(value, decimals)
  return text === '–' ? text : `${text} %`
}

/** `412 ms`, `3.4 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '–'
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`
  const seconds = Math.floor(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(seconds / 3_600)} h ${String(Math.floor((seconds % 3_600) / 60)).padStart(2, '0')} min`
}

/** A time of a bar to the minute: `2012-06-29 13:30` for `2012-06-29T13:30:00Z`; a day as it is. */
export function formatMinute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ')
}

/** `640 B`, `12.3 KB`, `4.5 MB`, `1.2 GB` (powers of 1,024). */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(1)} KB`
  if (bytes < 1_073_741_824) return `${(bytes / 1_048_576).toFixed(1)} MB`
  return `${(bytes / 1_073_741_824).toFixed(1)} GB`
}

/** `1 run`, `1,204 runs`. */
export function countOf(number: number, one: string, many = `${one}s`): string {
  return `${formatNumber(number, 0)} ${number === 1 ? one : many}`
}

/** Always to a hundredth of a cent, what a single call costs, so that rows and their sum read alike. */
export function formatUsd(value: number | null): string {
  return value === null ? 'cost unknown' : `${formatDollars(value)} USD`
}

/** Without the currency: `0.0402`, `<0.0001`. */
export function formatDollars(value: number): string {
  return value > 0 && value < SMALLEST_USD ? `<${formatNumber(SMALLEST_USD, 4)}` : formatNumber(value, 4)
}

const SMALLEST_USD = 0.0001

/** Units of things that are counted, and therefore whole. */
export function isCount(unit: string): boolean {
  return ['shares', 'bars', 'days', 'trades', 'answers', 'headlines', 'changes'].includes(unit)
}

/** Decimals as each unit is read: prices to the cent, percentages finer where they are small, counts whole. */
function decimalsOf(value: number, unit: string): number {
  switch (unit) {
    case 'price':
      return Math.abs(value) >= 1 ? 2 : 4
    case '%':
      return Math.abs(value) >= 10 ? 1 : 2
    case 'points':
      return 1
    case 'ratio':
      // A position of half a percent of equity must not read as none.
      return value === 0 || Math.abs(value) >= 0.1 ? 2 : Math.abs(value) >= 0.01 ? 3 : 4
    default:
      return isCount(unit) ? 0 : 2
  }
}

/** `584.00`, `12.4 %`, `3,104`: without its citation. */
export function formatFigure(value: number, unit: string, options: { signed?: boolean } = {}): string {
  const format = options.signed ? formatSigned : formatNumber
  const figure = format(value, decimalsOf(value, unit))
  return unit === '%' ? `${figure} %` : figure
}
