/**
 * The steps of one execution. One whose end is journaled answers from the journal, one that another run has ended is
 * taken over, any other runs and has its end journaled before anyone hears of it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'
import { tellError } from '../core/error-text.ts'
import { AbortedError, quote } from '../core/errors.ts'
import { hashOf } from '../core/json.ts'
import { createSeededRandom } from '../core/random.ts'
import { watchWaits } from '../core/wait-watch.ts'
import type { RunEvent, RunKind } from './event.ts'
import type { ExecutionGate } from './execution-gate.ts'
import type { Artifacts } from './ports.ts'
import type { Replay } from './replay.ts'
import type { RunBudgetKeeper } from './run-budget.ts'
import type { RunWriter } from './run-writer.ts'
import type { StepRecord } from './state.ts'
import { createStepContext, type StepContextDeps } from './step-context.ts'
import { createStepRecorder, type StepRecorder } from './step-recorder.ts'
import { loadResult, storeResult } from './step-results.ts'
import type { TakeOver } from './take-over.ts'
import type { StepContext, StepOptions } from './workflow.ts'

export interface ChildRequest {
  kind: RunKind
  input: unknown
  key: string
}

export interface OpenedChild {
  runId: string
  /** Sets the child to work, making it where it does not exist yet; to be called after its id is journaled here. */
  take(): Promise<{ outcome(): Promise<unknown> }>
}

/** Finds the child run of a step, or names a new one. */
export type FindChild = (childRunId: string | null, request: ChildRequest) => Promise<OpenedChild>

export interface Steps {
  step<T>(key: string, body: (context: StepContext) => Promise<T>, options?: StepOptions): Promise<T>
  skip(key: string, reason: string, node?: string): Promise<void>
  child(key: string, kind: RunKind, input: unknown, node: string | null): Promise<unknown>
  /** The step in whose body the caller is; undefined outside of all. */
  current(): string | undefined
}

export interface StepsOptions {
  gate: ExecutionGate
  writer: RunWriter
  artifacts: Artifacts
  clock: Clock
  budget: RunBudgetKeeper
  replay: Replay
  takeOver: TakeOver
  stepDelayMs: number
  toolNodes: Set<string>
  openChild: FindChild
  /** Called with the end of each step, new or journaled before, in the order in which the workflow comes to them. */
  see(event: RunEvent | undefined): void
}

interface InnerOptions {
  delayMs?: number
  speaksFor?: string | null
  /** The steps this one is inside of, the outermost first. */
  outer?: readonly string[]
}

