/** A scripted model behind Google's generateContent: serves `google:…`. */
import { createModelServer, type ModelServer, type ModelServerOptions } from './model-server.ts'
import type { Script, ScriptedRequest, ScriptedTurn } from './script.ts'
import { asList, asRecord, asText, sse, textOf, type Said, type Wire } from './wire.ts'

export function createGoogleServer(script: Script, options: ModelServerOptions = {}): Promise<ModelServer> {
  return createModelServer(wire, script, options)
}

/** Sent with each request of a tool, and wanted back with its result. */
export const THOUGHT_SIGNATURE = 'c2NyaXB0ZWQgdGhvdWdodA=='

const wire: Wire = {
  wire: 'google',
  basePath: '/v1beta',
  readCall({ method, path, headers, body }) {
    const match = /\/models\/([^/]+):(generateContent|streamGenerateContent)$/.exec(path)
    if (method !== 'POST' || !match) return null
    const config = asRecord(body.generationConfig)
    const schema = config.responseJsonSchema
    return {
      model: decodeURIComponent(match[1]!),
      system: textOf(asRecord(body.systemInstruction).parts),
      turns: asList(body.contents).flatMap(readTurns),
      tools: asList(body.tools)
        .flatMap((tool) => asList(tool.functionDeclarations))
        .map(({ name, description, parameters, parametersJsonSchema }) => ({
          name: asText(name),
          description: asText(description),
          schema: parametersJsonSchema ?? parameters,
        })),
      schemaName: schema === undefined ? null : asText(asRecord(schema).title),
      schema: schema === undefined ? null : asRecord(schema),
      maxOutputTokens: Number(config.maxOutputTokens) || null,
      isStreaming: match[2] === 'streamGenerateContent',
      key: asText(headers['x-goog-api-key']) || null,
    }
  },
  listModels: (models) => ({ models: models.map((id) => ({ name: `models/${id}`, displayName: id })) }),
  frameStream(request, said) {
    const chunk = (parts: unknown[], extra: object = {}) =>
      sse({ candidates: [{ content: { role: 'model', parts }, index: 0, ...extra }], ...nameOf(request) })
    const calls = said.calls.length > 0 ? chunk(said.calls.map(partOf)) : ''
    return {
      head: '',
      pieces: said.finish === 'refusal' ? [] : said.pieces.map((text) => chunk([{ text }])),
      tail:
        calls +
        sse({
          candidates: [{ content: { role: 'model', parts: [] }, finishReason: finishOf(said), index: 0 }],
          ...(said.usage ? { usageMetadata: usageOf(said) } : {}),
          ...nameOf(request),
        }),
    }
  },
  frameError: (status, message) => sse({ error: errorOf(status, message) }),
  wholeAnswer(request, said) {
    const text = said.finish === 'refusal' ? '' : said.pieces.join('')
    const parts = [...(text === '' ? [] : [{ text }]), ...said.calls.map(partOf)]
    return {
      candidates: [{ content: { role: 'model', parts }, finishReason: finishOf(said), index: 0 }],
      ...(said.usage ? { usageMetadata: usageOf(said) } : {}),
      ...nameOf(request),
    }
  },
  errorBody: (status, message) => ({ error: errorOf(status, message) }),
}

function readTurns(content: Record<string, unknown>): ScriptedTurn[] {
  const parts = asList(content.parts)
  const text = textOf(parts)
  if (content.role === 'model') {
    const calls = parts
      .filter((part) => part.functionCall !== undefined)
      .map((part) => {
        const { id, name, args } = asRecord(part.functionCall)
        return { id: asText(id), name: asText(name), args }
      })
    return [{ role: 'assistant', text, calls, results: [] }]
  }
  const results = parts
    .filter((part) => part.functionResponse !== undefined)
    .map((part) => {
      const { id, response } = asRecord(part.functionResponse)
      const { content: output } = asRecord(response)
      return { id: asText(id), output: typeof output === 'string' ? output : JSON.stringify(response) }
    })
  return [
    ...(results.length > 0 ? [{ role: 'tool' as const, text: '', calls: [], results }] : []),
    ...(results.length === 0 || text !== '' ? [{ role: 'user' as const, text, calls: [], results: [] }] : []),
  ]
}

function nameOf(request: ScriptedRequest) {
  return { responseId: `gen-${request.index}`, modelVersion: request.model }
}

function partOf(call: Said['calls'][number]) {
  return {
    functionCall: { id: call.id, name: call.name, args: call.args },
    thoughtSignature: THOUGHT_SIGNATURE,
  }
}

function usageOf({ usage }: Said) {
  const { input, output } = usage!
  return { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output }
}

function finishOf(said: Said): string {
  return said.finish === 'refusal' ? 'SAFETY' : said.finish === 'length' ? 'MAX_TOKENS' : 'STOP'
}

function errorOf(status: number, message: string) {
  const names: Record<number, string> = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    429: 'RESOURCE_EXHAUSTED',
    503: 'UNAVAILABLE',
  }
  return { code: status, message, status: names[status] ?? 'INTERNAL' }
}
