import { expect, it } from 'vitest'
import { createSharedLoads } from '../../src/market/shared-loads.ts'
import { createManualClock } from '../support/manual-clock.ts'

const { signal } = new AbortController()

function openLoads(maxEntries = 2) {
  const clock = createManualClock()
  const loads = createSharedLoads<string>({ maxAgeMs: 1_000, maxEntries, clock })
  const begun: string[] = []
  const load = (key: string) =>
    loads.load(
      key,
      async () => {
        begun.push(key)
        return `${key} ${begun.length}`
      },
      signal,
    )
  return { clock, loads, begun, load }
}

it('loads a thing once for all who ask within its age, and again after', async () => {
  const { clock, begun, load } = openLoads()
  expect(await Promise.all([load('a'), load('a')])).toEqual(['a 1', 'a 1'])
  await clock.advance(1_000)
  expect(await load('a')).toBe('a 1')
  await clock.advance(1)
  expect(await load('a')).toBe('a 2')
  expect(begun).toEqual(['a', 'a'])
})

it('keeps so many results and gives up the longest unused', async () => {
  const { loads, begun, load } = openLoads()
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await load(key)
  expect(begun).toEqual(['a', 'b', 'c', 'b'])
  expect(loads.kept()).toEqual(['a 1', 'b 4'])
})

it('stops a load when nobody waits for it any more, and begins anew for the next', async () => {
  const { loads } = openLoads()
  const stopped: unknown[] = []
  const leave = [new AbortController(), new AbortController()]
  const run = (stop: AbortSignal) =>
    new Promise<string>((_, reject) => {
      stop.addEventListener('abort', () => {
        stopped.push(stop.reason)
        reject(stop.reason as Error)
      })
    })
  const waiting = leave.map(({ signal: own }) => loads.load('a', run, own))
  const outcomes = Promise.allSettled(waiting)
  leave[0]!.abort('first')
  await expect(waiting[0]).rejects.toBe('first')
  expect(stopped).toEqual([])
  leave[1]!.abort('second')
  expect((await outcomes).map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
  expect(stopped).toEqual(['second'])
  expect(await loads.load('a', async () => 'anew', signal)).toBe('anew')
})
