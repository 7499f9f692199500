/** The plain C loop: compiled when it is needed, given the bars, run; and whether its statistics are ours. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BarSeries } from '../../src/market/series.ts'
import { STATISTICS } from '../../src/trading/statistics.ts'
import { GRID_RULES, TEN_THOUSAND, type Round } from './grid-search.ts'

const SOURCE = join(import.meta.dirname, 'grid.c')
const FLAGS = ['-O3', '-march=native']
/** Sums in another order differ in their last bits. */
const TOLERANCE = 1e-9

export interface Yardstick {
  compiler: string
  run(rounds: number): Round[]
  /** The largest relative difference of any statistic of any pair. Throws where one is too large. */
  compare(rowsFile: string): number
}

/** Null where there is no compiler. */
export function buildYardstick(dir: string, series: BarSeries): Yardstick | null {
  const binary = join(dir, 'grid')
  const built = spawnSync('gcc', [...FLAGS, '-o', binary, SOURCE, '-lm'], { encoding: 'utf8' })
  if (built.error) return null
  if (built.status !== 0) throw new Error(`gcc could not compile ${SOURCE}: ${built.stderr}`)
  const [version = 'gcc'] = execFileSync('gcc', ['--version'], { encoding: 'utf8' }).split('\n')
  const bars = join(dir, 'bars')
  const rows = join(dir, 'yardstick-rows')
  const { time, open, close } = series
  writeFileSync(bars, Buffer.concat([time, open, close].map((column) => Buffer.from(column.slice().buffer))))
  const { fast, slow } = TEN_THOUSAND
  const search = [fast[1], slow[0], slow[1], GRID_RULES.cash, GRID_RULES.commission].map(String)
  return {
    compiler: `${version} ${FLAGS.join(' ')}`,
    run(rounds) {
      const printed = execFileSync(binary, [bars, rows, String(rounds), ...search], { encoding: 'utf8' })
      return printed
        .trim()
        .split('\n')
        .map((line) => {
          const [wallMs, busyMs] = line.split(' ').map(Number)
          return { wallMs: wallMs!, busyMs: busyMs! }
        })
    },
    compare: (rowsFile) => compareRows(readDoubles(rowsFile), readDoubles(rows)),
  }
}

function readDoubles(file: string): Float64Array {
  const bytes = readFileSync(file)
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

function compareRows(ours: Float64Array, theirs: Float64Array): number {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} statistics beside ${theirs.length}`)
  let largest = 0
  for (const [i, value] of ours.entries()) {
    const other = theirs[i]!
    if (Number.isNaN(value) && !Number.isFinite(other)) continue
    const apart = Math.abs(value - other) / Math.max(1e-3, Math.abs(other))
    if (!(apart <= TOLERANCE)) {
      const name = STATISTICS[i % STATISTICS.length]!
      throw new Error(`pair ${Math.floor(i / STATISTICS.length)}: ${name} is ${value} here and ${other} in C`)
    }
    largest = Math.max(largest, apart)
  }
  return largest
}
