/** Runs whose events come at the times that a test names, on a scripted desk: how long they took is told, not lived. */
import type { EventBody } from '../../src/runs/event.ts'
import type { PageDesk } from './page-desk.ts'

export const TIMED_FROM_MS = Date.parse('2026-11-20T10:00:00Z')

export interface TimedRun {
  readonly runId: string
  /** An event `seconds` after launch. */
  at(seconds: number, body: EventBody): void
  /** A whole step of a node; with `within`, a part of that step. */
  step(from: number, to: number | null, key: string, options?: TimedStep): void
  /** A call of a tool inside a step, with a node of its own. */
  tool(from: number, to: number | null, agent: string, name: string, options?: TimedTool): void
  wait(from: number, to: number | null, key: string, node: string, what: TimedWait): void
  /** Tells it all to the desk, in the order of time. */
  tell(): void
}

export interface TimedStep {
  node?: string | null
  within?: string
  attempt?: number
  reused?: boolean
  fails?: string
  result?: unknown
}

export interface TimedTool {
  within?: string
  args?: Record<string, unknown>
  result?: unknown
  fails?: string
}

export interface TimedWait {
  for: 'permit' | 'back_off'
  tier?: string
  why?: string
}

/** Added to the desk with `add`; it is created at once and whatever else is told comes with `tell`. */
export function createTimedRun(desk: PageDesk, ticker = 'AAPL'): TimedRun {
  const runId = desk.add({ ticker, started: false })
  const told: { seconds: number; order: number; body: EventBody }[] = []
  const tools = new Map<string, number>()
  let waits = 0
  const iso = (seconds: number) => new Date(TIMED_FROM_MS + seconds * 1_000).toISOString()

  function at(seconds: number, body: EventBody): void {
    told.push({ seconds, order: told.length, body })
  }

  function step(from: number, to: number | null, key: string, options: TimedStep = {}): void {
    const { node = key, within = null, attempt = 1, reused, fails, result = null } = options
    at(from, { type: 'step_started', key, input_hash: '', attempt, node_id: node, within })
    if (to === null) return
    if (fails !== undefined) return at(to, { type: 'step_failed', key, error: fails })
    const taken = reused
      ? { reused_from: 'AAPL--2026-11-19_10.00.00--0a1b2c', saved_usd: 0.01, saved_ms: 9_000 }
      : {}
    at(to, { type: 'step_completed', key, result, ...taken })
  }

  return {
    runId,
    at,
    step,
    tool(from, to, agent, name, { within = agent, args = {}, result = null, fails } = {}) {
      const n = (tools.get(agent) ?? 0) + 1
      tools.set(agent, n)
      const key = `${within}/${name}:${n}`
      const node = `${agent}_tool_${n}`
      const facts = { parent_id: agent, label: name, node_type: 'tool' as const, detail: { key, args } }
      at(from, { type: 'node_updated', node_id: node, ...facts })
      step(from, to, key, { node, within, result, ...(fails === undefined ? {} : { fails }) })
    },
    wait(from, to, key, node, { for: kind, tier = 'openai:gpt-4o', why }) {
      const facts = { key, node_id: node, wait: ++waits, for: kind, tier, since: iso(from) }
      at(from + 0.25, { type: 'step_waiting', ...facts, until: null, why: why ?? null })
      if (to !== null) at(to, { type: 'step_waited', ...facts, ms: (to - from) * 1_000 })
    },
    tell() {
      told.sort((a, b) => a.seconds - b.seconds || a.order - b.order)
      for (const { seconds, body } of told.splice(0))
        desk.emit(runId, { ...body, at: iso(seconds) } as EventBody)
    },
  }
}
