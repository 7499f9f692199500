/**
 * `npm run bench [-- --only NAME]`: measures what the product promises of itself, prints every figure with its goal and
 * ends with 1 when one is missed. Compares within one run wherever it can, for absolute times say more about the
 * machine than about the product.
 */
import { parseArgs } from 'node:util'
import { atWork } from './at-work.ts'
import { createBenchContext, type BenchContext } from './context.ts'
import { criticalPath } from './critical-path.ts'
import { fanOut } from './fan-out.ts'
import { formatTable, isBreach, measure, type Finished, type Measurement, type Reading } from './harness.ts'
import { grid } from './grid.ts'
import { honesty } from './honesty.ts'
import { labResponsive } from './lab-responsive.ts'
import { listPage } from './list-page.ts'
import { priceFiles } from './price-files.ts'
import { runMetrics } from './run-metrics.ts'
import { socketPayload } from './socket-payload.ts'
import { sockets } from './sockets.ts'
import { startUp } from './start-up.ts'
import { tick } from './tick.ts'
import { updateBytes } from './update-bytes.ts'

const GOAL_BLOCK_MS = 50
const MEASUREMENTS: Measurement<BenchContext>[] = [
  tick,
  updateBytes,
  fanOut,
  sockets,
  socketPayload,
  listPage,
  labResponsive,
  runMetrics,
  startUp,
  atWork,
  criticalPath,
  grid,
  honesty,
  priceFiles,
]

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const chosen = MEASUREMENTS.filter(({ name }) => values.only === undefined || name === values.only)
if (chosen.length === 0) {
  console.error(`--only ${values.only}: choose from ${MEASUREMENTS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const startedMs = performance.now()
const context = createBenchContext()
const finished: Finished[] = []
for (const measurement of chosen) {
  process.stderr.write(`${measurement.name} …\n`)
  finished.push(await measure(measurement, context, GOAL_BLOCK_MS))
}
finished.push(...summarizeBlocks(finished))
const missed = finished.flatMap(({ readings }) => readings).filter(isBreach)
const tookS = ((performance.now() - startedMs) / 1_000).toFixed(0)
console.log(
  `${formatTable(finished)}\n\n${missed.length === 0 ? 'every goal met' : `${missed.length} missed`}, ${tookS} s`,
)
process.exit(missed.length === 0 ? 0 : 1)

/** The last row: the longest block of any server in any measurement, from ready on. */
function summarizeBlocks(all: readonly Finished[]): Finished[] {
  const blocks = all.flatMap(({ block }) => block ?? []).sort((a, b) => b.ms - a.ms)
  const longest = blocks[0]
  if (!longest) return []
  const reading: Reading = {
    what: 'longest event-loop block of a server, from ready on',
    value: longest.ms,
    goal: GOAL_BLOCK_MS,
    unit: 'ms',
    basis: `${longest.busyMs.toFixed(1)} ms of it computing; by what it did: ${blocks.map(({ ms, during }) => `${during} ${ms.toFixed(1)} ms`).join(', ')}`,
  }
  return [{ name: 'block', firstTry: null, readings: [reading], block: null }]
}
