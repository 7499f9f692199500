/**
 * Judges a search by its luck: the tries are run once more in worker threads, chunk by chunk, each chunk kept once
 * it is done, and what they leave is a report of one page. Keeps neither equity nor returns of a try.
 */
import type { RunContext, StepContext } from '../../runs/workflow.ts'
import type { HonestyReport } from '../honesty-report.ts'
import type { Params } from '../../trading/strategies/strategy.ts'
import { HONESTY_EVENT, HONESTY_STEP } from '../lab-state.ts'
import type { Dispatcher, TaskName } from '../task.ts'
import type { BootstrapOutput } from '../tasks/bootstrap-trials.ts'
import { bootstrapTrials, judgeTrack, validateTrials } from '../tasks/names.ts'
import { packDoubles, unpackDoubles } from '../trials.ts'
import { assembleReport } from './assemble-report.ts'
import { momentsPerTrial } from './cross-validation.ts'
import type { JudgedSearch, TrialGround } from './judged-search.ts'
import { selectTries } from './select-tries.ts'
import {
  computeSnoopingProbabilities,
  mergeSnoopingMaxima,
  packSnoopingMaxima,
  unpackSnoopingMaxima,
  type PackedMaxima,
  type SnoopingMaxima,
} from './snooping-tests.ts'

/** Blocks of the cross-validation, and resamples of the bootstrap. */
export const BLOCKS = 16
export const SAMPLES = 1_000
/** Fewer returns than two a block say nothing. */
export const LEAST_OBSERVATIONS = 2 * BLOCKS
/** Tries that are looked at one by one; of more, an even selection. */
export const MOST_TRIES = 20_000
/** The pieces of work do not depend on how many threads there are, and so neither do the bytes that come out. */
const TRIES_PER_CHUNK = 500
const SHARDS = 8

export interface JudgeOptions {
  dispatcher: Dispatcher
  /** Tree node it works for: one step of it. */
  node?: string
  /** Pieces of work done, of all. `isNew` is false for one that was done before, in this run or the one it repeats. */
  onProgress?: (done: number, of: number, isNew: boolean) => void
}

/**
 * One step, `HONESTY_STEP`, of which every piece of work is a durable part; emits `HONESTY_EVENT` and returns the report.
 * Bounded and deterministic: the same search and seed give the same bytes on any number of threads. Throws `RangeError`
 * where the chosen try is none of those that were run, and for a track that is not as long as the range.
 */
export async function judgeSearch(
  ctx: RunContext,
  search: JudgedSearch,
  { dispatcher, node, onProgress }: JudgeOptions,
): Promise<HonestyReport> {
  const report = await ctx.step(
    HONESTY_STEP,
    (step) =>
      measureHonesty(search, step, {
        dispatch: (task, input) => dispatcher.run(task, input, { lane: ctx.runId, signal: ctx.signal }),
        onProgress: (done, of, isNew) => onProgress?.(done, of, isNew),
      }),
    node === undefined ? {} : { node },
  )
  await ctx.emit(HONESTY_EVENT, { report })
  return report
}

interface Measuring {
  dispatch<Input, Output>(task: TaskName<Input, Output>, input: Input): Promise<Output>
  onProgress(done: number, of: number, isNew: boolean): void
}

