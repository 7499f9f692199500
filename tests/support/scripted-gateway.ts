/**
 * A gateway in memory whose model is a function: what the reasoners send is recorded, what they get is what the script
 * says, held against the shape as a real gateway does. For what is said of wires, limits and tries there are the servers
 * under `scripted-models/`.
 */
import { z } from 'zod'
import type {
  AskCall,
  Asked,
  CallTiming,
  CallUsage,
  ChatTurn,
  Gateway,
  GatherCall,
} from '../../src/llm/model-call.ts'
import type { ModelFacts } from '../../src/llm/model-facts.ts'

export interface GatewayCall {
  kind: 'ask' | 'gather'
  /** Of an ask: the name of the shape, which is the role. */
  name: string | null
  model: string
  run: string
  system: string
  turns: readonly ChatTurn[]
  maxOutputTokens: number
  tools: string[]
  schema: unknown
}

export type GatewayReply =
  /** Read into the shape; what does not fit is unreadable, with zod's words. */
  | { value: unknown }
  | { unreadable: string; raw?: string; isCutOff?: true }
  | { refused: string }
  | { text?: string; calls: { name: string; args: Record<string, unknown> }[] }

export type GatewayScript = (call: GatewayCall) => GatewayReply | Promise<GatewayReply>

export interface ScriptedGateway extends Gateway {
  readonly calls: GatewayCall[]
  /** Those whose shape has this name. */
  callsOf(name: string): GatewayCall[]
}

const TIMING: CallTiming = { attempts: 1, waited_ms: 0, backed_off_ms: 0, took_ms: 1_200 }
const USAGE: CallUsage = { input_tokens: 1_000, output_tokens: 200, cost_usd: 0.004 }

/** USD 2 a million tokens in, 10 out, for every model but those called `unpriced:…`. */
export const scriptedFacts: ModelFacts = {
  priceOf: (model) => (model.startsWith('unpriced:') ? null : { input: 2, output: 10 }),
  cutoffOf: () => null,
}

export function createScriptedGateway(script: GatewayScript): ScriptedGateway {
  const calls: GatewayCall[] = []
  const record = (call: GatewayCall) => {
    calls.push(call)
    return script(call)
  }
  return {
    calls,
    callsOf: (name) => calls.filter((call) => call.name === name),
    checkModel: () => undefined,
    async gather(call) {
      const reply = await record(describe('gather', call, call))
      if (!('calls' in reply)) throw new Error('a script answers a gathering with text and calls')
      const requests = reply.calls.map((request, index) => ({
        ...request,
        id: `call_${calls.length}_${index}`,
      }))
      return { ...TIMING, usage: USAGE, text: reply.text ?? '', calls: requests }
    },
    async ask<T>(call: AskCall<T>): Promise<Asked<T>> {
      const reply = await record(describe('ask', call, { tools: [] }, call))
      const frame = { ...TIMING, usage: USAGE }
      if ('calls' in reply) throw new Error('a script answers a question with a value')
      if ('refused' in reply) return { ...frame, outcome: 'refused', problem: reply.refused, raw: '' }
      if ('unreadable' in reply)
        return {
          ...{ ...frame, outcome: 'unreadable', problem: reply.unreadable, raw: reply.raw ?? '{' },
          ...(reply.isCutOff && { cut_off: true }),
        }
      const raw = JSON.stringify(reply.value)
      writeReport(call, reply.value)
      const parsed = call.answer.schema.safeParse(reply.value)
      return parsed.success
        ? { ...frame, outcome: 'answered', value: parsed.data, raw }
        : { ...frame, outcome: 'unreadable', problem: describeIssues(parsed.error), raw }
    },
    probe: (model) => Promise.resolve({ model, ok: true, latency_ms: 1, usage: { ...USAGE }, problem: null }),
    warmUp: () => Promise.resolve(),
    use: () => [],
    setLimits: () => undefined,
  }
}

/** Halves, as a stream would bring it. */
function writeReport<T>({ onReport }: AskCall<T>, value: unknown): void {
  const report = (value as { report?: unknown } | null)?.report
  if (!onReport || typeof report !== 'string') return
  const half = Math.ceil(report.length / 2)
  onReport.write(report.slice(0, half))
  onReport.write(report.slice(half))
}

function describe<T>(
  kind: GatewayCall['kind'],
  call: GatherCall | AskCall<T>,
  { tools }: Pick<GatherCall, 'tools'>,
  asked?: AskCall<T>,
): GatewayCall {
  const { model, run, system, turns, maxOutputTokens } = call
  return {
    ...{ kind, model, run, system, maxOutputTokens, turns: structuredClone(turns) },
    name: asked?.answer.name ?? null,
    tools: tools.map((tool) => tool.name),
    schema: asked ? z.toJSONSchema(asked.answer.schema) : null,
  }
}

function describeIssues(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')
}
