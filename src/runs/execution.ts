/**
 * One execution of a workflow: the run context it is given. Completed steps answer from the journal; a step in flight
 * when the last execution stopped runs again as a new attempt. Once closed, nothing that still comes from the workflow
 * reaches the journal.
 */
import type { Clock } from '../core/clock.ts'
import { createDeferred, type Deferred } from '../core/deferred.ts'
import { AbortedError, InputError, messageOf, quote } from '../core/errors.ts'
import { hashOf, sha256 } from '../core/json.ts'
import type { EventBody, RunEvent, RunKind, Severity, StoredValue } from './event.ts'
import { isEngineType } from './event.ts'
import { emissionHash } from './fold.ts'
import type { Artifacts } from './ports.ts'
import type { RunWriter } from './run-writer.ts'
import type { StepRecord } from './state.ts'
import { createStepRecorder } from './step-recorder.ts'
import type { RunContext, StepContext, StepOptions, Workflow } from './workflow.ts'

/** Larger results are kept as artifacts. */
export const INLINE_RESULT_MAX_BYTES = 65_536
export const PROGRESS_LINES_MAX = 100

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

export interface OpenedChild<Run extends { outcome(): Promise<unknown> } = { outcome(): Promise<unknown> }> {
  runId: string
  /** Takes the child up, creating it where it does not exist yet; to be called after its id is journaled in the parent. */
  take(): Promise<Run>
}

export interface Execution {
  context: RunContext
  /** Stops taking anything from the workflow. */
  close(): void
  /** Begins no further steps; resolves when those in flight have ended. */
  drain(): Promise<void>
  readonly draining: boolean
  /** Settles as `work` does, or rejects as soon as the run is told to stop: work that ignores its signal is left behind. */
  orAbort<T>(work: Promise<T>): Promise<T>
}

