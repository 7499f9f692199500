/** Turns of a conversation as the AI SDK's models take them. */
import type {
  LanguageModelV4FunctionTool,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider'
import type { ChatTurn, ToolSpec } from './model-call.ts'
import { toWireSchema } from './wire-schema.ts'

/**
 * `asText` writes look-ups and their results out as text: providers refuse those of tools that are not offered in the
 * same call.
 */
export function toPrompt(
  system: string,
  turns: readonly ChatTurn[],
  { asText }: { asText: boolean },
): LanguageModelV4Prompt {
  return [{ role: 'system', content: system }, ...turns.map(asText ? toTextMessage : toMessage)]
}

function toTextMessage(turn: ChatTurn): LanguageModelV4Message {
  if (turn.role === 'tool') {
    const text = turn.results.map(({ name, output }) => `Result of ${name}:\n${output}`).join('\n\n')
    return { role: 'user', content: [{ type: 'text', text }] }
  }
  if (turn.role === 'user' || turn.calls.length === 0) return toMessage(turn)
  const calls = turn.calls.map(({ name, args }) => `Look up ${name} with ${JSON.stringify(args)}.`)
  const lines = turn.text === '' ? calls : [turn.text, ...calls]
  return { role: 'assistant', content: [{ type: 'text', text: lines.join('\n') }] }
}

function toMessage(turn: ChatTurn): LanguageModelV4Message {
  switch (turn.role) {
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: turn.text }] }
    case 'assistant':
      return {
        role: 'assistant',
        content: [
          ...(turn.text === '' ? [] : [{ type: 'text' as const, text: turn.text }]),
          ...turn.calls.map((call) => ({
            ...{ type: 'tool-call' as const, toolCallId: call.id, toolName: call.name, input: call.args },
            ...(call.echo ? { providerOptions: call.echo as SharedV4ProviderOptions } : {}),
          })),
        ],
      }
    case 'tool':
      return {
        role: 'tool',
        content: turn.results.map(({ id, name, output }) => ({
          ...{ type: 'tool-result', toolCallId: id, toolName: name },
          output: { type: 'text', value: output },
        })),
      }
  }
}

export function toTools(tools: readonly ToolSpec[]): LanguageModelV4FunctionTool[] {
  return tools.map(({ name, description, input }) => {
    const { title: _, ...inputSchema } = toWireSchema(name, input)
    return { type: 'function', name, description, inputSchema }
  })
}

/** For a server that cannot be told the shape apart from the prompt. */
export function describeShape(system: string, name: string, schema: unknown): string {
  return `${system}\n\nAnswer with nothing but one JSON object, "${name}", that satisfies this JSON schema:\n${JSON.stringify(schema)}`
}

/** Characters sent, for the estimate of a call whose usage is not reported. */
export function countCharacters(system: string, turns: readonly ChatTurn[], rest: unknown): number {
  return system.length + JSON.stringify(turns).length + (rest === undefined ? 0 : JSON.stringify(rest).length)
}
