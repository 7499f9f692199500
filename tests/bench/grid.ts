/**
 * How fast a search is: 10,000 pairs of averages on the bars of GOOG with all statistics, beside a plain C loop that
 * computes the same ones, and beside other backtesters where there are any. Both sides run in turn in processes of their
 * own; what is compared on one thread is processor time, so that what others take of the machine is in neither.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packBars, shareBars } from '../../src/lab/pack-bars.ts'
import { runTrials } from '../../src/lab/tasks/run-trials.ts'
import { createDispatcher } from '../../src/lab/threads/create-dispatcher.ts'
import type { BarSeries } from '../../src/market/series.ts'
import type { BenchContext } from './context.ts'
import { timePeers, type Peers } from './grid-peers.ts'
import type { GridOrder, GridReport } from './grid-process.ts'
import { GRID_RULES, listPairs, loadGoogle, TEN_THOUSAND, type PairGrid, type Round } from './grid-search.ts'
import { buildYardstick, type Yardstick } from './grid-yardstick.ts'
import { alternate, median, type Measurement, type Outcome, type Reading } from './harness.ts'

const PROCESS = join(import.meta.dirname, 'grid-process.ts')
/** Processes of each side; each runs the grid cold once and then warm. */
const PROCESSES = 5
const WARM_ROUNDS = 3
const THREADS = 2
const PIECES = 20
const GOALS = { coldTimes: 2.3, warmTimes: 2, twoThreadsTimes: 1.05, stopTimes: 1.5, growthTimes: 1.25 }
const GOAL_PEAK_MB = 300
/** At least so many times faster. */
const GOAL_BACKTESTING = 1_000
const GOAL_VECTORBT = 50
/** A hundred times as many pairs of one grid as every hundredth of them. */
const BIG_GRID: PairGrid = { fast: [1, 125], slow: [201, 1_000], every: 1 }

export const grid: Measurement<BenchContext> = {
  name: 'grid',
  async run(): Promise<Outcome> {
    const dir = mkdtempSync(join(tmpdir(), 'rundesk-bench-'))
    try {
      const series = await loadGoogle()
      const yardstick = buildYardstick(dir, series)
      const readings = [
        ...(await measureThread(dir, yardstick)),
        ...(await measureThreads(series, yardstick)),
        await measureStops(),
        ...(await measureGrowth()),
      ]
      return { readings, block: null }
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  },
}

async function runProcess(order: Partial<GridOrder>): Promise<GridReport> {
  const whole: GridOrder = {
    ...{ grid: TEN_THOUSAND, rules: GRID_RULES, rounds: 1 + WARM_ROUNDS, rowsFile: null },
    ...order,
  }
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(whole)])
  return JSON.parse(stdout) as GridReport
}

const busyOf = (rounds: readonly Round[]) => median(rounds.map(({ busyMs }) => busyMs))
const wallOf = (rounds: readonly Round[]) => median(rounds.map(({ wallMs }) => wallMs))
const tell = (rounds: readonly Round[]) =>
  `${busyOf(rounds).toFixed(0)} ms of processor, ${wallOf(rounds).toFixed(0)} ms in all`

async function measureThread(dir: string, yardstick: Yardstick | null): Promise<Reading[]> {
  const rowsFile = join(dir, 'rows')
  const { left, right } = await alternate(
    PROCESSES,
    () => runProcess({ rowsFile }),
    async () => ({ rounds: yardstick?.run(1 + WARM_ROUNDS) ?? [], peakMb: 0 }),
  )
  const cold = left.map(({ rounds }) => rounds[0]!)
  const warm = left.flatMap(({ rounds }) => rounds.slice(1))
  const plain = right.flatMap(({ rounds }) => rounds)
  const peers = await timePeers()
  const pairs = listPairs(TEN_THOUSAND).length / 2
  const what = `${pairs} pairs, all statistics, one thread`
  const c =
    yardstick === null
      ? 'no gcc to compile the C loop with'
      : `C ${tell(plain)} (${yardstick.compiler}), same statistics to ${yardstick.compare(rowsFile).toExponential(0)}`
  return [
    ...(yardstick === null
      ? []
      : [
          timesReading(`${what}, warm, beside plain C`, busyOf(warm) / busyOf(plain), GOALS.warmTimes, {
            basis: `${tell(warm)}; ${c}`,
          }),
          timesReading(`${what}, cold, beside plain C`, busyOf(cold) / busyOf(plain), GOALS.coldTimes, {
            basis: tell(cold),
          }),
        ]),
    {
      what: `${what}: memory of the process`,
      value: Math.max(...left.map(({ peakMb }) => peakMb)),
      goal: GOAL_PEAK_MB,
      unit: 'MB',
      basis: [
        `warm ${tell(warm)}, cold ${tell(cold)}`,
        ...(yardstick === null ? [c] : []),
        ...describeMissing(peers),
      ].join('; '),
    },
    ...comparePeers(peers, busyOf(warm) / pairs),
  ]
}

function timesReading(what: string, value: number, goal: number, { basis }: { basis: string }): Reading {
  return { what, value, goal, unit: '×', basis }
}

