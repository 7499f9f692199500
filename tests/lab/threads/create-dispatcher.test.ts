import { getPriority } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { AbortedError, InputError } from '../../../src/core/errors.ts'
import type { Dispatcher, Task } from '../../../src/lab/task.ts'
import { createDispatcher } from '../../../src/lab/threads/create-dispatcher.ts'
import type { StrategyRef } from '../../../src/lab/strategy-catalog.ts'
import { babble, crash, echo, facts, hold, listen, loop } from '../../support/thread-tasks.ts'
import { refuse, surroundings, throws, type Shared } from '../../support/thread-tasks.ts'

const WORKER = new URL('../../support/thread-tasks.ts', import.meta.url)
const FREE_WITHIN_MS = 100

function open(threads: number): Dispatcher {
  const dispatcher = createDispatcher({ threads, worker: WORKER })
  onTestFinished(() => dispatcher.close())
  return dispatcher
}

const shared = (): Shared => ({ words: new Int32Array(new SharedArrayBuffer(8)) })
const never = () => new AbortController().signal

/** Resolves once word `at` is no longer 0. */
async function told({ words }: Shared, at: number): Promise<void> {
  while (Atomics.load(words, at) === 0) await Atomics.waitAsync(words, at, 0, 50).value
}

function letGo({ words }: Shared): void {
  Atomics.store(words, 1, 1)
  Atomics.notify(words, 1)
}

test('a task answers, and an input error stays one', async () => {
  const dispatcher = open(1)
  const options = { lane: 'a', signal: never() }
  const column = Float64Array.of(1, Number.NaN)
  expect(await dispatcher.run(echo, { column }, options)).toEqual({ column })
  const refused = dispatcher.run(refuse, null, options)
  await expect(refused).rejects.toThrow(new InputError('params', 'params: fast is -1'))
  await expect(refused).rejects.toBeInstanceOf(InputError)
  const unknown: Task<null, null> = { name: 'toString', run: () => null }
  await expect(dispatcher.run(unknown, null, options)).rejects.toThrow('there is no task "toString"')
})

test('a line of one waits for a single piece of a long line', async () => {
  const dispatcher = open(1)
  const gate = shared()
  const ended: string[] = []
  const run = (lane: string, name: string) =>
    dispatcher.run(echo, name, { lane, signal: never() }).then(() => void ended.push(name))
  const first = dispatcher.run(hold, gate, { lane: 'grid', signal: never() })
  const grid = Array.from({ length: 5 }, (_, i) => run('grid', `chunk ${i}`))
  await told(gate, 0)
  const small = run('small', 'backtest')
  letGo(gate)
  await Promise.all([first, ...grid, small])
  expect(ended.indexOf('backtest')).toBeLessThanOrEqual(1)
})

test('as many tasks run side by side as there are threads, and threads stay', async () => {
  const dispatcher = open(2)
  const gate = shared()
  const run = () => dispatcher.run(hold, gate, { lane: 'a', signal: never() })
  const running = [run(), run(), run(), run()]
  while (Atomics.load(gate.words, 0) < 2)
    await Atomics.waitAsync(gate.words, 0, Atomics.load(gate.words, 0), 50).value
  letGo(gate)
  const threads = new Set(await Promise.all(running))
  expect(threads.size).toBe(2)
  const { thread } = await dispatcher.run(facts, null, { lane: 'b', signal: never() })
  expect(threads).toContain(thread)
})

test('a task that listens is stopped at once, and its thread goes on', async () => {
  const dispatcher = open(1)
  const words = shared()
  const stop = new AbortController()
  const listening = dispatcher.run(listen, words, { lane: 'a', signal: stop.signal })
  await told(words, 0)
  const began = performance.now()
  stop.abort(new AbortedError('canceled'))
  await expect(listening).rejects.toThrow('canceled')
  await told(words, 1)
  expect(performance.now() - began).toBeLessThan(FREE_WITHIN_MS)
  const { thread } = await dispatcher.run(facts, null, { lane: 'a', signal: never() })
  expect(thread).toBe(Atomics.load(words.words, 1))
})

