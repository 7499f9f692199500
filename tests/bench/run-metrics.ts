/** How long `GET /metrics/runs` takes, as a client sees it, at few and at many stored runs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isTerminal } from '../../src/runs/status.ts'
import { MANY_RUNS, type BenchContext } from './context.ts'
import { median, percentile, type Measurement, type Outcome, type Reading } from './harness.ts'
import { launch, listStatuses } from './launch.ts'
import { request, startProduct } from './product-server.ts'

const FEW_RUNS = 500
const GOALS_MS = [
  { runs: FEW_RUNS, goalMs: 10 },
  { runs: MANY_RUNS, goalMs: 15 },
]
const REQUESTS = 500
/** So that compiling is not measured as counting; the first answer also puts the durations in order. */
const WARM_UP_REQUESTS = 20
/** A run that ends in between changes what is asked for. */
const ADD_EVERY = 50
const POLL_MS = 20

export const runMetrics: Measurement<BenchContext> = {
  name: 'run-metrics',
  async run({ place }): Promise<Outcome> {
    const outcomes = []
    for (const { runs, goalMs } of GOALS_MS) outcomes.push(await measureAt(await place(runs), runs, goalMs))
    return {
      readings: outcomes.map(({ reading }) => reading),
      block: outcomes.map(({ block }) => block).reduce((a, b) => (a.ms > b.ms ? a : b)),
    }
  },
}

async function measureAt(place: Awaited<ReturnType<BenchContext['place']>>, runs: number, goalMs: number) {
  const server = await startProduct(place)
  try {
    const url = `${server.origin}/metrics/runs`
    const { tookMs: firstMs } = await request(url)
    for (let i = 0; i < WARM_UP_REQUESTS; i += 1) await request(url)
    const times: number[] = []
    for (let i = 0; i < REQUESTS; i += 1) {
      if (i % ADD_EVERY === 0) await addRun(server.origin)
      const { status, tookMs } = await request(url)
      if (status !== 200) throw new Error(`/metrics/runs answered ${status}`)
      times.push(tookMs)
    }
    const reading: Reading = {
      what: `GET /metrics/runs, p99 at ${runs} runs`,
      value: percentile(times, 0.99),
      goal: goalMs,
      unit: 'ms',
      basis: `median ${median(times).toFixed(1)} ms, slowest ${Math.max(...times).toFixed(1)} ms of ${times.length} with a run added after each ${ADD_EVERY}, the first ${firstMs.toFixed(1)} ms`,
    }
    const { block } = await server.process.report()
    return { reading, block: { ...block, during: `run metrics at ${runs}` } }
  } finally {
    await server.end()
  }
}

/** One more run that has ended, so that the next answer is another. */
async function addRun(origin: string): Promise<void> {
  const { batchId } = await launch(origin, 'AAPL')
  while (!(await listStatuses(origin, batchId)).every(({ status }) => isTerminal(status)))
    await sleep(POLL_MS)
}
