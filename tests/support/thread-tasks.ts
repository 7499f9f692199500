/** Tasks that behave and that do not, and the module of a thread that serves them: for tests of the dispatcher. */
import { lowerPriority } from '../../src/lab/threads/lower-priority.ts'
import { serveTasks } from '../../src/lab/threads/serve-tasks.ts'
import type { Task } from '../../src/lab/task.ts'
import { InputError } from '../../src/core/errors.ts'
import { getPriority } from 'node:os'
import { parentPort, threadId } from 'node:worker_threads'
import { findThreadId } from '../../src/lab/threads/lower-priority.ts'

/** Shared words: what a task tells, and what it waits for. */
export interface Shared {
  words: Int32Array
}

/** Says in word 0 that it began, and ends once word 1 is set; returns the thread it ran in. */
export const hold: Task<Shared, number> = {
  name: 'hold',
  run({ words }) {
    Atomics.add(words, 0, 1)
    Atomics.notify(words, 0)
    Atomics.wait(words, 1, 0)
    return threadId
  },
}

export const echo: Task<unknown, unknown> = {
  name: 'echo',
  run: (input, { report }) => {
    report(0.5, 'half')
    return input
  },
}

/** Counts in word 0 until it is told to stop. */
export const listen: Task<Shared, null> = {
  name: 'listen',
  run({ words }, { isCancelled }) {
    while (!isCancelled()) if (Atomics.add(words, 0, 1) === 0) Atomics.notify(words, 0)
    Atomics.store(words, 1, threadId)
    return null
  },
}

/** Counts in word 0 and listens to nobody. */
export const loop: Task<Shared, null> = {
  name: 'loop',
  run({ words }) {
    for (;;) if (Atomics.add(words, 0, 1) === 0) Atomics.notify(words, 0)
  },
}

/** Ends its thread as often as word 1 says, counting in word 0. */
export const crash: Task<Shared, string> = {
  name: 'crash',
  run({ words }) {
    if (Atomics.add(words, 0, 1) < Atomics.load(words, 1)) process.exit(3)
    return 'done'
  },
}

export const refuse: Task<null, null> = {
  name: 'refuse',
  run() {
    throw new InputError('params', 'params: fast is -1')
  },
}

export const facts: Task<null, { thread: number; priority: number | null }> = {
  name: 'facts',
  run: () => ({ thread: threadId, priority: findThreadId() && getPriority(findThreadId()!) }),
}

/** Sends messages as they are, then word of its progress, and ends once word 1 is set. */
export const babble: Task<Shared & { messages: readonly unknown[] }, string> = {
  name: 'babble',
  run({ messages, words }, { report }) {
    for (const message of messages) parentPort!.postMessage(message)
    report(7, 'done')
    Atomics.wait(words, 1, 0)
    return 'done'
  },
}

/** What a thread knows of where it runs, and what it changes of it for whoever comes after. */
export const surroundings: Task<unknown, { thread: number; environment: string[]; root: number }> = {
  name: 'surroundings',
  run() {
    const found = { thread: threadId, environment: Object.keys(process.env), root: Math.sqrt(9) }
    Math.sqrt = () => 1
    return found
  },
}

/** Throws what is hard to tell. */
export const throws: Task<string, null> = {
  name: 'throws',
  run(kind) {
    if (kind === 'long') throw new InputError('params', 'x'.repeat(5_000_000))
    if (kind === 'path') throw new Error("ENOENT: no such file, open '/home/me/my files/secret.txt'")
    throw {
      toString() {
        throw new Error('never')
      },
    }
  },
}

lowerPriority()

const all = { hold, echo, listen, loop, crash, refuse, facts, babble, surroundings, throws }
export default serveTasks(all)