function describeMissing(peers: Peers): string[] {
  return Object.entries(peers).flatMap(([name, peer]) =>
    'missing' in peer ? [`${name} not compared: ${peer.missing}`] : [],
  )
}

/** Ours as a part of theirs, for a goal is an upper bound: a thousand times faster is 0.1 %. */
function comparePeers(peers: Peers, ourMsPerPair: number): Reading[] {
  const goals = { backtesting: GOAL_BACKTESTING, vectorbt: GOAL_VECTORBT }
  return (['backtesting', 'vectorbt'] as const).flatMap((name) => {
    const peer = peers[name]
    if ('missing' in peer) return []
    const theirMsPerPair = (1_000 * peer.seconds) / peer.pairs
    const faster = theirMsPerPair / ourMsPerPair
    return timesReading(
      `time of ${name} for a pair, ${goals[name]} times over, beside ours`,
      goals[name] / faster,
      1,
      {
        basis: `${faster.toFixed(0)} times faster: ${theirMsPerPair.toFixed(2)} ms of processor for each of ${peer.pairs} pairs beside ${(1_000 * ourMsPerPair).toFixed(1)} µs`,
      },
    )
  })
}

/** Through the pool and the task that searches use. */
async function measureThreads(series: BarSeries, yardstick: Yardstick | null): Promise<Reading[]> {
  if (yardstick === null) return []
  const { shared } = shareBars(await packBars([series], []))
  const pairs = listPairs(TEN_THOUSAND)
  const dispatcher = createDispatcher({ threads: THREADS })
  const options = { lane: 'bench', signal: new AbortController().signal }
  const ground = { bars: shared, strategy: { name: 'sma-cross', file: null, hash: null }, rules: GRID_RULES }
  const size = pairs.length / PIECES

  async function search(): Promise<Round> {
    const busy = process.cpuUsage()
    const beganMs = performance.now()
    await Promise.all(
      Array.from({ length: PIECES }, (_, k) => {
        const params = pairs.slice(k * size, (k + 1) * size)
        const range = { from: 0, to: series.time.length }
        return dispatcher.run(
          runTrials,
          { ...ground, range, names: ['fast', 'slow'], fixed: {}, params },
          options,
        )
      }),
    )
    const wallMs = performance.now() - beganMs
    const { user, system } = process.cpuUsage(busy)
    return { wallMs, busyMs: (user + system) / 1_000 / THREADS }
  }

  try {
    for (let round = 0; round < WARM_ROUNDS; round++) await search()
    const { left, right } = await alternate(PROCESSES * WARM_ROUNDS, search, async () => yardstick.run(1)[0]!)
    return [
      timesReading(
        `the same on ${THREADS} warm workers, beside plain C on one thread`,
        busyOf(left) / busyOf(right),
        GOALS.twoThreadsTimes,
        {
          basis: `${busyOf(left).toFixed(0)} ms of each of ${THREADS} processors, ${wallOf(left).toFixed(0)} ms in all; C ${tell(right)}`,
        },
      ),
    ]
  } finally {
    await dispatcher.close()
  }
}

async function measureStops(): Promise<Reading> {
  const rules = { ...GRID_RULES, stopLoss: 0.05, takeProfit: 0.1 }
  const { left, right } = await alternate(
    PROCESSES,
    () => runProcess({ rules }),
    () => runProcess({}),
  )
  const warm = (reports: readonly GridReport[]) => reports.flatMap(({ rounds }) => rounds.slice(1))
  return timesReading(
    'with stop-loss and take-profit, beside without',
    busyOf(warm(left)) / busyOf(warm(right)),
    GOALS.stopTimes,
    { basis: `${tell(warm(left))} beside ${tell(warm(right))}` },
  )
}

async function measureGrowth(): Promise<Reading[]> {
  const small = { ...BIG_GRID, every: 100 }
  const counts = [small, BIG_GRID].map((pairs) => listPairs(pairs).length / 2)
  const { left, right } = await alternate(
    2,
    () => runProcess({ grid: BIG_GRID, rounds: 1 }),
    () => runProcess({ grid: small, rounds: 12 }),
  )
  const big = left.flatMap(({ rounds }) => rounds)
  const few = right.flatMap(({ rounds }) => rounds.slice(2))
  const [perFew, perBig] = [busyOf(few) / counts[0]!, busyOf(big) / counts[1]!]
  return [
    timesReading(
      `time of a pair: one of ${counts[1]} beside one of ${counts[0]}`,
      perBig / perFew,
      GOALS.growthTimes,
      { basis: `${(1_000 * perBig).toFixed(1)} µs beside ${(1_000 * perFew).toFixed(1)} µs of processor` },
    ),
    {
      what: `memory of a process with ${counts[1]} pairs`,
      value: Math.max(...left.map(({ peakMb }) => peakMb)),
      goal: GOAL_PEAK_MB,
      unit: 'MB',
      basis: `${tell(big)}; with ${counts[0]} pairs ${Math.max(...right.map(({ peakMb }) => peakMb)).toFixed(0)} MB`,
    },
  ]
}
