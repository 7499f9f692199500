/** A scripted model behind Anthropic's messages: serves `anthropic:…`. */
import { createModelServer, type ModelServer, type ModelServerOptions } from './model-server.ts'
import type { Script, ScriptedRequest, ScriptedTurn } from './script.ts'
import { asList, asRecord, asText, parseArgs, sse, textOf, type Said, type Wire } from './wire.ts'

export function createAnthropicServer(
  script: Script,
  options: ModelServerOptions = {},
): Promise<ModelServer> {
  return createModelServer(wire, script, options)
}

/** With models that have no structured output of their own, the answer is asked for as the input of this tool. */
const ANSWER_TOOL = 'json'

const wire: Wire = {
  wire: 'anthropic',
  basePath: '/v1',
  readCall({ method, path, headers, body }) {
    if (method !== 'POST' || !path.endsWith('/messages')) return null
    const tools = asList(body.tools)
    const answerTool = tools.find((tool) => tool.name === ANSWER_TOOL)
    const schema = asRecord(asRecord(body.output_config).format).schema ?? answerTool?.input_schema
    return {
      model: asText(body.model),
      system: textOf(body.system),
      turns: asList(body.messages).flatMap(readTurns),
      tools: tools
        .filter((tool) => tool !== answerTool)
        .map((tool) => ({
          name: asText(tool.name),
          description: asText(tool.description),
          schema: tool.input_schema,
        })),
      schemaName: schema === undefined ? null : asText(asRecord(schema).title),
      schema: schema === undefined ? null : asRecord(schema),
      maxOutputTokens: Number(body.max_tokens) || null,
      isStreaming: body.stream === true,
      key: asText(headers['x-api-key']) || null,
    }
  },
  listModels: (models) => ({
    data: models.map((id) => ({ id, type: 'model', display_name: id })),
    has_more: false,
  }),
  frameStream(request, said) {
    const asTool = wantsAnswerTool(request)
    const event = (type: string, data: object) => sse({ type, ...data }, type)
    const block = asTool
      ? { type: 'tool_use', id: `toolu_${request.index}`, name: ANSWER_TOOL, input: {} }
      : { type: 'text', text: '' }
    const hasText = said.pieces.length > 0
    const calls = said.calls.map((call, position) => {
      const index = position + (hasText ? 1 : 0)
      return (
        event('content_block_start', {
          index,
          content_block: { type: 'tool_use', id: call.id, name: call.name, input: {} },
        }) +
        event('content_block_delta', {
          index,
          delta: { type: 'input_json_delta', partial_json: JSON.stringify(call.args) },
        }) +
        event('content_block_stop', { index })
      )
    })
    const { content: _, ...message } = messageOf(request, said)
    const start = {
      message: {
        ...message,
        content: [],
        stop_reason: null,
        usage: { input_tokens: said.usage?.input ?? 0, output_tokens: 1 },
      },
    }
    return {
      head:
        event('message_start', start) +
        (hasText ? event('content_block_start', { index: 0, content_block: block }) : ''),
      pieces: said.pieces.map((piece) =>
        event('content_block_delta', {
          index: 0,
          delta: asTool
            ? { type: 'input_json_delta', partial_json: piece }
            : { type: 'text_delta', text: piece },
        }),
      ),
      tail:
        (hasText ? event('content_block_stop', { index: 0 }) : '') +
        calls.join('') +
        event('message_delta', {
          delta: { stop_reason: message.stop_reason, stop_sequence: null },
          usage: { output_tokens: said.usage?.output ?? 0 },
        }) +
        event('message_stop', {}),
    }
  },
  frameError: (status, message) =>
    sse({ type: 'error', error: { type: errorType(status), message } }, 'error'),
  wholeAnswer: messageOf,
  errorBody: (status, message) => ({ type: 'error', error: { type: errorType(status), message } }),
}

function readTurns(message: Record<string, unknown>): ScriptedTurn[] {
  if (message.role === 'assistant') {
    const calls = asList(message.content)
      .filter((part) => part.type === 'tool_use')
      .map((part) => ({ id: asText(part.id), name: asText(part.name), args: part.input }))
    return [{ role: 'assistant', text: textOf(message.content), calls, results: [] }]
  }
  const results = asList(message.content)
    .filter((part) => part.type === 'tool_result')
    .map((part) => ({ id: asText(part.tool_use_id), output: textOf(part.content) }))
  const text = textOf(message.content)
  return [
    ...(results.length > 0 ? [{ role: 'tool' as const, text: '', calls: [], results }] : []),
    ...(results.length === 0 || text !== '' ? [{ role: 'user' as const, text, calls: [], results: [] }] : []),
  ]
}

function wantsAnswerTool(request: ScriptedRequest): boolean {
  return asList(request.body.tools).some((tool) => tool.name === ANSWER_TOOL)
}

function messageOf(request: ScriptedRequest, said: Said) {
  const text = said.pieces.join('')
  const asTool = wantsAnswerTool(request) && text !== '' && said.finish !== 'refusal'
  const reasons = { stop: asTool ? 'tool_use' : 'end_turn', length: 'max_tokens', tools: 'tool_use' }
  const content = [
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...said.calls.map((call) => ({ type: 'tool_use', id: call.id, name: call.name, input: call.args })),
  ]
  return {
    id: `msg_${request.index}`,
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: asTool
      ? [{ type: 'tool_use', id: `toolu_${request.index}`, name: ANSWER_TOOL, input: parseArgs(text) }]
      : content,
    stop_reason: said.finish === 'refusal' ? 'refusal' : reasons[said.finish],
    stop_sequence: null,
    usage: { input_tokens: said.usage?.input ?? 0, output_tokens: said.usage?.output ?? 0 },
  }
}

function errorType(status: number): string {
  const types: Record<number, string> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    429: 'rate_limit_error',
    529: 'overloaded_error',
  }
  return types[status] ?? 'api_error'
}
