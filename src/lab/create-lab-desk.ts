/**
 * What doors ask of the lab's results, read from steps and worked out in worker threads. Nothing here changes a run, and
 * what is remembered is bounded and can be made again.
 */
import { InputError, NotFoundError, quote } from '../core/errors.ts'
import { createLatest } from '../core/latest.ts'
import { suggestName } from '../core/nearest.ts'
import { createTurns } from '../core/turns.ts'
import { STATISTICS } from '../trading/statistics.ts'
import { createTimeline } from '../trading/orders/timeline.ts'
import type { BacktestResult } from './backtest-result.ts'
import type { ColumnRange } from './found/column-range.ts'
import {
  countChunks,
  createTrialColumnReader,
  loadChunk,
  type RunReader,
  type TrialColumns,
} from './found/trial-columns.ts'
import type { OptimizeInput } from './job-inputs.ts'
import { readRules } from './job-inputs.ts'
import type { HeatmapQuery, LabDesk } from './lab-desk.ts'
import { BARS_STEP, RESULT_STEP, type LabState } from './lab-state.ts'
import { shareBars, type PackedBars } from './pack-bars.ts'
import { countTrades, unpackTrades } from './pack-trades.ts'
import { leftOut } from './search/left-out.ts'
import type { StrategyCatalog } from './strategy-catalog.ts'
import type { Dispatcher } from './task.ts'
import { backtest } from './tasks/backtest.ts'
import { drawHeatmap } from './tasks/draw-heatmap.ts'
import { orderTrials } from './tasks/order-trials.ts'
import { nameStatistics, unpackDoubles, type Trial, type TrialChunk } from './trials.ts'

export interface LabDeskDeps {
  runs: RunReader
  catalog: StrategyCatalog
  dispatcher: Dispatcher
  /** Ends what is under way when the desk does. */
  shutdown: AbortSignal
}

const TRIALS_KEPT = 16
const HEATMAPS_KEPT = 16
const ORDERS_KEPT = 4
/** Most rows of a page of trials. */
const TRIAL_PAGE_MAX = 1_000
/** Trials or trades of an export, so that naming and writing them is short. */
const EXPORTED_AT_ONCE = 200
/** Figures of a trial that was run again are those that were kept, or the reader is told. */
const CHANGED =
  'Run again, this trial gives other figures than the search kept of it: the strategy or the program has changed since.'

