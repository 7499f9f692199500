/** What an answer to a structured question comes to: a value, words that cannot be read as one, or a refusal. */
import { quote } from '../core/errors.ts'
import { readAnswer } from './answer.ts'
import type { Spoken } from './attempt.ts'
import type { AskCall, CallUsage } from './model-call.ts'

export type Judged<T> =
  | { outcome: 'answered'; value: T }
  | { outcome: 'unreadable'; problem: string; cut_off?: true }
  | { outcome: 'refused'; problem: string }

export function judgeAnswer<T>(
  call: AskCall<T>,
  spoken: Spoken,
  usage: CallUsage,
  maxAnswerBytes: number,
): Judged<T> {
  const text = spoken.text.trim()
  switch (spoken.finish) {
    case 'too-long':
      return { outcome: 'unreadable', problem: `the answer is longer than ${maxAnswerBytes} bytes` }
    case 'content-filter': {
      const said = text === '' ? 'without a word' : `saying ${quote(text, 300)}`
      return { outcome: 'refused', problem: `${call.model} refused to answer, ${said}` }
    }
    case 'length': {
      const tokens = usage.output_tokens || call.maxOutputTokens
      return { outcome: 'unreadable', problem: `the answer was cut off at ${tokens} tokens`, cut_off: true }
    }
    default: {
      const read = readAnswer(spoken.text, call.answer.schema)
      return read.isRead
        ? { outcome: 'answered', value: read.value }
        : { outcome: 'unreadable', problem: read.problem }
    }
  }
}
