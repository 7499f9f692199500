/** A scripted model behind OpenAI's chat completions: serves `openai:…`, `compatible:…` and `ollama:…`. */
import { createModelServer, type ModelServer, type ModelServerOptions } from './model-server.ts'
import type { Script, ScriptedRequest, ScriptedTurn } from './script.ts'
import { asList, asRecord, asText, parseArgs, sse, textOf, type Said, type Wire } from './wire.ts'

export function createOpenAiServer(script: Script, options: ModelServerOptions = {}): Promise<ModelServer> {
  return createModelServer(wire, script, options)
}

const wire: Wire = {
  wire: 'openai',
  basePath: '/v1',
  readCall({ method, path, headers, body }) {
    if (method !== 'POST' || !path.endsWith('/chat/completions')) return null
    const messages = asList(body.messages)
    const isSystem = (message: Record<string, unknown>) =>
      message.role === 'system' || message.role === 'developer'
    const format = asRecord(asRecord(body.response_format).json_schema)
    return {
      model: asText(body.model),
      system: messages
        .filter(isSystem)
        .map((message) => textOf(message.content))
        .join('\n'),
      turns: messages.filter((message) => !isSystem(message)).map(readTurn),
      tools: asList(body.tools).map((tool) => {
        const { name, description, parameters } = asRecord(tool.function)
        return { name: asText(name), description: asText(description), schema: parameters }
      }),
      schemaName: format.schema === undefined ? null : asText(format.name),
      schema: format.schema === undefined ? null : asRecord(format.schema),
      maxOutputTokens: Number(body.max_completion_tokens ?? body.max_tokens) || null,
      isStreaming: body.stream === true,
      key: headers.authorization?.replace(/^Bearer /, '') ?? null,
    }
  },
  listModels: (models) => ({
    object: 'list',
    data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'scripted' })),
  }),
  frameStream(request, said) {
    const chunk = (delta: unknown, finish: string | null = null) =>
      sse({
        ...nameOf(request, 'chat.completion.chunk'),
        choices: [{ index: 0, delta, finish_reason: finish }],
      })
    const isRefusal = said.finish === 'refusal'
    const wantsUsage = asRecord(request.body.stream_options).include_usage === true
    const usage =
      wantsUsage && said.usage
        ? sse({ ...nameOf(request, 'chat.completion.chunk'), choices: [], usage: usageOf(said) })
        : ''
    const calls = said.calls.map((call, index) => chunk({ tool_calls: [{ index, ...callOf(call) }] }))
    return {
      head: chunk({ role: 'assistant', content: isRefusal ? null : '' }),
      pieces: said.pieces.map((piece) => chunk(isRefusal ? { refusal: piece } : { content: piece })),
      tail: `${calls.join('')}${chunk({}, finishOf(said))}${usage}${sse('[DONE]')}`,
    }
  },
  frameError: (status, message) => sse({ error: { message, type: 'server_error', code: status } }),
  wholeAnswer(request, said) {
    const text = said.pieces.join('')
    const message = {
      role: 'assistant',
      content: said.finish === 'refusal' || text === '' ? null : text,
      refusal: said.finish === 'refusal' ? text : null,
      ...(said.calls.length > 0 ? { tool_calls: said.calls.map(callOf) } : {}),
    }
    return {
      ...nameOf(request, 'chat.completion'),
      choices: [{ index: 0, message, finish_reason: finishOf(said) }],
      ...(said.usage ? { usage: usageOf(said) } : {}),
    }
  },
  errorBody: (status, message) => ({
    error: { message, type: status === 401 ? 'invalid_request_error' : 'error', param: null, code: null },
  }),
}

function readTurn(message: Record<string, unknown>): ScriptedTurn {
  const text = textOf(message.content)
  if (message.role === 'tool') {
    return {
      role: 'tool',
      text: '',
      calls: [],
      results: [{ id: asText(message.tool_call_id), output: text }],
    }
  }
  const calls = asList(message.tool_calls).map((call) => {
    const { name, arguments: args } = asRecord(call.function)
    return { id: asText(call.id), name: asText(name), args: parseArgs(asText(args)) }
  })
  return { role: message.role === 'assistant' ? 'assistant' : 'user', text, calls, results: [] }
}

function nameOf(request: ScriptedRequest, object: string) {
  return { id: `chatcmpl-${request.index}`, object, created: 1_760_000_000, model: request.model }
}

function callOf(call: Said['calls'][number]) {
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.args) },
  }
}

function usageOf({ usage }: Said) {
  const { input, output } = usage!
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

function finishOf(said: Said): string {
  return said.finish === 'tools' ? 'tool_calls' : said.finish === 'length' ? 'length' : 'stop'
}