test('a task that listens to nobody is ended with its thread within 100 ms', async () => {
  const dispatcher = open(1)
  const words = shared()
  const stop = new AbortController()
  const looping = dispatcher.run(loop, words, { lane: 'a', signal: stop.signal })
  await told(words, 0)
  const next = dispatcher.run(echo, 'next', { lane: 'b', signal: never() })
  const began = performance.now()
  stop.abort(new AbortedError('canceled'))
  await expect(looping).rejects.toThrow('canceled')
  let count = 0
  let movedMs = began
  while (performance.now() - movedMs < FREE_WITHIN_MS) {
    await Atomics.waitAsync(words.words, 1, 0, 5).value
    const now = Atomics.load(words.words, 0)
    if (now !== count) movedMs = performance.now()
    count = now
  }
  expect(movedMs - began).toBeLessThan(FREE_WITHIN_MS)
  expect(await next).toBe('next')
})

test('a task that waits is cancelled without ever beginning', async () => {
  const dispatcher = open(1)
  const gate = shared()
  const waiting = shared()
  const stop = new AbortController()
  const first = dispatcher.run(hold, gate, { lane: 'a', signal: never() })
  const second = dispatcher.run(hold, waiting, { lane: 'a', signal: stop.signal })
  stop.abort(new AbortedError('canceled'))
  await expect(second).rejects.toThrow('canceled')
  await expect(dispatcher.run(echo, 1, { lane: 'a', signal: stop.signal })).rejects.toThrow('canceled')
  await told(gate, 0)
  letGo(gate)
  await first
  expect(waiting.words[0]).toBe(0)
})

test('a thread that dies costs its task one repetition; one that dies again is an error', async () => {
  const dispatcher = open(1)
  const once = shared()
  once.words[1] = 1
  expect(await dispatcher.run(crash, once, { lane: 'a', signal: never() })).toBe('done')
  expect(once.words[0]).toBe(2)
  const always = shared()
  always.words[1] = 100
  const failing = dispatcher.run(crash, always, { lane: 'a', signal: never() })
  await expect(failing).rejects.toThrow('crash ended its thread 2 times: worker exited with code: 3')
  expect(await dispatcher.run(echo, 'still there', { lane: 'a', signal: never() })).toBe('still there')
})

test('a thread whose module cannot be loaded is an error and not a wait for ever', async () => {
  const worker = new URL('../../support/no-such-worker.ts', import.meta.url)
  const dispatcher = createDispatcher({ threads: 1, worker })
  onTestFinished(() => dispatcher.close())
  await expect(dispatcher.run(echo, 1, { lane: 'a', signal: never() })).rejects.toThrow(
    /ended its thread 2 times/,
  )
})

test('what cannot be sent to a thread is refused, and is no death', async () => {
  const dispatcher = open(1)
  const sending = dispatcher.run(echo, () => 1, { lane: 'a', signal: never() })
  await expect(sending).rejects.toThrow(/could not be cloned/)
})

test('closing ends what runs and what waits', async () => {
  const dispatcher = open(1)
  const words = shared()
  const looping = dispatcher.run(loop, words, { lane: 'a', signal: never() })
  const waiting = dispatcher.run(echo, 1, { lane: 'a', signal: never() })
  const ends = [expect(looping).rejects.toThrow('shutdown'), expect(waiting).rejects.toThrow('shutdown')]
  await told(words, 0)
  await dispatcher.close()
  await Promise.all(ends)
  await expect(dispatcher.run(echo, 1, { lane: 'a', signal: never() })).rejects.toThrow('shutdown')
})

test('a task tells of its progress; what is no word of it is ignored, and progress stays within 0 and 1', async () => {
  const dispatcher = open(1)
  const strange = [null, 'news', 7, [], { task: 'x' }, { task: 1, fraction: Number.NaN, message: null }]
  const messages = [...strange, { task: 1, fraction: 0.1, message: { no: 'text' } }]
  for (const strategy of [null, own('a')]) {
    const news: unknown[] = []
    const gate = shared()
    const onProgress = (...told: unknown[]) => {
      news.push(told)
      letGo(gate)
    }
    const input = { ...gate, messages, strategy }
    expect(await dispatcher.run(babble, input, { lane: 'a', signal: never(), onProgress })).toBe('done')
    expect(news).toEqual([[1, 'done']])
  }
})

test('an error is told shortly and without folders, whatever was thrown', async () => {
  const dispatcher = open(1)
  const run = (kind: string) =>
    dispatcher.run(throws, kind, { lane: 'a', signal: never() }).catch((error: unknown) => error as Error)
  const long = (await run('long')) as Error
  expect(long).toBeInstanceOf(InputError)
  expect(long.message).toBe(`${'x'.repeat(499)}…`)
  expect(long.stack!.length).toBeLessThan(3_000)
  expect(((await run('path')) as Error).message).toBe("ENOENT: no such file, open 'secret.txt'")
  expect(((await run('unreadable')) as Error).message).toMatch(/nothing that can be read/)
})

