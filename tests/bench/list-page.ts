/** How long the list of runs takes with many stored, as a page and as JSON, over filters of every kind. */
import { DIRECTIONS, RUN_SORTS } from '../../src/runs/run-order.ts'
import { MANY_RUNS, type BenchContext } from './context.ts'
import { median, percentile, type Measurement, type Outcome, type Reading } from './harness.ts'
import { request, startProduct } from './product-server.ts'
import { SEED_TICKERS } from './seed.ts'

const GOAL_P99_MS = 50
const REQUESTS = 600
/** So that compiling templates and code is not measured as listing. */
const WARM_UP_REQUESTS = 20

export const listPage: Measurement<BenchContext> = {
  name: 'list-page',
  async run({ place }): Promise<Outcome> {
    const server = await startProduct(await place(MANY_RUNS))
    try {
      const page = await measureList(server.origin, 'text/html', PAGE_QUERIES)
      const json = await measureList(server.origin, 'application/json', JSON_QUERIES)
      const verdicts = await measureList(server.origin, 'text/html', VERDICT_QUERIES, '/verdicts')
      const { block } = await server.process.report()
      return {
        readings: [
          summarize('list page /runs', page),
          summarize('list GET /runs (JSON)', json),
          summarize('latest verdicts, page', verdicts),
        ],
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
/** Every order both ways, alone and with each filter, first pages and later ones, forward and back. */
const SORTED_QUERIES: Query[] = RUN_SORTS.flatMap((sort) =>
  DIRECTIONS.flatMap((dir): Query[] => [
    () => `?sort=${sort}&dir=${dir}`,
    (i, oldest) =>
      `?sort=${sort}&dir=${dir}&${i % 2 === 0 ? 'after' : 'before'}=${encodeURIComponent(oldest)}&${filterAt(i)}`,
  ]),
)
const FILTERS: Query[] = [
  (i) => `status=${statusAt(i)}`,
  (i) => `ticker=${tickerAt(i)}`,
  (i) => `verdict=${['BUY', 'HOLD', 'SELL,REVIEW'][i % 3]}`,
  (i) => `by=${['rules', 'models'][i % 2]}`,
  () => `from=${dayAgo(90)}&to=${dayAgo(20)}`,
  () => `as_of=${dayAgo(30)}`,
  () => 'files=pruned',
  () => 'q=vendor+answered',
  () => `q=aapl&status=completed&verdict=BUY&by=models&from=${dayAgo(120)}&files=whole`,
]
const filterAt = (i: number) => FILTERS[i % FILTERS.length]!(i, '')
const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

const PAGE_QUERIES: Query[] = [
  ...COMMON_QUERIES,
  ...FILTERS.map(
    (filter): Query =>
      (i, oldest) =>
        `?${filter(i, oldest)}`,
  ),
  ...SORTED_QUERIES,
  () => '?show=levels&sort=risk_reward&verdict=BUY',
  () => '?limit=100&sort=cost',
]
const JSON_QUERIES: Query[] = [
  ...COMMON_QUERIES,
  () => '?limit=500',
  (i) => `?limit=50&status=completed,${statusAt(i)}`,
  () => '?limit=500&sort=by&dir=desc',
]

const VERDICT_QUERIES: Query[] = [
  () => '',
  (i) => `?tickers=${tickerAt(i)}`,
  () => '?sort=confidence',
  () => '?sort=ticker&dir=desc',
]

interface Measured {
  times: number[]
  slowest: string
  medianBytes: number
}

async function measureList(
  origin: string,
  accept: string,
  queries: Query[],
  path = '/runs',
): Promise<Measured> {
  const newest = await request(`${origin}/runs?limit=500`, { accept: 'application/json' })
  const oldest = (JSON.parse(newest.body.toString()) as { run_id: string }[]).at(-1)!.run_id
  const samples: { query: string; tookMs: number; bytes: number }[] = []
  for (let i = -WARM_UP_REQUESTS; i < REQUESTS; i += 1) {
    const turn = i + WARM_UP_REQUESTS
    const query = queries[turn % queries.length]!(turn, oldest)
    const { status, body, tookMs } = await request(`${origin}${path}${query}`, { accept })
    if (status !== 200) throw new Error(`${path}${query} answered ${status}`)
    if (i >= 0) samples.push({ query, tookMs, bytes: body.length })
  }
  const slowest = samples.reduce((a, b) => (a.tookMs > b.tookMs ? a : b))
  return {
    times: samples.map(({ tookMs }) => tookMs),
    slowest: `${path}${slowest.query}`,
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
