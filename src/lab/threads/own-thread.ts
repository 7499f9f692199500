/**
 * The thread that runs one strategy of a person's own: it serves the calls that it is sent and answers each by its
 * number. It belongs to the file whose hash it was begun with, and no other is run in it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { packError, type TaskAnswer, type TaskCall } from './task-call.ts'

export interface OwnThreadData {
  /** The module whose default export takes calls. */
  worker: string
  ownHash: string
}

export interface OwnAnswer {
  answered: number
  answer: TaskAnswer
}

const { default: serve } = (await import((workerData as OwnThreadData).worker)) as {
  default: (call: TaskCall) => Promise<TaskAnswer>
}

parentPort?.on('message', (call: TaskCall) => void answer(call))

async function answer(call: TaskCall): Promise<void> {
  const found = await serve(call)
  try {
    parentPort?.postMessage({ answered: call.id, answer: found } satisfies OwnAnswer)
  } catch (error) {
    // What cannot be sent.
    parentPort?.postMessage({ answered: call.id, answer: { error: packError(error) } } satisfies OwnAnswer)
  }
}
