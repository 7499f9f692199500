/**
 * What a scripted model is asked and what it answers, the same for every wire format. A script is a function from a
 * request to a reply; the servers beside this file (`openai-server.ts`, `anthropic-server.ts`, `google-server.ts`) speak
 * it over real HTTP on a free port, so a test in this process or one that starts the whole product can use it:
 *
 *     const server = await createOpenAiServer((request) => ({ kind: 'json', value: fillSchema(request.schema) }))
 *     // OPENAI_BASE_URL / LLM_BASE_URL / OLLAMA_BASE_URL, ANTHROPIC_BASE_URL or GOOGLE_BASE_URL = server.baseUrl
 *     …
 *     await server.close()
 *
 * A script may be asynchronous: to hold an answer back, await a gate in it (`createGate`), or name one in the reply.
 * `delayMs` and `pieceDelayMs` are for processes that show or measure something; tests use gates.
 */
import { createDeferred } from '../../../src/core/deferred.ts'

export interface ScriptedTool {
  name: string
  description: string
  schema: unknown
}

export interface ScriptedTurn {
  role: 'user' | 'assistant' | 'tool'
  text: string
  /** Of an assistant's turn: what it asked for. */
  calls: { id: string; name: string; args: unknown }[]
  /** Of a tool's turn. */
  results: { id: string; output: string }[]
}

export interface ScriptedRequest {
  /** From 0, in order of arrival at this server. */
  index: number
  wire: 'openai' | 'anthropic' | 'google'
  model: string
  system: string
  turns: ScriptedTurn[]
  tools: ScriptedTool[]
  /** Name and JSON schema of the answer that is wanted; null where none is. */
  schemaName: string | null
  schema: Record<string, unknown> | null
  maxOutputTokens: number | null
  isStreaming: boolean
  key: string | null
  path: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Record<string, unknown>
}

export interface ScriptedUsage {
  input: number
  output: number
}

interface Manner {
  /** Nothing is sent before it is open. */
  gate?: Promise<unknown>
  delayMs?: number
}

interface Writing extends Manner {
  /** Null: the server reports none. Left out: 120 in, a fourth of the characters out. */
  usage?: ScriptedUsage | null
  /** How many deltas the text comes in when streamed; 6 unless told. */
  pieces?: number
  pieceDelayMs?: number
  /** Goes on after so many pieces only when `until` is open. */
  hold?: { afterPieces: number; until: Promise<unknown> }
}

export type ScriptedReply =
  | ({ kind: 'json'; value: unknown } & Writing)
  | ({ kind: 'text'; text: string; finish?: 'stop' | 'length' } & Writing)
  | ({ kind: 'tools'; calls: { name: string; args: unknown; id?: string }[]; text?: string } & Writing)
  /** `body` as it stands if a text, else as JSON; left out, an error as this provider words it, with `message`. */
  | ({
      kind: 'status'
      status: number
      headers?: Record<string, string>
      message?: string
      body?: unknown
    } & Manner)
  /** The beginning of a good answer, then the socket is gone. */
  | ({ kind: 'drop'; afterBytes: number; value?: unknown } & Manner)
  /** Takes the request and never answers. */
  | ({ kind: 'hang' } & Manner)
  /** The text of `value` without its last `cut` characters, ended as if it were whole, or as cut at the token limit. */
  | ({ kind: 'truncated'; value: unknown; cut: number; finish?: 'stop' | 'length' } & Writing)
  | ({ kind: 'refusal'; text?: string } & Writing)
  | ({ kind: 'empty' } & Writing)
  /** A text of so many bytes, written as fast as it is read. */
  | ({ kind: 'huge'; bytes: number } & Manner)
  /** An error inside the stream, after so many pieces of `value`. */
  | ({
      kind: 'stream-error'
      status: number
      message: string
      value?: unknown
      afterPieces?: number
      /** The server does not close the connection after it. */
      staysOpen?: boolean
    } & Manner)

export type Script = (request: ScriptedRequest) => ScriptedReply | Promise<ScriptedReply>

export interface Gate {
  readonly opened: Promise<void>
  open(): void
}

/** Shut until a test opens it. */
export function createGate(): Gate {
  const deferred = createDeferred()
  return { opened: deferred.promise, open: () => deferred.resolve() }
}

/** Answers from a list, one a request; the last one for all further requests. */
export function inTurn(...replies: ScriptedReply[]): Script {
  return (request) => replies[Math.min(request.index, replies.length - 1)]!
}
