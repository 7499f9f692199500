/** Price files that were brought in: a row each, with what was mended, and what the form says of the one it is about. */
import { countOf, formatNumber } from '../../core/format.ts'
import type { ImportedListing } from '../../lab/series-facts.ts'
import { viewTime, type TimeView } from './time-view.ts'

export interface ImportRow {
  series: string
  name: string
  ticker: string
  rows: string
  span: string
  interval: string
  /** `adjusted` or `as traded`. */
  prices: string
  importedAt: TimeView
  /** What was mended or noticed, by line; how many more there are. */
  remarks: { line: number; reason: string }[]
  summary: string
  moreRemarks: string
  backtestHref: string
  optimizeHref: string
}

const REMARKS_SHOWN = 20

export function viewImports(listings: readonly ImportedListing[]): ImportRow[] {
  return listings.map((one) => {
    const remarks = [...one.repairs, ...one.notes]
    const total = one.repaired + one.notes.length
    const shown = remarks.slice(0, REMARKS_SHOWN)
    const href = (kind: string) =>
      `/lab/new?${new URLSearchParams({ kind, imported: one.series, ticker: one.ticker })}`
    return {
      series: one.series,
      name: one.name,
      ticker: one.ticker,
      rows: formatNumber(one.rows, 0),
      span: `${one.first} … ${one.last}`,
      interval: one.interval,
      prices: one.adjustment === 'adjusted' ? 'adjusted' : 'as traded',
      importedAt: viewTime(one.imported_at),
      remarks: shown,
      summary: describeRemarks(one),
      moreRemarks: total > shown.length ? `and ${formatNumber(total - shown.length, 0)} more` : '',
      backtestHref: href('backtest'),
      optimizeHref: href('optimize'),
    }
  })
}

function describeRemarks({ repaired, notes }: ImportedListing): string {
  const parts = [
    ...(repaired > 0 ? [`${countOf(repaired, 'repair')}`] : []),
    ...(notes.length > 0 ? [`${countOf(notes.length, 'remark')}`] : []),
  ]
  return parts.join(', ')
}

/** `prices.csv: 2,148 bars, 2004-08-19 … 2013-03-01, 1 d`. */
export function describeImport({ name, rows, first, last, interval }: ImportedListing): string {
  return `${name}: ${countOf(rows, 'bar')}, ${first} … ${last}, ${interval}`
}
