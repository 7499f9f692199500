/**
 * A search as durable steps: chunk by chunk, several at work at once, told of in their order whichever ends first. A
 * chunk whose end is journaled is not run again; what is kept in memory is the numbers and parameters of the trials and
 * the best of them, never a chunk.
 */
import type { RunContext } from '../../runs/workflow.ts'
import { STATISTICS } from '../../trading/statistics.ts'
import { CHUNK_EVENT, chunkStep, SEARCH_EVENT, type BestTrial } from '../lab-state.ts'
import { asOneStep } from '../as-one-step.ts'
import type { Dispatcher } from '../task.ts'
import type { Ground } from '../tasks/open-evaluator.ts'
import { unpackDoubles, type TrialChunk } from '../trials.ts'
import type { BarRange } from '../../trading/simulation.ts'
import { createAdaptiveSearch } from './adaptive.ts'
import { leftOut } from './left-out.ts'
import { makeChunk, readRows } from './make-chunk.ts'
import { scoreOf } from './objective.ts'
import { createRowRunner, type RowRunner } from './run-rows.ts'
import { nothingToRun, sizeChunks, type PlacedSearch, type SearchPlan } from './search-plan.ts'
import { createTally, type Tally } from './tally.ts'

export interface SearchOptions {
  search: PlacedSearch
  ground: Ground & { range: BarRange }
  dispatcher: Dispatcher
  node?: string
  /**
   * For one of many searches of a run, as in the folds of a walk-forward: stands before the keys of its steps. It tells no
   * events of its own.
   */
  within?: string
  /** Trials run, of all. `isNew` is false for those whose chunk had ended before, in this run or the one it repeats. */
  onProgress(run: number, planned: number, isNew: boolean): void
}

export interface SearchOutcome {
  planned: number
  evaluated: number
  refused: number
  failed: number
  /** Of those evaluated, how many had no score for want of a trade. */
  idle: number
  best: BestTrial | null
}

export interface FoundTrials {
  outcome: SearchOutcome
  /** Of every trial that was run, in order: those that the constraint refused afterwards too, for they were looked at. */
  numbers: Uint32Array
  /** Trials × names, row by row. */
  params: Float64Array
}

/** The step that stands for the whole search: it begins before the first chunk and ends after the last. */
export const SEARCH_STEP = 'search'
/** Chunks at work for each thread, so that none waits while another is stored. */
const CHUNKS_PER_THREAD = 2

export async function runSearch(ctx: RunContext<unknown>, options: SearchOptions): Promise<FoundTrials> {
  const { node, within } = options
  const { plan, places, planned } = options.search
  if (within === undefined)
    await ctx.emit(SEARCH_EVENT, { planned, names: [...plan.space.names], maximize: plan.maximize })
  const collected = collectTrials(planned, plan)
  const outcome = await asOneStep(ctx, keyWithin(within, SEARCH_STEP), node, async () => {
    const chunks = openChunks(ctx, options, collected)
    if (places) await runPlaces(places, chunks, options)
    else await adapt(chunks, options)
    const { evaluated, refused, failed, idle, best, firstFailure } = collected.tally
    if (evaluated + refused === 0)
      throw failed === 0
        ? nothingToRun()
        : new Error(`none of ${failed} trials could be run: ${firstFailure}`)
    return { planned, evaluated, refused, failed, idle, best }
  })
  return { outcome, ...collected.take() }
}

function keyWithin(within: string | undefined, key: string): string {
  return within === undefined ? key : `${within}-${key}`
}

interface EndedChunk {
  chunk: TrialChunk
  /** Whether it was run just now, rather than found in the journal. */
  isNew: boolean
}

interface Chunks {
  /** Runs the next chunk over these places. */
  run(places: ArrayLike<number>, side?: number): Promise<EndedChunk>
  /** Says what it has brought; to be called in the order of the chunks. */
  tell(ended: EndedChunk): Promise<void>
}

