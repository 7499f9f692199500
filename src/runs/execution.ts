/**
 * One execution of a workflow: the run context it is given. Completed steps answer from the journal; a step in flight
 * when the last execution stopped runs again as a new attempt. Once closed, nothing that still comes from the workflow
 * reaches the journal.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'
import { createDeferred, type Deferred } from '../core/deferred.ts'
import { AbortedError, InputError, messageOf, quote } from '../core/errors.ts'
import { hashOf } from '../core/json.ts'
import { createSeededRandom } from '../core/random.ts'
import type { EventBody, RunEvent, RunKind, Severity } from './event.ts'
import { isEngineType } from './event.ts'
import { emissionHash } from './fold.ts'
import type { Artifacts } from './ports.ts'
import { createReplay } from './replay.ts'
import type { RunWriter } from './run-writer.ts'
import type { StepRecord } from './state.ts'
import { createStepRecorder, type StepRecorder } from './step-recorder.ts'
import { loadResult, storeResult } from './step-results.ts'
import { createToolKeys, describeCall, nameToolNode } from './tool-calls.ts'
import type { RunContext, StepContext, StepOptions, Workflow } from './workflow.ts'

export const PROGRESS_LINES_MAX = 100
/** What every event has from the engine, and no kind may set. */
const RESERVED_FIELDS = ['seq', 'at', 'type', 'crc']

export interface ExecutionOptions {
  workflow: Workflow
  writer: RunWriter
  artifacts: Artifacts
  clock: Clock
  signal: AbortSignal
  stepDelayMs: number
  /** The events since the last checkpoint, for a run that is resumed; empty for a new one. */
  replay: readonly RunEvent[]
  /** Finds the child run of a step, or names a new one. */
  openChild: (childRunId: string | null, request: ChildRequest) => Promise<OpenedChild>
}

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

export interface Execution {
  context: RunContext
  /** Stops taking anything from the workflow. */
  close(): void
  /** Takes nothing new from the workflow; resolves when the steps in flight have ended. */
  drain(): Promise<void>
  readonly draining: boolean
  /** Settles as `work` does, or rejects as soon as the run is told to stop: work that ignores its signal is left behind. */
  orAbort<T>(work: Promise<T>): Promise<T>
}

