/** Returns month by month: a row a year, its months compounded at the end, and how strongly each cell is coloured. */
import { formatSigned } from '../../../core/format.ts'
import type { MonthReturn } from '../../../lab/backtest-result.ts'

export interface MonthCell {
  /** Empty where the account was not there yet, or not any more. */
  text: string
  /** `gain-1` … `gain-4`, `loss-1` … `loss-4`, or empty: a class of the style sheet. */
  tone: string
}

export interface MonthsView {
  months: string[]
  years: { year: number; cells: MonthCell[]; total: MonthCell }[]
  /** Months that made money, of all from the first that is not flat; best and worst. Empty where all are flat. */
  summary: string
}

const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** From these returns on, in percent, a month is coloured one step stronger. */
const MONTH_STEPS = [0.05, 2, 6, 12]
/** A year is a larger thing than a month. */
const YEAR_STEPS = [0.05, 8, 20, 40]

export function viewMonths(months: readonly MonthReturn[]): MonthsView {
  const byYear = new Map<number, MonthReturn[]>()
  for (const one of months) byYear.set(one.year, [...(byYear.get(one.year) ?? []), one])
  const years = [...byYear].sort(([a], [b]) => a - b)
  return {
    months: MONTH_NAMES,
    years: years.map(([year, ofYear]) => ({
      year,
      cells: MONTH_NAMES.map((_, i) => {
        const found = ofYear.find(({ month }) => month === i + 1)
        return found ? viewCell(found.return_pct, MONTH_STEPS) : { text: '', tone: '' }
      }),
      total: viewCell(compound(ofYear), YEAR_STEPS),
    })),
    summary: summarize(months),
  }
}

function compound(months: readonly MonthReturn[]): number {
  return (months.reduce((value, { return_pct: pct }) => value * (1 + pct / 100), 1) - 1) * 100
}

function viewCell(pct: number, steps: readonly number[]): MonthCell {
  const strength = steps.filter((step) => Math.abs(pct) >= step).length
  return {
    text: formatSigned(pct, 1),
    tone: strength === 0 ? '' : `${pct > 0 ? 'gain' : 'loss'}-${strength}`,
  }
}

function summarize(months: readonly MonthReturn[]): string {
  const start = months.findIndex(({ return_pct: pct }) => pct !== 0)
  const traded = start < 0 ? [] : months.slice(start)
  if (traded.length === 0) return ''
  const gains = traded.filter(({ return_pct: pct }) => pct > 0).length
  const best = traded.reduce((a, b) => (b.return_pct > a.return_pct ? b : a))
  const worst = traded.reduce((a, b) => (b.return_pct < a.return_pct ? b : a))
  const name = (one: MonthReturn) =>
    `${formatSigned(one.return_pct, 1)} % (${MONTH_NAMES[one.month - 1]} ${one.year})`
  const since = start > 0 ? ' since the first trade' : ''
  return `${gains} of ${traded.length} months${since} made money; best ${name(best)}, worst ${name(worst)}`
}