export function createExecution(options: ExecutionOptions): Execution {
  const { workflow, writer, artifacts, clock, signal } = options
  const { run_id: runId, ticker, as_of: asOf, input } = writer.state
  const seed = hashOf({ ticker, as_of: asOf, input })
  const usedKeys = new Set<string>()
  const emittedBefore = writer.state.emitted
  const emittedNow: Record<string, number> = {}
  const replay = indexReplay(options.replay)
  let visible: unknown = options.replay.length > 0 ? writer.state.data_at_checkpoint : writer.state.data
  const claimedToolNodes = new Set<string>()
  let progressLines = writer.state.progress.reported
  let lastPercent = progressLines > 0 ? Math.floor((writer.state.progress.fraction ?? 0) * 100) : -1
  let inFlight = 0
  let closed = false
  let drained: Deferred<void> | null = null

  function see(event: RunEvent): void {
    visible = workflow.fold(visible, event)
  }

  function assertOpen(): void {
    if (signal.aborted) throw signal.reason
    if (closed) throw new AbortedError('canceled')
  }

  async function commit(body: EventBody, sync = false): Promise<RunEvent> {
    assertOpen()
    const event = await writer.commit(body, { sync })
    see(event)
    return event
  }

  function claimKey(key: string): void {
    if (usedKeys.has(key)) throw new Error(`step key ${quote(key)} is used twice in one run`)
    usedKeys.add(key)
  }

  /** The journaled result of a completed step, else undefined. A changed input is an error, never silent reuse. */
  async function recall(key: string, inputHash: string): Promise<{ value: unknown } | undefined> {
    const record = writer.state.steps[key]
    if (!record || record.status === 'skipped') return undefined
    if (record.input_hash !== inputHash) {
      throw new Error(
        `step ${quote(key)} was journaled for another input (hash ${record.input_hash.slice(0, 12)}, now ${inputHash.slice(0, 12)}): the code or its settings changed since this run began, so its result cannot be used again`,
      )
    }
    if (record.status !== 'completed') return undefined
    for (const event of replay.byKey.get(key) ?? []) see(event)
    return { value: await loadResult(record) }
  }

  async function loadResult(record: StepRecord): Promise<unknown> {
    if (!record.artifact) return record.result
    return JSON.parse(Buffer.from(await artifacts.get(runId, record.artifact)).toString('utf8'))
  }

  async function step<T>(
    key: string,
    body: (context: StepContext) => Promise<T>,
    { input: stepInput, node }: StepOptions = {},
    delayMs = options.stepDelayMs,
  ): Promise<T> {
    assertOpen()
    claimKey(key)
    if (drained) throw new AbortedError('shutdown')
    const inputHash = hashOf(stepInput)
    const known = await recall(key, inputHash)
    if (known) return known.value as T
    const attempt = (writer.state.steps[key]?.attempt ?? 0) + 1
    await commit({ type: 'step_started', key, input_hash: inputHash, attempt, node_id: node ?? null })
    return (await conclude(key, async (recorder) => {
      if (delayMs > 0) await clock.sleep(delayMs, signal)
      return body(createStepContext(key, attempt, node ?? null, recorder))
    })) as T
  }

  /** Runs a started step's work to its journaled end. */
  async function conclude(
    key: string,
    work: (recorder: ReturnType<typeof createStepRecorder>) => Promise<unknown>,
  ) {
    const recorder = createStepRecorder(key, clock, (body) => {
      if (!closed) commit(body).catch(() => undefined)
    })
    inFlight++
    try {
      const result = await orAbort(work(recorder))
      const { stored, value } = await storeResult(artifacts, runId, result)
      recorder.flush()
      await commit({ type: 'step_completed', key, ...stored })
      return value
    } catch (error) {
      if (signal.aborted || closed || error instanceof AbortedError) throw error
      recorder.flush()
      await commit({ type: 'step_failed', key, error: messageOf(error) })
      throw error
    } finally {
      inFlight--
      recorder.close()
      if (inFlight === 0) drained?.resolve()
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
    recorder: ReturnType<typeof createStepRecorder>,
  ): StepContext {
    const random = createRandom(`${seed}:${key}`)
    const source = node ?? key
    let tools = 0
    const writeTo = (given: string | undefined): string => {
      const target = given ?? node
      if (!target) throw new Error(`step ${quote(key)} writes text but is bound to no node`)
      return target
    }
    const log = (severity: Severity, message: string, from = source) =>
      recorder.log({ ts: clock.now(), severity, source: from, agent_id: node, message })
    return {
      key,
      attempt,
      signal,
      log: (severity, message) => log(severity, message),
      append: (text, target) => recorder.append(writeTo(target), text),
      replace: (text, target) => recorder.replace(writeTo(target), text),
      usage: (delta) => recorder.usage(node, delta),
      now: () => clock.now(),
      random,
      async tool(name, args, call) {
        tools++
        const toolKey = `${key}/tool_${tools}`
        const nodeId = node ? nextToolNode(node, toolKey) : null
        if (nodeId) await declareTool(nodeId, node!, name, args)
        log('INFO', `${name} ${JSON.stringify(args)}`, 'tool')
        const toolOptions = { input: { name, args }, ...(nodeId ? { node: nodeId } : {}) }
        return step(toolKey, async () => call(), toolOptions, 0)
      },
    }
  }

  /** `<agent>_tool_<n>`, the same on every attempt. */
  function nextToolNode(agent: string, toolKey: string): string {
    const known = writer.state.steps[toolKey]?.node_id
    if (known) return known
    for (let n = 1; ; n++) {
      const id = `${agent}_tool_${n}`
      if (!writer.state.nodes[id] && !claimedToolNodes.has(id)) {
        claimedToolNodes.add(id)
        return id
      }
    }
  }

  async function declareTool(
    id: string,
    parent: string,
    name: string,
    args: Record<string, unknown>,
  ): Promise<void> {
    if (writer.state.nodes[id]) return
    await commit({
      type: 'node_updated',
      node_id: id,
      parent_id: parent,
      label: name,
      node_type: 'tool',
      detail: { args },
    })
  }

  const context: RunContext = {
    runId,
    ticker,
    asOf,
    signal,
    get state() {
      return visible
    },
    step: (key, body, stepOptions) => step(key, body, stepOptions),
    async skip(key, reason, node) {
      assertOpen()
      claimKey(key)
      if (writer.state.steps[key]) return
      await commit({ type: 'step_skipped', key, reason, node_id: node ?? null })
    },
    async child<T>(
      key: string,
      kind: RunKind,
      childInput: unknown,
      childOptions: { node?: string } = {},
    ): Promise<T> {
      assertOpen()
      claimKey(key)
      const inputHash = hashOf({ kind, input: childInput })
      const known = await recall(key, inputHash)
      if (known) return known.value as T
      const record = writer.state.steps[key]
      const child = await options.openChild(record?.child_run_id ?? null, { kind, input: childInput, key })
      await commit(
        {
          type: 'step_started',
          key,
          input_hash: inputHash,
          attempt: (record?.attempt ?? 0) + 1,
          node_id: childOptions.node ?? null,
          child_run_id: child.runId,
        },
        true,
      )
      return (await conclude(key, async () => {
        const run = await child.take()
        return run.outcome()
      })) as T
    },
    async emit(type, data) {
      assertOpen()
      if (isEngineType(type)) throw new InputError('type', `event type ${quote(type)} belongs to the engine`)
      const hash = emissionHash({ type, ...data })
      emittedNow[hash] = (emittedNow[hash] ?? 0) + 1
      if (emittedNow[hash] <= (emittedBefore[hash] ?? 0)) {
        const journaled = replay.emissions.get(hash)?.[emittedNow[hash] - 1]
        if (journaled) see(journaled)
        return
      }
      await commit({ type, ...data })
    },
    progress(fraction, message) {
      if (closed || signal.aborted || progressLines >= PROGRESS_LINES_MAX) return
      const clamped = Math.min(1, Math.max(0, fraction))
      const percent = Math.floor(clamped * 100)
      if (percent <= lastPercent) return
      lastPercent = percent
      progressLines++
      commit({ type: 'run_progress', fraction: clamped, message: message ?? null }).catch(() => undefined)
    },
    async decide(build) {
      assertOpen()
      if (writer.state.decision !== null) return
      see(
        await writer.commitSealed((journalHash) => ({
          type: 'decision_ready',
          decision: build({ journalHash }),
        })),
      )
    },
    async checkpoint() {
      assertOpen()
      if (inFlight > 0) throw new Error(`a checkpoint needs all steps ended; ${inFlight} in flight`)
      await writer.checkpoint()
    },
  }

  return {
    context,
    close: () => void (closed = true),
    orAbort,
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

/**
 * A result as the journal keeps it, and as everyone sees it: the first execution too gets it back through JSON, so that
 * it works with the same value as a later one.
 */
export async function storeResult(
  artifacts: Artifacts,
  runId: string,
  result: unknown,
): Promise<{ stored: StoredValue; value: unknown }> {
  const json = JSON.stringify(result ?? null)
  const value: unknown = JSON.parse(json)
  if (Buffer.byteLength(json) <= INLINE_RESULT_MAX_BYTES) return { stored: { result: value }, value }
  return { stored: { artifact: await artifacts.put(runId, Buffer.from(json)) }, value }
}

interface Replay {
  byKey: Map<string, RunEvent[]>
  emissions: Map<string, RunEvent[]>
}

function indexReplay(events: readonly RunEvent[]): Replay {
  const byKey = new Map<string, RunEvent[]>()
  const emissions = new Map<string, RunEvent[]>()
  for (const event of events) {
    if ('key' in event && typeof event.key === 'string' && isEngineType(event.type)) {
      push(byKey, event.key, event)
    } else if (!isEngineType(event.type)) push(emissions, emissionHash(event as { type: string }), event)
  }
  return { byKey, emissions }
}

function push(map: Map<string, RunEvent[]>, key: string, event: RunEvent): void {
  const list = map.get(key)
  if (list) list.push(event)
  else map.set(key, [event])
}

/** A small seeded generator (mulberry32, T. Ettinger, public domain formula) over 32 bits of the seed's hash. */
function createRandom(seed: string): () => number {
  let a = Number.parseInt(sha256(seed).slice(0, 8), 16)
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
