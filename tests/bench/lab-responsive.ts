/** How fast the list of runs answers while a grid keeps every thread of the lab at work. */
import { MANY_RUNS, type BenchContext } from './context.ts'
import { median, percentile, type Measurement, type Outcome } from './harness.ts'
import { request, startProduct } from './product-server.ts'

const GOAL_P99_MS = 50
/** Pairs enough to keep the threads at work for longer than is measured; the search is cancelled then. */
const GRID = { fast: [1, 400], slow: [401, 900] }
const REQUESTS = 400
const WARM_UP_REQUESTS = 20
const JSON_HEADERS = { 'content-type': 'application/json' }

export const labResponsive: Measurement<BenchContext> = {
  name: 'lab-responsive',
  async run({ place }): Promise<Outcome> {
    const server = await startProduct(await place(MANY_RUNS))
    const { origin } = server
    try {
      const runId = await launchGrid(origin)
      for (let i = 0; i < WARM_UP_REQUESTS; i += 1) await look(origin)
      await untilSearching(origin, runId)
      const samples: number[] = []
      for (let i = 0; i < REQUESTS; i += 1) samples.push(await look(origin))
      const { status, progress_message: message } = await readStatus(origin, runId)
      if (status !== 'in_progress') throw new Error(`the grid had ended before it was measured: ${status}`)
      await fetch(`${origin}/runs/${runId}/cancel`, { method: 'POST' })
      const { block } = await server.process.report()
      const reading = {
        ...{ what: 'page /runs while a grid uses every thread, p99', unit: 'ms' as const },
        ...{ value: percentile(samples, 0.99), goal: GOAL_P99_MS },
        basis: `median ${median(samples).toFixed(1)} ms, slowest ${Math.max(...samples).toFixed(1)} ms of ${REQUESTS} requests, at ${message}`,
      }
      return { readings: [reading], block: { ...block, during: 'listing runs beside a grid' } }
    } finally {
      await server.end()
    }
  },
}

async function launchGrid(origin: string): Promise<string> {
  const body = JSON.stringify({ kind: 'optimize', ticker: 'GOOG', commission: 0.002, grid: GRID })
  const answer = await fetch(`${origin}/jobs`, { method: 'POST', headers: JSON_HEADERS, body })
  if (answer.status !== 202) throw new Error(`POST /jobs answered ${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { run_id: string }).run_id
}

async function look(origin: string): Promise<number> {
  const { status, tookMs } = await request(`${origin}/runs`, { accept: 'text/html' })
  if (status !== 200) throw new Error(`/runs answered ${status}`)
  return tookMs
}

interface Status {
  status: string
  progress_message: string | null
}

async function readStatus(origin: string, runId: string): Promise<Status> {
  const { body } = await request(`${origin}/runs/${runId}/status`, { accept: 'application/json' })
  return JSON.parse(body.toString()) as Status
}

async function untilSearching(origin: string, runId: string): Promise<void> {
  for (;;) {
    const { status, progress_message: message } = await readStatus(origin, runId)
    if (message?.startsWith('Run ')) return
    if (status !== 'pending' && status !== 'in_progress') throw new Error(`the grid is ${status}`)
  }
}
