/**
 * A fresh process that runs a grid so many times, the first of them cold, and prints what each took. Called with a
 * `GridOrder` as JSON; prints a `GridReport`.
 */
import { writeFileSync } from 'node:fs'
import { STATISTICS } from '../../src/trading/statistics.ts'
import type { TradingRules } from '../../src/trading/rules.ts'
import {
  createGridEvaluator,
  listPairs,
  loadGoogle,
  runPairs,
  timeRound,
  type PairGrid,
  type Round,
} from './grid-search.ts'

export interface GridOrder {
  grid: PairGrid
  rules: TradingRules
  rounds: number
  /** Where the rows go; null for nowhere. */
  rowsFile: string | null
}

export interface GridReport {
  rounds: Round[]
  /** The most memory that this process has held, Node itself included. */
  peakMb: number
}

const { grid, rules, rounds, rowsFile } = JSON.parse(process.argv[2]!) as GridOrder
const series = await loadGoogle()
const pairs = listPairs(grid)
const rows = new Float64Array((pairs.length / 2) * STATISTICS.length)
// Indicator columns are computed anew in each round, as the yardstick does.
const timed = Array.from({ length: rounds }, () =>
  timeRound(() => runPairs(createGridEvaluator(series, rules), pairs, rows)),
)
if (rowsFile !== null) writeFileSync(rowsFile, rows)
const report: GridReport = { rounds: timed, peakMb: process.resourceUsage().maxRSS / 1_024 }
process.stdout.write(JSON.stringify(report))
