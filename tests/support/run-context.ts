/**
 * A run context in memory, with the memo semantics of the real one: a completed step is never run again, results are
 * what JSON gives back, a changed input is an error, emissions and the decision happen once. A record outlives its
 * execution: executing again over it is a resume, and `stopAfterSteps` is a crash after so many completed steps.
 */
import { AbortedError, messageOf } from '../../src/core/errors.ts'
import { hashOf, sha256 } from '../../src/core/json.ts'
import type { EventBody, RunEvent, Severity, UsageDelta } from '../../src/runs/event.ts'
import { createCallKeys } from '../../src/runs/tool-calls.ts'
import type { RunContext, StepContext, StepOptions, Workflow } from '../../src/runs/workflow.ts'
import { formatResult, parseResult } from './result-text.ts'

export interface RunRecord {
  runId: string
  ticker: string
  asOf: string | null
  events: RunEvent[]
  /** Results of completed steps as JSON text, by key, in the order of completion. */
  results: Map<string, string>
  /** Messages of failed steps, by key: a later execution is told the same. */
  failures: Map<string, string>
  inputs: Map<string, string>
  skipped: Map<string, { reason: string; node: string | undefined }>
  emitted: Map<string, number>
  attempts: Map<string, number>
  content: Map<string, { key: string; text: string }[]>
  logs: { key: string; severity: Severity; message: string }[]
  decision: Record<string, unknown> | null
}

export class StoppedError extends Error {
  override name = 'StoppedError'
}

export function createRunRecord(
  ticker: string,
  asOf: string | null,
  runId = `${ticker}--2026-11-20_10.00.00--0a1b2c`,
): RunRecord {
  return {
    ...{
      runId,
      ticker,
      asOf,
      events: [],
      results: new Map(),
      failures: new Map(),
      inputs: new Map(),
      skipped: new Map(),
    },
    ...{ emitted: new Map(), attempts: new Map(), content: new Map(), logs: [], decision: null },
  }
}

export function contentOf(record: RunRecord, node: string): string {
  return (record.content.get(node) ?? []).map(({ text }) => text).join('')
}

/** What the record's steps have counted. */
export function usageOf(record: RunRecord): UsageDelta {
  const total: UsageDelta = { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 }
  for (const event of record.events) {
    if (event.type !== 'usage_recorded') continue
    const delta = event as unknown as UsageDelta
    total.calls += delta.calls
    total.input_tokens += delta.input_tokens
    total.output_tokens += delta.output_tokens
    total.cost_usd =
      total.cost_usd === null || delta.cost_usd === null ? null : total.cost_usd + delta.cost_usd
  }
  return total
}

export interface ExecuteOptions {
  /** Stops as a crash would: once so many steps are completed in all, none begins or ends any more. */
  stopAfterSteps?: number
  onStepStart?: (key: string) => void
}

/** Executes the workflow over the record; throws `StoppedError` where told to stop. */
export async function executeOver<Input, Data, Output>(
  workflow: Workflow<Input, Data, Output>,
  input: Input,
  record: RunRecord,
  options: ExecuteOptions = {},
): Promise<Output> {
  return workflow.execute(createContext(workflow, input, record, options), input)
}

