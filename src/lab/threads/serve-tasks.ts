/** The side of a thread: runs the task that a call names, with word of cancelling and progress. */
import { parentPort } from 'node:worker_threads'
import { quote } from '../../core/errors.ts'
import type { Task, TaskControl } from '../task.ts'
import { beat, beatFor } from './beats.ts'
import { FLAG, packError, type TaskAnswer, type TaskCall, type TaskNews } from './task-call.ts'

/** Between two messages about the same task. */
const NEWS_EVERY_MS = 50

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tasks of every type are served
export type TaskTable = Readonly<Record<string, Task<any, any>>>

export function serveTasks(tasks: TaskTable): (call: TaskCall) => Promise<TaskAnswer> {
  return async ({ id, name, input, flags }) => {
    const words = new Int32Array(flags)
    Atomics.store(words, FLAG.begun, 1)
    beatFor(words)
    const isCancelled = () => {
      beat()
      return Atomics.load(words, FLAG.cancelled) === 1
    }
    if (isCancelled()) return { cancelled: true }
    try {
      const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined
      if (!task) throw new Error(`there is no task ${quote(name)}`)
      const output: unknown = await task.run(input, { isCancelled, report: createReporter(id) })
      return isCancelled() ? { cancelled: true } : { output }
    } catch (error) {
      return isCancelled() ? { cancelled: true } : { error: packError(error) }
    }
  }
}

function createReporter(task: number): TaskControl['report'] {
  let toldMs = Number.NEGATIVE_INFINITY
  return (fraction, message) => {
    beat()
    const nowMs = performance.now()
    if (nowMs - toldMs < NEWS_EVERY_MS) return
    toldMs = nowMs
    parentPort?.postMessage({ task, fraction, message: message ?? null } satisfies TaskNews)
  }
}
