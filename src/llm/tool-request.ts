/** A request of a tool as the committee gets it, from what the model wrote. */
import type { LanguageModelV4ToolCall } from '@ai-sdk/provider'
import { quote } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import type { CallFrame, ToolRequest } from './model-call.ts'

/** Arguments that are no JSON object are left out, with a line in the log: the tool then names what it misses. */
export function toToolRequest(made: LanguageModelV4ToolCall, call: CallFrame): ToolRequest {
  let args: unknown
  try {
    args = JSON.parse(made.input === '' ? '{}' : made.input) as unknown
  } catch {
    args = null
  }
  const isObject = args !== null && typeof args === 'object' && !Array.isArray(args)
  if (!isObject) {
    call.notice?.(
      'WARN',
      `${call.model} asked for ${made.toolName} with ${quote(made.input)}, which is no object`,
    )
  }
  return {
    ...{ id: made.toolCallId, name: made.toolName },
    args: isObject ? (args as Record<string, unknown>) : {},
    ...(made.providerMetadata ? { echo: made.providerMetadata as Record<string, Json> } : {}),
  }
}
