/** How long the list of runs takes with many stored, as a page and as JSON, over filters of every kind. */
import { MANY_RUNS, type BenchContext } from './context.ts'
import { median, percentile, type Measurement, type Outcome, type Reading } from './harness.ts'
import { request, startProduct } from './product-server.ts'
import { SEED_TICKERS } from './seed.ts'

const GOAL_P99_MS = 50
const REQUESTS = 300
/** So that compiling templates and code is not measured as listing. */
const WARM_UP_REQUESTS = 20

export const listPage: Measurement<BenchContext> = {
  name: 'list-page',
  async run({ place }): Promise<Outcome> {
    const server = await startProduct(await place(MANY_RUNS))
    try {
      const page = await measureList(server.origin, 'text/html', PAGE_QUERIES)
      const json = await measureList(server.origin, 'application/json', JSON_QUERIES)
      const { block } = await server.process.report()
      return {
        readings: [summarize('list page /runs', page), summarize('list GET /runs (JSON)', json)],
        block: { ...block, during: 'listing runs' },
      }
    } finally {
      await server.end()
    }
  },
}

type Query = (i: number, oldest: string) => string

const tickerAt = (i: number) => encodeURIComponent(SEED_TICKERS[i % SEED_TICKERS.length]!)
const statusAt = (i: number) => ['completed', 'error', 'canceled', 'in_progress'][i % 4]!

const COMMON_QUERIES: Query[] = [
  () => '',
  (i) => `?status=${statusAt(i)}`,
  (i) => `?ticker=${tickerAt(i)}`,
  (i) => `?ticker=${tickerAt(i)}&status=completed`,
  () => '?kind=assessment',
  () => '?q=vendor+answered',
  () => '?q=no+run+says+this',
  (i) => `?q=${tickerAt(i)}--`,
  (_i, oldest) => `?after=${encodeURIComponent(oldest)}`,
]
const PAGE_QUERIES: Query[] = [
  ...COMMON_QUERIES,
  ...['oldest', 'ticker', 'status', 'verdict', 'confidence', 'duration'].map((sort) => () => `?sort=${sort}`),
  (i) => `?sort=confidence&ticker=${tickerAt(i)}`,
]
const JSON_QUERIES: Query[] = [
  ...COMMON_QUERIES,
  () => '?limit=500',
  (i) => `?limit=50&status=completed,${statusAt(i)}`,
]

interface Measured {
  times: number[]
  slowest: string
  medianBytes: number
}

async function measureList(origin: string, accept: string, queries: Query[]): Promise<Measured> {
  const newest = await request(`${origin}/runs?limit=500`, { accept: 'application/json' })
  const oldest = (JSON.parse(newest.body.toString()) as { run_id: string }[]).at(-1)!.run_id
  const samples: { query: string; tookMs: number; bytes: number }[] = []
  for (let i = -WARM_UP_REQUESTS; i < REQUESTS; i += 1) {
    const turn = i + WARM_UP_REQUESTS
    const query = queries[turn % queries.length]!(turn, oldest)
    const { status, body, tookMs } = await request(`${origin}/runs${query}`, { accept })
    if (status !== 200) throw new Error(`/runs${query} answered ${status}`)
    if (i >= 0) samples.push({ query, tookMs, bytes: body.length })
  }
  const slowest = samples.reduce((a, b) => (a.tookMs > b.tookMs ? a : b))
  return {
    times: samples.map(({ tookMs }) => tookMs),
    slowest: `/runs${slowest.query}`,
    medianBytes: median(samples.map(({ bytes }) => bytes)),
  }
}

function summarize(what: string, { times, slowest, medianBytes }: Measured): Reading {
  return {
    what: `${what}, p99 at ${MANY_RUNS} runs`,
    value: percentile(times, 0.99),
    goal: GOAL_P99_MS,
    unit: 'ms',
    basis: `median ${median(times).toFixed(1)} ms, ${(medianBytes / 1_024).toFixed(0)} KB, ${times.length} requests, slowest ${Math.max(...times).toFixed(1)} ms for ${slowest}`,
  }
}