function openChunks(
  ctx: RunContext<unknown>,
  { search: { plan, planned }, ground, dispatcher, within, onProgress }: SearchOptions,
  collected: Collected,
): Chunks {
  const { names } = plan.space
  const rows: RowRunner = createRowRunner(dispatcher, { ...ground, names, fixed: plan.fixed })
  let begun = 0
  let told = 0
  let nextTrial = 0
  return {
    async run(places, side) {
      const index = begun++
      const from = nextTrial
      nextTrial += places.length
      const params = readRows(plan, places)
      const input = { strategy: ground.strategy.hash, from, places: Array.from(places) }
      let isNew = false
      const chunk = await ctx.step<TrialChunk>(
        keyWithin(within, chunkStep(index + 1)),
        async (step) => {
          isNew = true
          const options = { lane: ctx.runId, signal: step.signal }
          const chunk = makeChunk(plan, from, params, await rows.run(params, options, side))
          const [failure] = chunk.failed
          if (failure)
            step.log(
              'WARN',
              `trial ${failure.trial} and ${chunk.failed.length - 1} more failed: ${failure.error}`,
            )
          return chunk
        },
        { input },
      )
      return { chunk, isNew }
    },
    async tell({ chunk, isNew }) {
      const end = collected.add(told++, chunk)
      if (within === undefined) await ctx.emit(CHUNK_EVENT, { ...end })
      onProgress(chunk.from + chunk.count, planned, isNew)
    },
  }
}

/** All places, cut into chunks. */
async function runPlaces(places: Float64Array, chunks: Chunks, { dispatcher }: SearchOptions): Promise<void> {
  const size = sizeChunks(places.length)
  const atWork: Promise<EndedChunk>[] = []
  const maxAtWork = dispatcher.threads * CHUNKS_PER_THREAD
  for (let from = 0; from < places.length || atWork.length > 0;) {
    while (from < places.length && atWork.length < maxAtWork) {
      const running = chunks.run(places.subarray(from, from + size))
      running.catch(() => undefined)
      atWork.push(running)
      from += size
    }
    await chunks.tell(await atWork.shift()!)
  }
}

/** Round by round: a round is a chunk, spread over the threads. */
async function adapt(chunks: Chunks, { search: { plan }, dispatcher }: SearchOptions): Promise<void> {
  const search = createAdaptiveSearch(plan.space, plan.isAdmitted)
  let left = plan.tries
  while (left > 0) {
    const places = search.next().slice(0, left)
    if (places.length === 0) return
    left -= places.length
    const ended = await chunks.run(places, dispatcher.threads)
    await chunks.tell(ended)
    const { chunk } = ended
    const out = leftOut(chunk)
    const stats = unpackDoubles(chunk.stats)
    for (const [row, place] of places.entries()) {
      const score = scoreOf(plan.maximize, stats, row * STATISTICS.length)
      search.tell(place, out.has(chunk.from + row) ? Number.NaN : score)
    }
  }
}

interface Collected extends Pick<Tally, 'add'> {
  readonly tally: Tally
  take(): Pick<FoundTrials, 'numbers' | 'params'>
}

function collectTrials(planned: number, { space, maximize }: SearchPlan): Collected {
  const tally = createTally(maximize)
  const width = space.names.length
  const numbers = new Uint32Array(planned)
  const params = new Float64Array(planned * width)
  let count = 0
  return {
    tally,
    add(index, chunk) {
      const failed = new Set(chunk.failed.map(({ trial }) => trial))
      const rows = unpackDoubles(chunk.params)
      for (let row = 0; row < chunk.count; row++) {
        if (failed.has(chunk.from + row)) continue
        numbers[count] = chunk.from + row
        params.set(rows.subarray(row * width, (row + 1) * width), count * width)
        count++
      }
      return tally.add(index, chunk)
    },
    take: () => ({ numbers: numbers.slice(0, count), params: params.slice(0, count * width) }),
  }
}
