/**
 * What the honesty panel of a big grid costs, apart from the grid: 10,000 pairs of averages on the bars of GOOG, run
 * again, bootstrapped and cross-validated, on two threads that are warm. Where the time goes is told by part.
 */
import { adjustTo } from '../../src/market/adjust.ts'
import { createSampleVendor } from '../../src/market/vendors/sample.ts'
import { packBars, shareBars } from '../../src/lab/pack-bars.ts'
import { judgeSearch } from '../../src/lab/overfitting/run-honesty.ts'
import type { JudgedSearch } from '../../src/lab/overfitting/judged-search.ts'
import type { Dispatcher } from '../../src/lab/task.ts'
import { createDispatcher } from '../../src/lab/threads/create-dispatcher.ts'
import type { RunContext } from '../../src/runs/workflow.ts'
import { DEFAULT_RULES } from '../../src/trading/rules.ts'
import { median, type Measurement, type Outcome } from './harness.ts'
import type { BenchContext } from './context.ts'

const THREADS = 2
const ROUNDS = 5
const GOAL_S = 3
const LAST_BAR = '2013-03-01'
const FAST = [1, 100] as const
const SLOW = [101, 200] as const

export const honesty: Measurement<BenchContext> = {
  name: 'honesty',
  async run(): Promise<Outcome> {
    const search = await planPairs()
    const dispatcher = createDispatcher({ threads: THREADS })
    try {
      await judgeOnce(search, dispatcher)
      const rounds: Timed[] = []
      for (let round = 0; round < ROUNDS; round++) rounds.push(await judgeOnce(search, dispatcher))
      const wallS = median(rounds.map(({ wallMs }) => wallMs)) / 1_000
      const busyS = median(rounds.map(({ busyMs }) => busyMs)) / 1_000
      const parts = PARTS.map(
        ({ name, what }) => `${what} ${median(rounds.map(({ partMs }) => partMs.get(name)!)).toFixed(0)} ms`,
      )
      return {
        readings: [
          {
            what: `honesty of ${search.trials.numbers.length} tries × ${search.range.to} bars, ${THREADS} threads`,
            value: wallS,
            goal: GOAL_S,
            unit: 's',
            basis: `${parts.join(', ')}; ${busyS.toFixed(2)} s of processor time; median of ${ROUNDS} rounds`,
          },
        ],
        block: null,
      }
    } finally {
      await dispatcher.close()
    }
  },
}

const PARTS = [
  { name: 'track', what: 'the best' },
  { name: 'tries', what: 'runs and resamples' },
  { name: 'halves', what: 'cross-validation' },
]

async function planPairs(): Promise<JudgedSearch> {
  const series = adjustTo(await createSampleVendor().bars('GOOG', LAST_BAR), LAST_BAR)
  const { shared } = shareBars(await packBars([series], []))
  const pairs: number[] = []
  for (let fast = FAST[0]; fast <= FAST[1]; fast++) {
    for (let slow = SLOW[0]; slow <= SLOW[1]; slow++) pairs.push(fast, slow)
  }
  return {
    bars: shared,
    strategy: { name: 'sma-cross', file: null, hash: null },
    rules: { ...DEFAULT_RULES, commission: 0.002, finalize: true },
    range: { from: 0, to: series.time.length },
    names: ['fast', 'slow'],
    fixed: {},
    trials: {
      numbers: Int32Array.from({ length: pairs.length / 2 }, (_, i) => i),
      params: Float64Array.from(pairs),
    },
    best: 0,
    seed: 1,
  }
}

interface Timed {
  wallMs: number
  /** Of all threads. */
  busyMs: number
  /** From the first to the last part of a name. */
  partMs: Map<string, number>
}

/** Nothing is written: what a step costs on disk is measured where steps are. */
async function judgeOnce(search: JudgedSearch, dispatcher: Dispatcher): Promise<Timed> {
  const beganAt = new Map<string, number>()
  const partMs = new Map<string, number>()
  const { signal } = new AbortController()
  const step = {
    async part(name: string, _input: unknown, body: () => Promise<unknown>) {
      if (!beganAt.has(name)) beganAt.set(name, performance.now())
      const result: unknown = JSON.parse(JSON.stringify(await body()))
      partMs.set(name, performance.now() - beganAt.get(name)!)
      return result
    },
  }
  const context = {
    ...{ runId: 'bench', signal },
    step: (_key: string, body: (context: typeof step) => Promise<unknown>) => body(step),
    emit: () => Promise.resolve(),
  } as unknown as RunContext
  const before = process.cpuUsage()
  const startedMs = performance.now()
  const report = await judgeSearch(context, search, { dispatcher })
  if (report.pbo.value === null || report.against_zero.spa_consistent === null)
    throw new Error('the honesty of the grid was not measured')
  const { user, system } = process.cpuUsage(before)
  return { wallMs: performance.now() - startedMs, busyMs: (user + system) / 1_000, partMs }
}
