/** A dispatcher without threads: each task runs where it is asked for, as it would in one, and says what was asked. */
import type { Dispatcher } from '../../src/lab/task.ts'

export interface InlineDispatcher extends Dispatcher {
  /** Names of the tasks so far. */
  readonly asked: string[]
}

export function createInlineDispatcher(): InlineDispatcher {
  const asked: string[] = []
  return {
    ...{ threads: 1, asked },
    async run(task, input, { signal, onProgress }) {
      asked.push(task.name)
      signal.throwIfAborted()
      const output = await task.run(structuredClone(input), {
        isCancelled: () => signal.aborted,
        report: (fraction, message) => onProgress?.(fraction, message ?? null),
      })
      signal.throwIfAborted()
      return output
    },
    close: async () => {},
  }
}
