/** A dispatcher without threads: each task runs where it is asked for, as it would in one, and says what was asked. */
import type { Dispatcher, Task } from '../../src/lab/task.ts'
import * as tasks from '../../src/lab/tasks/index.ts'

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
      const { run } = (task.run ? task : tasks[task.name as keyof typeof tasks]) as Task<typeof input, never>
      const output = await run(structuredClone(input), {
        isCancelled: () => signal.aborted,
        report: (fraction, message) => onProgress?.(fraction, message ?? null),
      })
      signal.throwIfAborted()
      return output
    },
    close: async () => {},
  }
}
