/** What the body of a step is given: its voice, its share of the budget, and the steps it may have inside it. */
import type { Clock } from '../core/clock.ts'
import { quote } from '../core/errors.ts'
import type { Severity } from './event.ts'
import type { ExecutionGate } from './execution-gate.ts'
import type { CostCeiling } from './identity.ts'
import type { Reservation, RunBudgetKeeper } from './run-budget.ts'
import type { RunState } from './state.ts'
import type { StepRecorder } from './step-recorder.ts'
import { createCallKeys, describeCall, nameToolNode } from './tool-calls.ts'
import { describeMost, toUsage } from './usage.ts'
import type { StepContext } from './workflow.ts'

export interface NestedStepOptions {
  input: unknown
  node?: string
  /** The node that gets what the step says, where the step itself does not count to one. */
  speaksFor?: string | null
}

export interface StepContextDeps {
  gate: ExecutionGate
  clock: Clock
  budget: RunBudgetKeeper
  state: () => RunState
  /** Names of tool nodes that are given and not yet seen in the state. */
  toolNodes: Set<string>
  /** Runs a step inside the one at the end of `path`. */
  runNested<T>(
    path: readonly string[],
    key: string,
    body: (context: StepContext) => Promise<T>,
    options: NestedStepOptions,
  ): Promise<T>
}

export interface StepFacts {
  /** The step's key after those of the steps it is nested in. */
  path: readonly string[]
  attempt: number
  node: string | null
  random: () => number
}

export function createStepContext(
  deps: StepContextDeps,
  { path, attempt, node, random }: StepFacts,
  recorder: StepRecorder,
): StepContext {
  const { gate, clock, budget } = deps
  const key = path.at(-1)!
  const callKeyOf = createCallKeys(key)

  function log(severity: Severity, message: string, source = node ?? key): void {
    recorder.log({ ts: clock.now(), severity, source, agent_id: node, message })
  }

  function targetOf(given: string | undefined): string {
    const target = given ?? node
    if (!target) throw new Error(`step ${quote(key)} writes text but is bound to no node`)
    return target
  }

  /** The node that shows a call, made where the tree does not have it yet. */
  async function showTool(agent: string, toolKey: string, name: string, args: object): Promise<string> {
    const { id, isNew } = nameToolNode(deps.state(), agent, toolKey, deps.toolNodes)
    if (isNew) {
      const facts = {
        parent_id: agent,
        label: name,
        node_type: 'tool' as const,
        detail: { key: toolKey, args },
      }
      await gate.commit({ type: 'node_updated', node_id: id, ...facts })
    }
    return id
  }

  /** Calls for which room was reserved and of which nothing was told yet, the oldest first. */
  const untold: { seq: number; reservation: Reservation }[] = []

  /** The call is sent only once it is journaled: should the process die under it, it counts. */
  async function reserve(cost: CostCeiling): Promise<() => void> {
    const reservation = await budget.reserve(cost, path)
    const { seq } = await gate.commit({ type: 'usage_reserved', key, node_id: node, ...toUsage(cost) })
    gate.assertOpen()
    const call = { seq, reservation }
    untold.push(call)
    return () => {
      const at = untold.indexOf(call)
      if (at >= 0) {
        untold.splice(at, 1)
        log('WARN', `a call ended without a word on what it used: ${describeMost([toUsage(cost)])}`)
      }
      reservation.release()
    }
  }

  return {
    key,
    attempt,
    signal: gate.signal,
    log: (severity, message) => log(severity, message),
    append: (text, target) => recorder.append(targetOf(target), text),
    replace: (text, target) => recorder.replace(targetOf(target), text),
    usage(delta) {
      const call = untold.shift()
      const counter = call ? call.reservation : budget
      counter.count(delta)
      recorder.usage(node, delta, call?.seq)
    },
    reserve: (cost) => quiet(() => reserve(cost)),
    now: () => clock.now(),
    random,
    // A key is given in the turn of the call, so that equal calls are told apart by their order and not by their speed.
    part: (name, input, body) =>
      quiet(async () => {
        gate.assertTaking()
        // What the step has said so far stands before what the part says.
        recorder.flush()
        return deps.runNested(path, callKeyOf(name, input), body, { input: { name, input }, speaksFor: node })
      }),
    tool: (name, args, call) =>
      quiet(async () => {
        gate.assertTaking()
        const toolKey = callKeyOf(name, args)
        log('INFO', describeCall(name, args), 'tool')
        const shown = node === null ? {} : { node: await showTool(node, toolKey, name, args) }
        return deps.runNested(path, toolKey, async () => call(), { input: { name, args }, ...shown })
      }),
  }
}

/** A workflow need not wait for a promise it was given: a rejection reaches whoever awaits it, and never the process. */
export function quiet<T>(work: () => Promise<T>): Promise<T> {
  const promise = work()
  promise.catch(() => undefined)
  return promise
}
