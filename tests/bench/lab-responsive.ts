/**
 * How fast the list of runs answers while the lab has all that it can take: several grids that keep every thread at work,
 * a price file of a million rows that is brought in beside them, and a backtest over it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { MANY_RUNS, type BenchContext } from './context.ts'
import { median, percentile, type Measurement, type Outcome } from './harness.ts'
import { request, startProduct } from './product-server.ts'

const GOAL_P99_MS = 50
/** Pairs enough to keep the threads at work for longer than is measured; the searches are cancelled then. */
const GRID = { fast: [1, 400], slow: [401, 900] }
const GRIDS = 3
const ROWS = 1_000_000
const MINUTE_MS = 60_000
const REQUESTS = 400
const WARM_UP_REQUESTS = 20
const STATUS_EVERY_MS = 50
const JSON_HEADERS = { 'content-type': 'application/json' }

export const labResponsive: Measurement<BenchContext> = {
  name: 'lab-responsive',
  async run({ place }): Promise<Outcome> {
    const server = await startProduct(await place(MANY_RUNS))
    const { origin } = server
    try {
      const runIds = await Promise.all(Array.from({ length: GRIDS }, () => launchGrid(origin)))
      for (let i = 0; i < WARM_UP_REQUESTS; i += 1) await look(origin)
      for (const runId of runIds) await untilSearching(origin, runId)
      const file = writePrices()
      await server.process.report()
      const beside = track(backtestFile(origin, file))
      const samples: number[] = []
      while (samples.length < REQUESTS || !beside.hasEnded()) samples.push(await look(origin))
      await beside.work
      const { block } = await server.process.report()
      for (const runId of runIds) {
        const { status } = await readStatus(origin, runId)
        if (status !== 'in_progress') throw new Error(`a grid had ended before it was measured: ${status}`)
        await fetch(`${origin}/runs/${runId}/cancel`, { method: 'POST' })
      }
      const reading = {
        ...{ what: `page /runs beside ${GRIDS} grids and a file of ${ROWS} rows, p99`, unit: 'ms' as const },
        ...{ value: percentile(samples, 0.99), goal: GOAL_P99_MS },
        basis: `median ${median(samples).toFixed(1)} ms, slowest ${Math.max(...samples).toFixed(1)} ms of ${samples.length} requests`,
      }
      const during = 'listing runs beside grids, an import and its backtest'
      return { readings: [reading], block: { ...block, during } }
    } finally {
      await server.end()
    }
  },
}

function track(work: Promise<void>): { work: Promise<void>; hasEnded: () => boolean } {
  let hasEnded = false
  const end = () => void (hasEnded = true)
  work.then(end, end)
  return { work, hasEnded: () => hasEnded }
}

function writePrices(): Uint8Array<ArrayBuffer> {
  const lines = ['Date,Open,High,Low,Close,Volume']
  let price = 100
  for (let i = 0; i < ROWS; i++) {
    price *= 1 + Math.sin(i * 1.7) * 0.001
    const prices = [price, price * 1.002, price * 0.998, price * 1.0005].map((one) => one.toFixed(2))
    const time = new Date(Date.UTC(2020, 0, 1) + i * MINUTE_MS).toISOString()
    lines.push(`${time.slice(0, 19).replace('T', ' ')},${prices.join(',')},${1_000 + (i % 777)}`)
  }
  return new TextEncoder().encode(lines.join('\n'))
}

/** Brings the file in and runs a backtest over it, to its end. */
async function backtestFile(origin: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const headers = { 'content-type': 'text/csv' }
  const answer = await fetch(`${origin}/series?name=minutes.csv`, { method: 'POST', headers, body })
  if (answer.status !== 201) throw new Error(`POST /series answered ${answer.status}: ${await answer.text()}`)
  const { series } = (await answer.json()) as { series: string }
  const runId = await launchJob(origin, { kind: 'backtest', imported: series })
  for (;;) {
    const { status } = await readStatus(origin, runId)
    if (status === 'completed') return
    if (status !== 'pending' && status !== 'in_progress') throw new Error(`the backtest is ${status}`)
    await sleep(STATUS_EVERY_MS)
  }
}

function launchGrid(origin: string): Promise<string> {
  return launchJob(origin, { kind: 'optimize', ticker: 'GOOG', commission: 0.002, grid: GRID })
}

async function launchJob(origin: string, job: object): Promise<string> {
  const body = JSON.stringify(job)
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