/** A strategy of one's own, as tasks name it in their input. */
function own(hash: string): StrategyRef {
  return { name: hash, file: `/home/me/${hash}.ts`, hash }
}

const ownShared = (hash: string) => ({ ...shared(), strategy: own(hash) })

test('threads know nothing of the environment', async () => {
  const dispatcher = open(1)
  const run = (input: unknown) => dispatcher.run(surroundings, input, { lane: 'a', signal: never() })
  expect((await run(null)).environment).toEqual([])
  expect((await run({ strategy: own('a') })).environment).toEqual([])
})

test('what a strategy of one’s own does to its thread, no other task and no other run meets', async () => {
  const dispatcher = open(1)
  const run = (input: unknown, lane: string) => dispatcher.run(surroundings, input, { lane, signal: never() })
  const first = await run({ strategy: own('a') }, 'run 1')
  const again = await run({ strategy: own('a') }, 'run 1')
  expect([first.root, again.root, again.thread]).toEqual([3, 1, first.thread])
  const others = [
    await run({ strategy: own('a') }, 'run 2'),
    await run({ strategy: own('b') }, 'run 1'),
    await run({ strategy: { name: 'sma-cross', file: null, hash: null } }, 'run 1'),
  ]
  expect(others.map(({ root }) => root)).toEqual([3, 3, 3])
})

test('a strategy of one’s own that gives no sign of life is ended by name; one that does goes on', async () => {
  const dispatcher = createDispatcher({ threads: 2, worker: WORKER, silentMs: 1_000 })
  onTestFinished(() => dispatcher.close())
  const stop = new AbortController()
  const busy = ownShared('a')
  const alive = dispatcher.run(listen, busy, { lane: 'a', signal: stop.signal })
  const failing = dispatcher.run(loop, ownShared('b'), { lane: 'b', signal: never() })
  await expect(failing).rejects.toThrow('b.ts: one call of it took longer than 1 s and was ended')
  await told(busy, 0)
  stop.abort(new AbortedError('canceled'))
  await expect(alive).rejects.toThrow('canceled')
})

test('while strategies of one’s own hold every thread, another task goes on beside them', async () => {
  const dispatcher = open(1)
  const gates = [ownShared('a'), ownShared('a')]
  const held = gates.map((gate) => dispatcher.run(hold, gate, { lane: 'a', signal: never() }))
  await told(gates[0]!, 0)
  expect(await dispatcher.run(echo, 1, { lane: 'b', signal: never() })).toBe(1)
  expect(gates[1]!.words[0]).toBe(0)
  for (const gate of gates) letGo(gate)
  await Promise.all(held)
})

test('cancelling a run frees all threads of its strategy at once', async () => {
  const dispatcher = open(2)
  const stop = new AbortController()
  const words = ownShared('a')
  const loops = [1, 2, 3, 4].map(() => dispatcher.run(loop, words, { lane: 'a', signal: stop.signal }))
  const ends = loops.map((one) => expect(one).rejects.toThrow('canceled'))
  await told(words, 0)
  const began = performance.now()
  stop.abort(new AbortedError('canceled'))
  await Promise.all(ends)
  expect(performance.now() - began).toBeLessThan(FREE_WITHIN_MS)
  let movedMs = began
  for (let count = 0; performance.now() - movedMs < FREE_WITHIN_MS;) {
    await Atomics.waitAsync(words.words, 1, 0, 5).value
    const now = Atomics.load(words.words, 0)
    if (now !== count) movedMs = performance.now()
    count = now
  }
  expect(movedMs - began).toBeLessThan(FREE_WITHIN_MS)
})

test.runIf(process.platform === 'linux')('threads give way to the rest of the process', async () => {
  const dispatcher = open(1)
  const { priority } = await dispatcher.run(facts, null, { lane: 'a', signal: never() })
  expect(priority).toBeGreaterThan(getPriority())
})

test('no thread, or half of one, is refused', () => {
  expect(() => createDispatcher({ threads: 0 })).toThrow('threads is 0')
  expect(() => createDispatcher({ threads: 1.5 })).toThrow('threads is 1.5')
})
