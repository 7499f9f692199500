/**
 * What doors ask of the lab's results, read from steps and worked out in worker threads. Nothing here changes a run, and
 * what is remembered is bounded in bytes, goes when nobody asks for a while, and can be made again.
 */
import type { Clock } from '../core/clock.ts'
import { InputError, NotFoundError, quote } from '../core/errors.ts'
import { suggestName } from '../core/nearest.ts'
import { createTurns } from '../core/turns.ts'
import { STATISTICS, type Statistic } from '../trading/statistics.ts'
import { createTimeline } from '../trading/orders/timeline.ts'
import type { BacktestResult } from './backtest-result.ts'
import type { ColumnRange } from './found/column-range.ts'
import { createGlances } from './found/glances.ts'
import { nameTrial, openChunk, weighChunk, type OpenChunk } from './found/open-chunk.ts'
import { createShelf } from './found/shelf.ts'
import {
  createTrialColumnReader,
  loadChunk,
  type RunReader,
  type TrialColumns,
} from './found/trial-columns.ts'
import { weighHeatmap, weighResult } from './found/weigh-result.ts'
import type { OptimizeInput } from './job-inputs.ts'
import { readRules } from './job-inputs.ts'
import type { Glance, Heatmap, HeatmapQuery, LabDesk, TrialPage, TrialQuery } from './lab-desk.ts'
import { BARS_STEP, RESULT_STEP, type LabState, type SearchState } from './lab-state.ts'
import { shareBars, type JobBars, type PackedBars } from './pack-bars.ts'
import { countTrades, unpackTrades } from './pack-trades.ts'
import { leftOut } from './search/left-out.ts'
import type { StrategyCatalog } from './strategy-catalog.ts'
import type { Dispatcher } from './task.ts'
import { backtest, drawHeatmap, orderTrials } from './tasks/names.ts'
import type { Trial } from './trials.ts'

export interface LabDeskDeps {
  runs: RunReader
  catalog: StrategyCatalog
  dispatcher: Dispatcher
  clock: Clock
  /** Ends what is under way when the desk does. */
  shutdown: AbortSignal
}

/** Remembered in all: a million bars are 48 MB. */
const KEPT_BYTES = 64 * 1_048_576
/** Nobody looks any more. */
const IDLE_MS = 300_000
/** Most rows of a page of trials. */
const TRIAL_PAGE_MAX = 1_000
const TRIAL_BYTES = 2_048
/** Trials or trades of an export, so that naming and writing them is short. */
const EXPORTED_AT_ONCE = 200
/** Figures of a trial that was run again are those that were kept, or the reader is told. */
const CHANGED =
  'Run again, this trial gives other figures than the search kept of it: the strategy or the program has changed since.'
const NO_STATISTICS = Object.fromEntries(STATISTICS.map((name) => [name, null])) as Trial['stats']