export function createLabDesk({ runs, catalog, dispatcher, shutdown }: LabDeskDeps): LabDesk {
  const columns = createTrialColumnReader(runs)
  const inspected = createLatest<BacktestResult>(TRIALS_KEPT)
  const heatmaps = createLatest<Awaited<ReturnType<LabDesk['heatmap']>>>(HEATMAPS_KEPT)
  const orders = createLatest<Uint32Array>(ORDERS_KEPT)
  /** A lane of its own for each run: looking at one waits for a chunk of another at most. */
  const optionsFor = (runId: string) => ({ lane: `look:${runId}`, signal: shutdown })

  async function chunksOf(runId: string): Promise<number> {
    const state = await runs.state(runId)
    if ((state.data as Partial<LabState>).search === undefined || state.kind !== 'optimize')
      throw new NotFoundError(`run ${runId} is no search: it has no trials`)
    return countChunks(state)
  }

  async function findTrial(runId: string, trial: number): Promise<{ chunk: TrialChunk; row: number }> {
    if (!Number.isInteger(trial) || trial < 0)
      throw new InputError('trial', `trial is ${trial}; allowed: a whole number from 0`)
    const count = await chunksOf(runId)
    // All but the rounds of an adaptive search are of one size: the guess is right at once.
    let [low, high] = [0, count - 1]
    const first = count > 0 ? await loadChunk(runs, runId, 0) : null
    let at = first ? Math.min(high, Math.floor(trial / first.count)) : 0
    while (low <= high) {
      const chunk = at === 0 ? first! : await loadChunk(runs, runId, at)
      if (trial < chunk.from) high = at - 1
      else if (trial >= chunk.from + chunk.count) low = at + 1
      else return { chunk, row: trial - chunk.from }
      at = Math.floor((low + high) / 2)
    }
    throw new NotFoundError(`run ${runId} has no trial ${trial}`)
  }

  async function simulate(runId: string, trial: number): Promise<BacktestResult> {
    const { chunk, row } = await findTrial(runId, trial)
    const failure = chunk.failed.find((one) => one.trial === trial)
    if (failure) throw new InputError('trial', `trial ${trial} could not be run: ${failure.error}`)
    const input = (await runs.state(runId)).input as unknown as OptimizeInput
    const { ref } = await catalog.find(input.strategy)
    const { shared, facts, notes } = shareBars((await runs.stepResult(runId, BARS_STEP)) as PackedBars)
    const kept = nameTrials(chunk)(row)
    const params = { ...input.params, ...kept.params }
    const range = { from: 0, to: createTimeline(shared.series).length }
    const measured = await dispatcher.run(
      backtest,
      { bars: shared, strategy: ref, rules: readRules(input), range, params, facts, notes },
      optionsFor(runId),
    )
    const found = listTrades(measured)
    const isSame = STATISTICS.every((name) => found.stats[name] === kept.stats[name])
    return isSame ? found : { ...found, notes: [...found.notes, CHANGED] }
  }

  async function draw(runId: string, query: HeatmapQuery) {
    const read = await columns.read(runId, query.statistic)
    if (read === null || read.names.length < 2) return null
    const axis = (field: 'x' | 'y') => ({ name: query[field], column: columnOf(read, field, query[field]) })
    if (query.x === query.y)
      throw new InputError('y', `y is ${quote(query.y)}, as x is; the axes of a heatmap are two parameters`)
    const { trials, values } = read
    const input = { statistic: query.statistic, x: axis('x'), y: axis('y'), trials, values }
    const within = rangesOf(read, query.within)
    const heatmap = await dispatcher.run(drawHeatmap, { ...input, within }, optionsFor(runId))
    return heatmap.cells.some((cell) => cell !== null) ? heatmap : null
  }

  async function loadResult(runId: string): Promise<BacktestResult | null> {
    await runs.state(runId)
    return ((await runs.stepResult(runId, RESULT_STEP)) as BacktestResult | undefined) ?? null
  }

  return {
    catalog,
    async result(runId) {
      const found = await loadResult(runId)
      return found && listTrades(found)
    },
    inspectTrial: (runId, trial) => inspected.get(`${runId} ${trial}`, () => simulate(runId, trial)),
    async trials(runId, { sort, descending, offset, limit, within }) {
      const count = await chunksOf(runId)
      const read = await columns.read(runId, sort)
      if (read === null) return { trials: [], total: 0 }
      const ranges = rangesOf(read, within)
      const key = JSON.stringify([runId, count, sort, descending, within ?? null])
      const order = await orders.get(key, () =>
        dispatcher.run(orderTrials, { values: read.values, descending, within: ranges }, optionsFor(runId)),
      )
      const rows = order.subarray(offset, offset + Math.min(limit, TRIAL_PAGE_MAX))
      const trials: Trial[] = []
      const held = new Map<TrialChunk, true>()
      for (const row of rows) {
        const trial = read.trials[row]!
        const known = [...held.keys()].find(({ from, count: size }) => trial >= from && trial < from + size)
        const chunk = known ?? (await findTrial(runId, trial)).chunk
        held.set(chunk, true)
        trials.push(nameTrials(chunk)(trial - chunk.from))
      }
      return { trials, total: order.length }
    },
    async heatmap(runId, query) {
      const count = await chunksOf(runId)
      return heatmaps.get(JSON.stringify([runId, count, query]), () => draw(runId, query))
    },
    async *eachTrial(runId) {
      const count = await chunksOf(runId)
      const turn = createTurns()
      for (let index = 0; index < count; index++) {
        const chunk = await loadChunk(runs, runId, index)
        const out = leftOut(chunk)
        const rows = Array.from({ length: chunk.count }, (_, row) => row)
        const counted = rows.filter((row) => !out.has(chunk.from + row))
        const name = nameTrials(chunk)
        for (let at = 0; at < counted.length; at += EXPORTED_AT_ONCE) {
          yield counted.slice(at, at + EXPORTED_AT_ONCE).map(name)
          await turn()
        }
      }
    },
    async *eachTrade(runId) {
      const result = await loadResult(runId)
      if (result === null) throw new NotFoundError(`run ${runId} has no result (yet)`)
      const { trades, trade_figures, trade_words = [] } = result
      const packed = trade_figures && { trade_figures, trade_words }
      const count = packed ? countTrades(packed) : trades.length
      const turn = createTurns()
      for (let at = 0; at < count; at += EXPORTED_AT_ONCE) {
        const end = at + EXPORTED_AT_ONCE
        yield packed ? unpackTrades(packed, at, end) : trades.slice(at, end)
        await turn()
      }
    },
  }
}

function columnOf({ names, params }: TrialColumns, field: string, name: string): Float64Array {
  const column = params[names.indexOf(name)]
  if (column) return column
  throw new InputError(
    field,
    `${field} is ${quote(name)}, which was not searched; ${suggestName(name, names)}`,
  )
}

function rangesOf(read: TrialColumns, within: Record<string, [number, number]> = {}): ColumnRange[] {
  return Object.entries(within).map(([name, [from, to]]) => ({
    ...{ column: columnOf(read, `from.${name}`, name), from, to },
  }))
}

/** Trials of a chunk by row. */
function nameTrials({ from, names, params, stats }: TrialChunk): (row: number) => Trial {
  const values = unpackDoubles(params)
  const figures = unpackDoubles(stats)
  return (row) => ({
    trial: from + row,
    params: Object.fromEntries(names.map((name, at) => [name, values[row * names.length + at]!])),
    stats: nameStatistics(figures, row * STATISTICS.length),
  })
}

/** Without the columns of those that are not listed. */
function listTrades({
  trade_figures: _figures,
  trade_words: _words,
  ...result
}: BacktestResult): BacktestResult {
  return result
}