function createContext<Input, Data>(
  workflow: Workflow<Input, Data>,
  input: Input,
  record: RunRecord,
  options: ExecuteOptions,
): RunContext<Data> {
  const signal = new AbortController().signal
  const used = new Set<string>()
  const emittedNow = new Map<string, number>()
  let state = workflow.initial(input)
  const isStopped = () => record.results.size >= (options.stopAfterSteps ?? Number.POSITIVE_INFINITY)

  function commit(body: EventBody): void {
    const event = { ...body, seq: record.events.length + 1, at: '2026-11-20T10:00:00.000Z' } as RunEvent
    record.events.push(event)
    state = workflow.fold(state, event)
  }

  async function step<T>(
    key: string,
    body: (context: StepContext) => Promise<T>,
    { input: stepInput, node }: StepOptions = {},
    speaksFor = node,
  ) {
    if (used.has(key)) throw new Error(`step ${key} is used twice`)
    used.add(key)
    const inputHash = hashOf(stepInput)
    const known = record.results.get(key)
    if ((record.inputs.get(key) ?? inputHash) !== inputHash)
      throw new Error(`step ${key} was journaled for another input`)
    if (known !== undefined) return parseResult(known) as T
    const failure = record.failures.get(key)
    if (failure !== undefined) throw new Error(failure)
    if (isStopped()) throw new StoppedError(`stopped before ${key}`)
    options.onStepStart?.(key)
    record.inputs.set(key, inputHash)
    const attempt = (record.attempts.get(key) ?? 0) + 1
    record.attempts.set(key, attempt)
    if (attempt > 1) takeBack(record, key)
    commit({ type: 'step_started', key, input_hash: inputHash, attempt, node_id: node ?? null })
    // A real step waits for the disk here; others get their turn.
    await Promise.resolve()
    const result = await body(createStepContext(key, attempt, speaksFor)).catch((error: unknown) => {
      if (isStopped()) throw new StoppedError(`stopped before ${key} failed`)
      if (!(error instanceof AbortedError)) {
        record.failures.set(key, messageOf(error))
        commit({ type: 'step_failed', key, error: messageOf(error) })
      }
      throw error
    })
    if (isStopped()) throw new StoppedError(`stopped before ${key} was written`)
    const text = formatResult(result)
    record.results.set(key, text)
    commit({ type: 'step_completed', key, result: JSON.parse(text) })
    return parseResult(text) as T
  }

  function createStepContext(key: string, attempt: number, node: string | undefined): StepContext {
    const partKeyOf = createCallKeys(key)
    let tools = 0
    let draws = 0
    const write = (op: 'append' | 'replace', text: string, target = node) => {
      if (target === undefined) throw new Error(`step ${key} writes text but is bound to no node`)
      const before = op === 'replace' ? [] : (record.content.get(target) ?? [])
      record.content.set(target, [...before, { key, text }])
      commit({ type: op === 'append' ? 'content_appended' : 'content_replaced', key, node_id: target, text })
    }
    return {
      ...{ key, attempt, signal },
      log: (severity, message) => void record.logs.push({ key, severity, message }),
      append: (text, target) => write('append', text, target),
      replace: (text, target) => write('replace', text, target),
      usage: (delta) => commit({ type: 'usage_recorded', key, node_id: node ?? null, ...delta }),
      reserve: () => Promise.resolve(() => undefined),
      part: (name, input, body) => step(partKeyOf(name, input), body, { input: { name, input } }, node),
      now: () => Date.parse('2026-11-20T10:00:00Z'),
      random: () => Number.parseInt(sha256(`${key}:${draws++}`).slice(0, 8), 16) / 2 ** 32,
      tool(name, args, call) {
        tools++
        const tool = `${node}_tool_${tools}`
        return step(`${key}/tool_${tools}`, () => call(), { input: { name, args }, node: tool })
      },
    }
  }

  return {
    runId: record.runId,
    ticker: record.ticker,
    asOf: record.asOf,
    signal,
    get state() {
      return state
    },
    step,
    skip(key, reason, node) {
      used.add(key)
      if (!record.skipped.has(key)) {
        record.skipped.set(key, { reason, node })
        commit({ type: 'step_skipped', key, reason, node_id: node ?? null })
      }
      return Promise.resolve()
    },
    child: (key) => Promise.reject(new Error(`no child runs here: ${key}`)),
    emit(type, data) {
      const hash = hashOf({ type, ...data })
      const count = (emittedNow.get(hash) ?? 0) + 1
      emittedNow.set(hash, count)
      if (count > (record.emitted.get(hash) ?? 0)) {
        record.emitted.set(hash, count)
        commit({ type, ...data })
      }
      return Promise.resolve()
    },
    progress: () => undefined,
    decide(build) {
      if (record.decision === null) {
        if (isStopped()) return Promise.reject(new StoppedError('stopped before the decision'))
        const decision = build({ journalHash: hashOf(record.events), usage: usageOf(record) })
        record.decision = JSON.parse(JSON.stringify(decision)) as Record<string, unknown>
        commit({ type: 'decision_ready', decision: record.decision })
      }
      return Promise.resolve()
    },
    checkpoint: () => Promise.resolve(),
  }
}

/** A repeated attempt replaces the text and the log of the one before it. */
function takeBack(record: RunRecord, key: string): void {
  for (const [node, parts] of record.content) {
    record.content.set(
      node,
      parts.filter((part) => part.key !== key),
    )
  }
  record.logs = record.logs.filter((line) => line.key !== key)
}