export function createLabDesk({ runs, catalog, dispatcher, clock, shutdown }: LabDeskDeps): LabDesk {
  const shelf = createShelf({ maxBytes: KEPT_BYTES, idleMs: IDLE_MS, clock, signal: shutdown })
  const columns = createTrialColumnReader(runs, shelf)
  const glances = createGlances(shelf, clock)
  /** A lane of its own for each run: looking at one waits for a chunk of another at most. */
  const optionsFor = (runId: string) => ({ lane: `look:${runId}`, signal: shutdown })

  async function searchOf(runId: string): Promise<SearchState> {
    const state = await runs.state(runId)
    const { search } = state.data as Partial<LabState>
    if (!search || state.kind !== 'optimize')
      throw new NotFoundError(
        state.kind === 'walk-forward'
          ? `run ${runId} is a walk-forward: of each fold it shows what was chosen; to look at tries one by one, run an optimisation over the bars of that fold`
          : `run ${runId} is no search: it has no trials`,
      )
    return search
  }

  function chunkAt(runId: string, index: number): Promise<OpenChunk> {
    const make = async () => openChunk(await loadChunk(runs, runId, index))
    return shelf.get(`chunk ${runId} ${index}`, make, weighChunk)
  }

  async function findTrial(runId: string, trial: number): Promise<{ chunk: OpenChunk; row: number }> {
    if (!Number.isInteger(trial) || trial < 0)
      throw new InputError('trial', `trial is ${trial}; allowed: a whole number from 0`)
    const { chunks } = await searchOf(runId)
    // All but the rounds of an adaptive search are of one size: the guess is right at once.
    let [low, high] = [0, chunks - 1]
    let at = chunks > 0 ? Math.min(high, Math.floor(trial / (await chunkAt(runId, 0)).count)) : 0
    while (low <= high) {
      const chunk = await chunkAt(runId, at)
      if (trial < chunk.from) high = at - 1
      else if (trial >= chunk.from + chunk.count) low = at + 1
      else return { chunk, row: trial - chunk.from }
      at = Math.floor((low + high) / 2)
    }
    throw new NotFoundError(`run ${runId} has no trial ${trial}`)
  }

  /** Of the run's bars step: a million bars take half a second to read, and trials are looked at one after the other. */
  function barsOf(runId: string): Promise<JobBars & { length: number }> {
    const make = async () => {
      const bars = shareBars((await runs.stepResult(runId, BARS_STEP)) as PackedBars)
      return { ...bars, length: createTimeline(bars.shared.series).length }
    }
    return shelf.get(`bars ${runId}`, make, ({ shared }) =>
      shared.series.reduce(
        (sum, { bars }) => sum + Object.values(bars).reduce((all, column) => all + column.byteLength, 0),
        0,
      ),
    )
  }

  async function simulate(runId: string, trial: number): Promise<BacktestResult> {
    const { chunk, row } = await findTrial(runId, trial)
    const failure = chunk.failed.find((one) => one.trial === trial)
    if (failure) throw new InputError('trial', `trial ${trial} could not be run: ${failure.error}`)
    const input = (await runs.state(runId)).input as unknown as OptimizeInput
    const { ref } = await catalog.find(input.strategy)
    const { shared, facts, notes, length } = await barsOf(runId)
    const kept = nameTrial(chunk, row)
    const params = { ...input.params, ...kept.params }
    const measured = await dispatcher.run(
      backtest,
      {
        ...{ bars: shared, strategy: ref, rules: readRules(input) },
        ...{ range: { from: 0, to: length }, params, facts, notes },
      },
      optionsFor(runId),
    )
    const found = listTrades(measured)
    const isSame = STATISTICS.every((name) => found.stats[name] === kept.stats[name])
    return isSame ? found : { ...found, notes: [...found.notes, CHANGED] }
  }

  async function draw(runId: string, chunks: number, query: HeatmapQuery): Promise<Heatmap | null> {
    checkStatistic('statistic', query.statistic)
    const read = await columns.read(runId, chunks, query.statistic)
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

  async function list(runId: string, chunks: number, query: TrialQuery): Promise<TrialPage> {
    const { sort, descending, offset, limit, within, isBrief } = query
    checkStatistic('sort', sort)
    const read = await columns.read(runId, chunks, sort)
    if (read === null) return { trials: [], total: 0 }
    const ranges = rangesOf(read, within)
    const order = await shelf.get(
      `order ${JSON.stringify([runId, chunks, sort, descending, within ?? null])}`,
      () =>
        dispatcher.run(orderTrials, { values: read.values, descending, within: ranges }, optionsFor(runId)),
      ({ byteLength }) => byteLength,
    )
    const rows = order.subarray(offset, offset + Math.min(limit, TRIAL_PAGE_MAX))
    const trials = isBrief
      ? Array.from(rows, (row) => nameBriefly(read, sort, row))
      : await nameRows(runId, read, rows)
    return { trials, total: order.length }
  }

  /** Chunk by chunk, so that each is opened once however many there are. */
  async function nameRows(runId: string, read: TrialColumns, rows: Uint32Array): Promise<Trial[]> {
    const named: Trial[] = []
    const byChunk = new Map<number, number[]>()
    for (const [place, row] of rows.entries()) {
      const index = read.chunkOf(read.trials[row]!)
      byChunk.set(index, [...(byChunk.get(index) ?? []), place])
    }
    for (const [index, places] of byChunk) {
      const chunk = await chunkAt(runId, index)
      for (const place of places) named[place] = nameTrial(chunk, read.trials[rows[place]!]! - chunk.from)
    }
    return named
  }

  async function glance<Found>(
    runId: string,
    key: string,
    search: SearchState,
    find: (chunks: number) => Promise<Found>,
    weigh: (found: Found) => number,
  ): Promise<Glance<Found> | null> {
    if (search.chunks === 0) return null
    const look = async () => ({ found: await find(search.chunks), search })
    return glances.look(`${key} ${runId}`, search.chunks, look, ({ found }) => weigh(found)) ?? null
  }

  async function loadResult(runId: string): Promise<BacktestResult | null> {
    // Of a run whose files are pruned nothing is shown, remembered or not.
    const { steps } = await runs.state(runId)
    if (steps[RESULT_STEP]?.status !== 'completed') return null
    const load = async () => (await runs.stepResult(runId, RESULT_STEP)) as BacktestResult
    return shelf.get(`result ${runId}`, load, weighResult)
  }

  return {
    catalog,
    async result(runId) {
      const found = await loadResult(runId)
      return found && listTrades(found)
    },
    inspectTrial: (runId, trial) =>
      shelf.get(`trial ${runId} ${trial}`, () => simulate(runId, trial), weighResult),
    async trials(runId, query) {
      return list(runId, (await searchOf(runId)).chunks, query)
    },
    async heatmap(runId, query) {
      const { chunks } = await searchOf(runId)
      const key = `heatmap ${JSON.stringify([runId, chunks, query])}`
      return shelf.get(key, () => draw(runId, chunks, query), weighHeatmap)
    },
    glance: {
      trials: (runId, query, search) =>
        glance(
          ...([runId, `trials ${JSON.stringify(query)}`, search] as const),
          (chunks) => list(runId, chunks, query),
          ({ trials }) => trials.length * TRIAL_BYTES,
        ),
      heatmap: (runId, query, search) =>
        glance(
          ...([runId, `map ${JSON.stringify(query)}`, search] as const),
          (chunks) => draw(runId, chunks, query),
          weighHeatmap,
        ),
    },
    async *eachTrial(runId) {
      const { chunks } = await searchOf(runId)
      const turn = createTurns()
      for (let index = 0; index < chunks; index++) {
        const chunk = openChunk(await loadChunk(runs, runId, index))
        const out = leftOut(chunk)
        const rows = Array.from({ length: chunk.count }, (_, row) => row)
        const counted = rows.filter((row) => !out.has(chunk.from + row))
        for (let at = 0; at < counted.length; at += EXPORTED_AT_ONCE) {
          yield counted.slice(at, at + EXPORTED_AT_ONCE).map((row) => nameTrial(chunk, row))
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

function checkStatistic(field: string, name: string): void {
  if ((STATISTICS as readonly string[]).includes(name)) return
  throw new InputError(field, `${field} is ${quote(name)}; ${suggestName(name, STATISTICS)}`)
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
function nameBriefly({ names, trials, params, values }: TrialColumns, sort: Statistic, row: number): Trial {
  const value = values[row]!
  return {
    trial: trials[row]!,
    params: Object.fromEntries(names.map((name, at) => [name, params[at]![row]!])),
    stats: { ...NO_STATISTICS, [sort]: Number.isFinite(value) ? value : null },
  }
}

/** Without the columns of those that are not listed. */
function listTrades({
  trade_figures: _figures,
  trade_words: _words,
  ...result
}: BacktestResult): BacktestResult {
  return result
}