async function measureHonesty(
  search: JudgedSearch,
  step: StepContext,
  { dispatch, onProgress }: Measuring,
): Promise<HonestyReport> {
  const { seed, best, range } = search
  if (search.track && search.track.length !== range.to - range.from)
    throw new RangeError(`a track of ${search.track.length} closes over ${range.to - range.from} bars`)
  const isWalkForward = search.track !== undefined
  const chosen = selectTries(search, MOST_TRIES)
  const chunks = Math.ceil(chosen.length / TRIES_PER_CHUNK)
  const shards = chosen.length > 1 ? SHARDS : 0
  let done = 0
  const part = async <T>(name: string, input: unknown, body: () => Promise<T>): Promise<T> => {
    let isNew = false
    const result = await step.part(name, input, () => {
      isNew = true
      return body()
    })
    onProgress(++done, 1 + chunks + shards, isNew)
    return result
  }

  const ground = groundOf(search)
  const track = await part('track', null, () =>
    dispatch(judgeTrack, {
      ...ground,
      ...{ params: paramsOf(search), track: search.track ?? null },
      ...{ samples: SAMPLES, seed, leastObservations: LEAST_OBSERVATIONS },
    }),
  )
  const canCompare = track.observations >= LEAST_OBSERVATIONS
  // A walk-forward's track was chosen by nobody: it is tested for itself, and the tries only for how choosing works.
  const isResampled = canCompare && !isWalkForward && track.meanBlock > 0
  const resampling = isResampled ? { samples: SAMPLES, meanBlock: track.meanBlock, seed } : null
  const parts = await Promise.all(
    Array.from({ length: chunks }, (_, chunk) => {
      const rows = chosen.subarray(chunk * TRIES_PER_CHUNK, (chunk + 1) * TRIES_PER_CHUNK)
      const params = paramsOfRows(search, rows)
      const input = { ...ground, params, count: rows.length, blocks: BLOCKS, resampling }
      return part('tries', { chunk }, async () => packPart(await dispatch(bootstrapTrials, input)))
    }),
  )
  const { moments, sharpes, againstZero, againstHeld } = joinParts(parts, chosen.length)
  const canValidate = canCompare && shards > 0
  const ranks = await Promise.all(
    Array.from({ length: canValidate ? shards : 0 }, (_, shard) => {
      const input = { moments, blocks: BLOCKS, shard, shards }
      return part('halves', { shard }, async () => packDoubles((await dispatch(validateTrials, input)).ranks))
    }),
  )
  const test = (maxima: SnoopingMaxima | null) => maxima && computeSnoopingProbabilities(maxima)
  return assembleReport({
    ...{ track, isWalkForward, best: isWalkForward ? null : best },
    trials: search.counted ?? search.trials.numbers.length,
    distinct: search.trials.numbers.length,
    refused: search.refused ?? 0,
    caveats: search.caveats ?? [],
    ...{ sharpes, blocks: BLOCKS, samples: SAMPLES, seed },
    ranks: canValidate ? concatenate(ranks.map(unpackDoubles)) : null,
    againstZero: isWalkForward ? track.againstZero : test(againstZero),
    againstHeld: isWalkForward ? track.againstHeld : test(againstHeld),
  })
}

function groundOf({ bars, strategy, rules, range, names, fixed }: JudgedSearch): TrialGround {
  return { bars, strategy, rules, range, names, fixed }
}

function paramsOf({ trials, names, fixed, track, best }: JudgedSearch): Params | null {
  if (best === null || track !== undefined) return null
  const row = Array.prototype.indexOf.call(trials.numbers, best)
  if (row < 0) throw new RangeError(`the chosen try is number ${best}, which is none of those that were run`)
  const own = names.map((name, at) => [name, trials.params[row * names.length + at]!] as const)
  return { ...fixed, ...Object.fromEntries(own) }
}

function paramsOfRows({ trials, names }: JudgedSearch, rows: Int32Array): Float64Array {
  const width = names.length
  const params = new Float64Array(rows.length * width)
  rows.forEach((row, i) => params.set(trials.params.subarray(row * width, (row + 1) * width), i * width))
  return params
}

/** A part as a step keeps it. */
interface PackedPart {
  moments: string
  sharpes: string
  zero: PackedMaxima | null
  held: PackedMaxima | null
}

function packPart({ moments, sharpes, againstZero, againstHeld }: BootstrapOutput): PackedPart {
  return {
    moments: packDoubles(moments),
    sharpes: packDoubles(sharpes),
    zero: againstZero && packSnoopingMaxima(againstZero),
    held: againstHeld && packSnoopingMaxima(againstHeld),
  }
}

/** Moments go where threads can share them. */
function joinParts(parts: readonly PackedPart[], tries: number): BootstrapOutput {
  const moments = new Float64Array(
    new SharedArrayBuffer(tries * momentsPerTrial(BLOCKS) * Float64Array.BYTES_PER_ELEMENT),
  )
  let offset = 0
  for (const part of parts) {
    const own = unpackDoubles(part.moments)
    moments.set(own, offset)
    offset += own.length
  }
  return {
    moments,
    sharpes: concatenate(parts.map(({ sharpes }) => unpackDoubles(sharpes))),
    againstZero: mergeAll(parts.map(({ zero }) => zero)),
    againstHeld: mergeAll(parts.map(({ held }) => held)),
  }
}

function mergeAll(parts: readonly (PackedMaxima | null)[]): SnoopingMaxima | null {
  return parts
    .filter((part) => part !== null)
    .map(unpackSnoopingMaxima)
    .reduce<SnoopingMaxima | null>((all, part) => (all ? mergeSnoopingMaxima(all, part) : part), null)
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}
