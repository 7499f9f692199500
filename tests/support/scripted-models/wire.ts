/** What a wire format has to be able to do, so that one server can speak any of them. */
import type { IncomingHttpHeaders } from 'node:http'
import type { ScriptedRequest, ScriptedUsage } from './script.ts'

/** An answer without its manner: what is said and how it ends. */
export interface Said {
  pieces: string[]
  calls: { id: string; name: string; args: unknown }[]
  finish: 'stop' | 'length' | 'tools' | 'refusal'
  usage: ScriptedUsage | null
}

export interface IncomingCall {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Record<string, unknown>
}

export interface Wire {
  /** Where the base address of the product's settings ends: `/v1` or `/v1beta`. */
  basePath: string
  /** Null where it is no call of a model. */
  readCall(call: IncomingCall): Omit<ScriptedRequest, 'index' | 'path' | 'headers' | 'body' | 'wire'> | null
  wire: ScriptedRequest['wire']
  /** Body of a list of models. */
  listModels(models: readonly string[]): unknown
  /** The events of a streamed answer: what stands before the pieces, each piece, what ends it. */
  frameStream(request: ScriptedRequest, said: Said): { head: string; pieces: string[]; tail: string }
  /** An error inside a stream. */
  frameError(status: number, message: string): string
  wholeAnswer(request: ScriptedRequest, said: Said): unknown
  errorBody(status: number, message: string): unknown
}

export const asRecord = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
export const asList = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.map(asRecord) : []
export const asText = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The text of a content that is a text or a list of parts. */
export function textOf(content: unknown): string {
  return typeof content === 'string'
    ? content
    : asList(content)
        .map((part) => asText(part.text))
        .join('')
}

export function parseArgs(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** One server-sent event. */
export function sse(data: unknown, event?: string): string {
  return `${event ? `event: ${event}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}