export function createExecution(options: ExecutionOptions): Execution {
  const { workflow, writer, artifacts, clock, signal } = options
  const { run_id: runId, ticker, as_of: asOf, input } = writer.state
  const seed = hashOf({ ticker, as_of: asOf, input })
  const replay = createReplay(options.replay)
  /** The key of the step whose body is at work, for whatever is called from within it. */
  const inside = new AsyncLocalStorage<string>()
  const usedKeys = new Set<string>()
  const toolNodes = new Set<string>()
  const emittedBefore = { ...writer.state.emitted }
  const emittedNow: Record<string, number> = {}
  let visible: unknown = replay.isEmpty ? writer.state.data : writer.state.data_at_checkpoint
  let progressLines = writer.state.progress.reported
  let lastPercent = progressLines > 0 ? Math.floor((writer.state.progress.fraction ?? 0) * 100) : -1
  let inFlight = 0
  let closed = false
  let drained: Deferred<void> | null = null

  /** The workflow's own view folds what a replay gives again: ends of its steps, its events, its decision. */
  function see(event: RunEvent | undefined): void {
    if (event && inside.getStore() === undefined) visible = workflow.fold(visible, event)
  }

  function assertOpen(): void {
    if (signal.aborted) throw signal.reason
    if (closed) throw new AbortedError('canceled')
  }

  /** Before anything new: a run that is about to stop begins nothing. */
  function assertTaking(): void {
    assertOpen()
    if (drained) throw new AbortedError('shutdown')
  }

  async function commit(body: EventBody, sync = false): Promise<RunEvent> {
    assertOpen()
    return writer.commit(body, { sync })
  }

  function claimKey(key: string): void {
    assertTaking()
    if (usedKeys.has(key)) throw new Error(`step key ${quote(key)} is used twice in one run`)
    usedKeys.add(key)
  }

  function refuseInside(verb: string): void {
    const key = inside.getStore()
    if (key === undefined) return
    throw new Error(
      `${verb} was called inside step ${quote(key)}: a completed step is not run again, so it would be lost`,
    )
  }

  function recordOf(key: string): StepRecord | undefined {
    return Object.hasOwn(writer.state.steps, key) ? writer.state.steps[key] : undefined
  }

  /** The journaled result of an ended step, else undefined. A changed input is an error, never silent reuse. */
  async function recall(key: string, inputHash: string): Promise<{ value: unknown } | undefined> {
    const record = recordOf(key)
    if (!record || record.status === 'skipped') return undefined
    if (record.input_hash !== inputHash) {
      throw new Error(
        `step ${quote(key)} was journaled for another input (hash ${record.input_hash.slice(0, 12)}, now ${inputHash.slice(0, 12)}): the code or its settings changed since this run began, so its result cannot be used again`,
      )
    }
    // A failure that the workflow has dealt with is part of how it went on.
    if (record.status === 'failed') throw new Error(record.error ?? 'failed')
    if (record.status !== 'completed') return undefined
    see(replay.endOf(key))
    return { value: await loadResult(artifacts, runId, record) }
  }

  async function step<T>(
    key: string,
    body: (context: StepContext) => Promise<T>,
    { input: stepInput, node }: StepOptions = {},
    delayMs = options.stepDelayMs,
  ): Promise<T> {
    claimKey(key)
    const inputHash = hashOf(stepInput)
    const known = await recall(key, inputHash)
    if (known) return known.value as T
    const attempt = (recordOf(key)?.attempt ?? 0) + 1
    await commit({ type: 'step_started', key, input_hash: inputHash, attempt, node_id: node ?? null })
    inFlight++
    try {
      return (await conclude(key, async (recorder) => {
        if (delayMs > 0) await clock.sleep(delayMs, signal)
        // Steps of many runs may be due at once; between two of them others get their turn.
        await nextTurn()
        return body(createStepContext(key, attempt, node ?? null, recorder))
      })) as T
    } finally {
      inFlight--
      if (inFlight === 0) drained?.resolve()
    }
  }

  /** Runs a started step's work to its journaled end. */
  async function conclude(key: string, work: (recorder: StepRecorder) => Promise<unknown>): Promise<unknown> {
    const recorder = createStepRecorder(key, clock, (body) => {
      if (!closed) commit(body).catch(() => undefined)
    })
    try {
      const result = await orAbort(inside.run(key, () => work(recorder)))
      const { stored, value } = await storeResult(artifacts, runId, result)
      recorder.flush()
      see(await commit({ type: 'step_completed', key, ...stored }))
      return value
    } catch (error) {
      if (signal.aborted || closed || error instanceof AbortedError) throw error
      recorder.flush()
      await commit({ type: 'step_failed', key, error: messageOf(error) })
      throw error
    } finally {
      recorder.close()
    }
  }

  function orAbort<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
      if (signal.aborted) onAbort()
    })
  }

  function createStepContext(
    key: string,
    attempt: number,
    node: string | null,
    recorder: StepRecorder,
  ): StepContext {
    const toolKeyOf = createToolKeys(key)
    const writeTo = (given: string | undefined): string => {
      const target = given ?? node
      if (!target) throw new Error(`step ${quote(key)} writes text but is bound to no node`)
      return target
    }
    const log = (severity: Severity, message: string, source = node ?? key) =>
      recorder.log({ ts: clock.now(), severity, source, agent_id: node, message })
    return {
      key,
      attempt,
      signal,
      log: (severity, message) => log(severity, message),
      append: (text, target) => recorder.append(writeTo(target), text),
      replace: (text, target) => recorder.replace(writeTo(target), text),
      usage: (delta) => recorder.usage(node, delta),
      now: () => clock.now(),
      random: createSeededRandom(`${seed}:${key}`),
      tool: (name, args, call) =>
        quiet(async () => {
          assertTaking()
          const toolKey = toolKeyOf(name, args)
          log('INFO', describeCall(name, args), 'tool')
          const shown = node === null ? {} : { node: await showTool(node, toolKey, name, args) }
          return step(toolKey, async () => call(), { input: { name, args }, ...shown }, 0)
        }),
    }
  }

  async function showTool(
    agent: string,
    toolKey: string,
    name: string,
    args: Record<string, unknown>,
  ): Promise<string> {
    const { id, isNew } = nameToolNode(writer.state, agent, toolKey, toolNodes)
    if (isNew) {
      const facts = {
        parent_id: agent,
        label: name,
        node_type: 'tool' as const,
        detail: { key: toolKey, args },
      }
      await commit({ type: 'node_updated', node_id: id, ...facts })
    }
    return id
  }

  async function skip(key: string, reason: string, node?: string): Promise<void> {
    claimKey(key)
    if (recordOf(key)) return see(replay.endOf(key))
    see(await commit({ type: 'step_skipped', key, reason, node_id: node ?? null }))
  }

  async function child(
    key: string,
    kind: RunKind,
    childInput: unknown,
    node: string | null,
  ): Promise<unknown> {
    claimKey(key)
    const inputHash = hashOf({ kind, input: childInput })
    const known = await recall(key, inputHash)
    if (known) return known.value
    const record = recordOf(key)
    const opened = await options.openChild(record?.child_run_id ?? null, { kind, input: childInput, key })
    const attempt = (record?.attempt ?? 0) + 1
    const started = { key, input_hash: inputHash, attempt, node_id: node, child_run_id: opened.runId }
    await commit({ type: 'step_started', ...started }, true)
    return conclude(key, async () => (await opened.take()).outcome())
  }

  async function emit(type: string, given: Record<string, unknown>): Promise<void> {
    assertTaking()
    refuseInside('emit')
    if (isEngineType(type)) throw new InputError('type', `event type ${quote(type)} belongs to the engine`)
    const data = JSON.parse(JSON.stringify(given)) as Record<string, unknown>
    const reserved = RESERVED_FIELDS.find((field) => Object.hasOwn(data, field))
    if (reserved)
      throw new InputError(reserved, `field ${quote(reserved)} of event ${quote(type)} belongs to the engine`)
    const hash = emissionHash({ type, ...data })
    const n = (emittedNow[hash] = (emittedNow[hash] ?? 0) + 1)
    if (n <= (emittedBefore[hash] ?? 0)) return see(replay.emission(hash, n))
    see(await commit({ type, ...data }))
  }

  function progress(fraction: number, message?: string): void {
    if (!Number.isFinite(fraction))
      throw new InputError('fraction', `progress ${quote(fraction)} is no number`)
    if (closed || signal.aborted || drained || progressLines >= PROGRESS_LINES_MAX) return
    const clamped = Math.min(1, Math.max(0, fraction))
    const percent = Math.floor(clamped * 100)
    if (percent <= lastPercent) return
    lastPercent = percent
    progressLines++
    commit({ type: 'run_progress', fraction: clamped, message: message ?? null }).catch(() => undefined)
  }

  async function decide(build: (facts: { journalHash: string }) => Record<string, unknown>): Promise<void> {
    assertTaking()
    refuseInside('decide')
    if (writer.state.decision !== null) return see(replay.decision)
    see(
      await writer.commitSealed((journalHash) => ({
        type: 'decision_ready',
        decision: JSON.parse(JSON.stringify(build({ journalHash }))) as unknown,
      })),
    )
  }

  async function checkpoint(): Promise<void> {
    assertTaking()
    refuseInside('checkpoint')
    if (inFlight > 0) throw new Error(`a checkpoint needs all steps ended; ${inFlight} in flight`)
    await writer.checkpoint()
  }

  const context: RunContext = {
    runId,
    ticker,
    asOf,
    signal,
    get state() {
      return visible
    },
    step: (key, body, stepOptions) => quiet(() => step(key, body, stepOptions)),
    skip: (key, reason, node) => quiet(() => skip(key, reason, node)),
    child: <T>(
      key: string,
      kind: RunKind,
      childInput: unknown,
      { node = null }: { node?: string | null } = {},
    ) => quiet(() => child(key, kind, childInput, node) as Promise<T>),
    emit: (type, data) => quiet(() => emit(type, data)),
    progress,
    decide: (build) => quiet(() => decide(build)),
    checkpoint: () => quiet(checkpoint),
  }

  return {
    context,
    orAbort,
    close: () => void (closed = true),
    drain() {
      drained ??= createDeferred()
      if (inFlight === 0) drained.resolve()
      return drained.promise
    },
    get draining() {
      return drained !== null
    },
  }
}

/** A workflow need not wait for a promise it was given: a rejection reaches whoever awaits it, and never the process. */
function quiet<T>(work: () => Promise<T>): Promise<T> {
  const promise = work()
  promise.catch(() => undefined)
  return promise
}
