/**
 * Taking over the steps of another run: what a step had journaled there is journaled here as its own, with the run it
 * is from and what running it had taken, and its body is not run. A step whose input is another now, or whose run is
 * gone, runs anew. What is there and cannot be read right now is an error: it is paid for, and running again finds it.
 * Taking one over again after a crash goes on where it stopped.
 */
import type { Clock } from '../core/clock.ts'
import { messageOf, NotFoundError, quote } from '../core/errors.ts'
import type { EngineEvent, EventBody, RunEvent, StoredValue } from './event.ts'
import type { ExecutionGate } from './execution-gate.ts'
import { type JournaledStep, type JournaledSteps, keyOf, readJournaledSteps } from './journaled-steps.ts'
import { type ArtifactRef, type Artifacts, LostArtifactError } from './ports.ts'
import type { RunWriter } from './run-writer.ts'
import { nameToolNode } from './tool-calls.ts'

/** The event with which the step is completed here now; undefined where it has to run. Throws where it cannot be read. */
export type TakeOver = (key: string, inputHash: string) => Promise<{ event: RunEvent } | undefined>

export interface TakeOverOptions {
  gate: ExecutionGate
  writer: RunWriter
  artifacts: Artifacts
  clock: Clock
  /** Names of tool nodes that are given and not yet seen in the state. */
  toolNodes: Set<string>
  readEvents: (runId: string) => AsyncIterable<RunEvent>
}

export function createTakeOver(options: TakeOverOptions): TakeOver {
  const { gate, writer, artifacts, clock, toolNodes } = options
  const { run_id: runId, reuse } = writer.state
  const keys = new Set(reuse?.keys)
  if (!reuse || keys.size === 0) return async () => undefined
  const { run_id: sourceId } = reuse
  let source: Promise<JournaledSteps | null> | null = null

  async function takeOver(key: string, inputHash: string): Promise<{ event: RunEvent } | undefined> {
    if (!keys.has(key)) return undefined
    source ??= readSource()
    const steps = await source.catch((error: unknown) => {
      source = null
      throw error
    })
    const step = steps?.byKey.get(key)
    if (!steps || step?.status !== 'completed') return undefined
    if (step.inputHash !== inputHash) {
      tell(`step ${quote(key)} had another input in run ${sourceId}: it runs anew`)
      return undefined
    }
    const tree = steps.treeOf(key).filter((one) => one.status !== 'started')
    const copied = await copyArtifacts(tree)
    if (!copied) return undefined
    const bodies = translate(steps, tree, copied)
    const events = await Promise.all(bodies.map((body) => gate.commit(body)))
    // What the step did not wait for may have ended after it.
    const end = events.find((event) => event.type === 'step_completed' && 'key' in event && event.key === key)
    return { event: end! }
  }

  async function readSource(): Promise<JournaledSteps | null> {
    try {
      return await readJournaledSteps(options.readEvents(sourceId))
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw cannotRead('the journal', sourceId, error)
      tell(`the steps of run ${sourceId} cannot be taken over any more and run anew: ${messageOf(error)}`)
      return null
    }
  }

  function tell(message: string): void {
    const line = { ts: clock.now(), severity: 'WARN' as const, source: 'rerun', agent_id: null, message }
    gate.tell({ type: 'log_appended', key: null, entries: [line] })
  }

  function isSettledHere(key: string): boolean {
    const { steps } = writer.state
    return Object.hasOwn(steps, key) && steps[key]!.status !== 'started'
  }

  /** Null where one is gone. */
  async function copyArtifacts(tree: readonly JournaledStep[]): Promise<Map<string, ArtifactRef> | null> {
    const copied = new Map<string, ArtifactRef>()
    for (const { key, artifact: ref } of tree) {
      if (!ref || isSettledHere(key)) continue
      let bytes: Uint8Array
      try {
        bytes = await artifacts.get(sourceId, ref)
      } catch (error) {
        if (!(error instanceof LostArtifactError || error instanceof NotFoundError))
          throw cannotRead(`the result of step ${quote(key)}`, sourceId, error)
        tell(`the result of step ${quote(key)} of run ${sourceId} is gone, it runs anew: ${messageOf(error)}`)
        return null
      }
      copied.set(key, await artifacts.put(runId, bytes))
    }
    return copied
  }

  /**
   * What the steps of `tree` had journaled as this run's own events, in their order and without the attempts that were
   * repeated. What is settled here already is not said again.
   */
  function translate(
    steps: JournaledSteps,
    tree: readonly JournaledStep[],
    copied: ReadonlyMap<string, ArtifactRef>,
  ): EventBody[] {
    /** Nodes of tool calls have their own names here. */
    const nodes = new Map<string, string>()
    const bodies: EventBody[] = []
    for (const event of steps.eventsOf(tree.map((one) => one.key))) {
      const key = keyOf(event)!
      const step = steps.byKey.get(key)!
      if (event.type === 'node_updated') bodies.push(...translateNode(event, nodes))
      else if (event.seq >= step.lastSeq && !isSettledHere(key))
        bodies.push(translateEvent(event, step, nodes, copied.get(key)))
    }
    return bodies
  }

  function translateEvent(
    event: EngineEvent,
    step: JournaledStep,
    nodes: ReadonlyMap<string, string>,
    copied: ArtifactRef | undefined,
  ): EventBody {
    const { seq: _seq, at: _at, ...body } = event
    switch (body.type) {
      case 'step_started': {
        const { child_run_id: _child, ...started } = body
        const attempt = (writer.state.steps[step.key]?.attempt ?? 0) + 1
        const node_id = started.node_id && (nodes.get(started.node_id) ?? started.node_id)
        return { ...started, attempt, node_id, within: step.within }
      }
      case 'step_completed': {
        const result = 'result' in body ? body.result : null
        const stored: StoredValue = copied ? { artifact: copied } : { result }
        return { type: body.type, key: body.key, reused_from: sourceId, ...step.saved, ...stored }
      }
      case 'content_appended':
      case 'content_replaced':
        return { ...body, node_id: nodes.get(body.node_id) ?? body.node_id }
      default:
        return body
    }
  }

  function translateNode(
    event: EngineEvent & { type: 'node_updated' },
    nodes: Map<string, string>,
  ): EventBody[] {
    const agent = event.parent_id ?? null
    if (agent === null || event.detail === undefined) return []
    const { id, isNew } = nameToolNode(writer.state, agent, event.detail.key as string, toolNodes)
    nodes.set(event.node_id, id)
    const { seq: _seq, at: _at, ...body } = event
    return isNew ? [{ ...body, node_id: id }] : []
  }

  return takeOver
}

function cannotRead(what: string, runId: string, error: unknown): Error {
  return new Error(
    `${what} of run ${runId} cannot be read right now, and running it anew would pay for it twice; run ${runId} again later: ${messageOf(error)}`,
    { cause: error },
  )
}
