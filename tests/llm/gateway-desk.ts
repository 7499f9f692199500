/** A gateway in front of one scripted server, with a clock that stands still and everything it said written down. */
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { createGateway, type GatewayOptions } from '../../src/llm/gateway.ts'
import type { AskCall, Gateway, GatherCall } from '../../src/llm/model-call.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import type { ModelServer } from '../support/scripted-models/model-server.ts'
import type { Script } from '../support/scripted-models/script.ts'
import { scriptedProviders, WIRES, type ScriptedWire } from '../support/scripted-models/wires.ts'

export const OPENAI = WIRES[0]!

export const VERDICT = z.object({
  report: z.string(),
  rating: z.enum(['Buy', 'Hold', 'Sell']),
  levels: z.object({ stop: z.number(), target: z.number().nullable() }),
})
export type Verdict = z.infer<typeof VERDICT>
export const GOOD: Verdict = {
  report: 'Prices rose; "strong" volume.\nThe trend holds at 12.5 %, says the tool.',
  rating: 'Buy',
  levels: { stop: 11.5, target: null },
}

export interface GatewayDesk {
  gateway: Gateway
  server: ModelServer
  clock: ManualClock
  /** Lines for the run's log. */
  notices: string[]
  /** The report as it stands, after restarts, and each piece of it. */
  report: { text: string; pieces: string[]; restarts: number }
  ask(call?: Partial<AskCall<Verdict>>): ReturnType<typeof askFor>
  gather(call?: Partial<GatherCall>): ReturnType<Gateway['gather']>
  /** Resolves with the first line of the log that nobody has waited for yet. */
  noticed(): Promise<string>
}

function askFor(gateway: Gateway, call: AskCall<Verdict>) {
  return gateway.ask(call)
}

export async function openGatewayDesk(
  wire: ScriptedWire,
  script: Script,
  options: Partial<GatewayOptions> = {},
): Promise<GatewayDesk> {
  const server = await wire.create(script)
  onTestFinished(() => server.close())
  const clock = createManualClock()
  const gateway = createGateway({
    providers: scriptedProviders({ [wire.setting]: server.baseUrl }),
    limits: { maxConcurrency: 8, providerLimits: {} },
    timeoutMs: 60_000,
    facts: { priceOf: () => ({ input: 2, output: 10 }), cutoffOf: () => null },
    clock,
    random: () => 0.5,
    ...options,
  })
  const notices: string[] = []
  const unread: string[] = []
  const listeners: ((line: string) => void)[] = []
  const report = { text: '', pieces: [] as string[], restarts: 0 }
  const frame = {
    ...{ model: wire.model, run: 'run-1', system: 'You weigh the evidence.', maxOutputTokens: 900 },
    turns: [{ role: 'user' as const, text: 'What do you say of AAPL?' }],
    signal: new AbortController().signal,
    notice(severity: string, message: string) {
      notices.push(`${severity} ${message}`)
      const listener = listeners.shift()
      if (listener) listener(message)
      else unread.push(message)
    },
  }
  return {
    ...{ gateway, server, clock, notices, report },
    ask: (call = {}) =>
      askFor(gateway, {
        ...frame,
        answer: { name: 'verdict', schema: VERDICT },
        onReport: {
          write(piece) {
            report.text += piece
            report.pieces.push(piece)
          },
          restart() {
            report.text = ''
            report.restarts++
          },
        },
        ...call,
      }),
    gather: (call = {}) => gateway.gather({ ...frame, tools: [], ...call }),
    noticed() {
      const line = unread.shift()
      return line === undefined ? new Promise((resolve) => listeners.push(resolve)) : Promise.resolve(line)
    },
  }
}
