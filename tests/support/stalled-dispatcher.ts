/** A dispatcher that from the n-th task of a name on answers none of them until told to stop, and word of when it is asked. */
import type { Dispatcher } from '../../src/lab/task.ts'
import { createGate } from './gate.ts'

export function stallAt(inner: Dispatcher, name: string, n: number) {
  const gate = createGate()
  let count = 0
  const dispatcher: Dispatcher = {
    ...inner,
    run(task, input, options) {
      if (task.name !== name || ++count < n) return inner.run(task, input, options)
      gate.open()
      return new Promise((_, reject) => {
        options.signal.addEventListener('abort', () => reject(options.signal.reason as Error))
      })
    },
  }
  return { dispatcher, reached: gate.opened }
}