export function createSteps(options: StepsOptions): Steps {
  const { gate, writer, artifacts, clock, budget, replay, takeOver, see } = options
  const { run_id: runId, ticker, as_of: asOf, input: runInput } = writer.state
  const seed = hashOf({ ticker, as_of: asOf, input: runInput })
  /** The step whose body is at work, after those it is inside of, for whatever is called from within it. */
  const inside = new AsyncLocalStorage<readonly string[]>()
  const usedKeys = new Set<string>()
  const contextDeps: StepContextDeps = {
    ...{ gate, clock, budget, toolNodes: options.toolNodes },
    state: () => writer.state,
    runNested: (outer, key, body, { speaksFor, ...stepOptions }) =>
      step(key, body, stepOptions, { delayMs: 0, outer, ...(speaksFor !== undefined && { speaksFor }) }),
  }

  function claimKey(key: string): void {
    gate.assertTaking()
    if (usedKeys.has(key)) throw new Error(`step key ${quote(key)} is used twice in one run`)
    usedKeys.add(key)
  }

  function recordOf(key: string): StepRecord | undefined {
    return Object.hasOwn(writer.state.steps, key) ? writer.state.steps[key] : undefined
  }

  /** The result of a step that ended here or in the run it is taken over from, else undefined. */
  async function recall(key: string, inputHash: string): Promise<{ value: unknown } | undefined> {
    const ended = recallOwn(key, inputHash) ?? (await takeOver(key, inputHash))
    if (!ended) return undefined
    see(ended.event)
    return { value: await loadResult(artifacts, runId, recordOf(key)!) }
  }

  /** A changed input is an error, never silent reuse. */
  function recallOwn(key: string, inputHash: string): { event: RunEvent | undefined } | undefined {
    const record = recordOf(key)
    if (!record || record.status === 'skipped') return undefined
    if (record.input_hash !== inputHash) {
      throw new Error(
        `step ${quote(key)} was journaled for another input (hash ${record.input_hash.slice(0, 12)}, now ${inputHash.slice(0, 12)}): the code or its settings changed since this run began, so its result cannot be used again`,
      )
    }
    // A failure that the workflow has dealt with is part of how it went on.
    if (record.status === 'failed') throw new Error(record.error ?? 'failed')
    return record.status === 'completed' ? { event: replay.endOf(key) } : undefined
  }

  async function step<T>(
    key: string,
    body: (context: StepContext) => Promise<T>,
    { input, node }: StepOptions = {},
    { delayMs = options.stepDelayMs, speaksFor = node ?? null, outer = path() }: InnerOptions = {},
  ): Promise<T> {
    claimKey(key)
    return gate.during(async () => {
      const inputHash = hashOf(input)
      const known = await recall(key, inputHash)
      if (known) return known.value as T
      const attempt = (recordOf(key)?.attempt ?? 0) + 1
      const own = { path: [...outer, key], attempt, node: speaksFor }
      await gate.commit({
        ...{ type: 'step_started', key, input_hash: inputHash, attempt },
        ...{ node_id: node ?? null, within: outer.at(-1) ?? null },
      })
      return (await conclude(own.path, async (recorder) => {
        if (delayMs > 0) await clock.sleep(delayMs, gate.signal)
        // Steps of many runs may be due at once; between two of them others get their turn.
        await nextTurn()
        const random = createSeededRandom(`${seed}:${key}`)
        const context = createStepContext(contextDeps, { ...own, random }, recorder)
        return watchWaits(
          (wait) => recorder.wait(speaksFor, wait),
          () => body(context),
        )
      })) as T
    })
  }

  /** Runs a started step's work to its journaled end. */
  async function conclude(
    own: readonly string[],
    work: (recorder: StepRecorder) => Promise<unknown>,
  ): Promise<unknown> {
    const key = own.at(-1)!
    const recorder = createStepRecorder(key, clock, gate.tell)
    try {
      const result = await gate.orAbort(inside.run(own, () => work(recorder)))
      const { stored, value } = await storeResult(artifacts, runId, result)
      recorder.flush()
      see(await gate.commit({ type: 'step_completed', key, ...stored }))
      return value
    } catch (error) {
      if (!gate.isOpen || error instanceof AbortedError) throw error
      recorder.flush()
      await gate.commit({ type: 'step_failed', key, error: tellError(error) })
      throw error
    } finally {
      recorder.close()
      budget.settle(key)
    }
  }

  function path(): readonly string[] {
    return inside.getStore() ?? []
  }

  return {
    step,
    current: () => path().at(-1),
    async skip(key, reason, node) {
      claimKey(key)
      if (recordOf(key)) return see(replay.endOf(key))
      see(await gate.commit({ type: 'step_skipped', key, reason, node_id: node ?? null }))
    },
    async child(key, kind, childInput, node) {
      claimKey(key)
      const outer = path()
      const inputHash = hashOf({ kind, input: childInput })
      const known = await recall(key, inputHash)
      if (known) return known.value
      const record = recordOf(key)
      const opened = await options.openChild(record?.child_run_id ?? null, { kind, input: childInput, key })
      const started = {
        ...{ key, input_hash: inputHash, attempt: (record?.attempt ?? 0) + 1, node_id: node },
        ...{ child_run_id: opened.runId, within: outer.at(-1) ?? null },
      }
      await gate.commit({ type: 'step_started', ...started }, true)
      return conclude([...outer, key], async () => (await opened.take()).outcome())
    },
  }
}
