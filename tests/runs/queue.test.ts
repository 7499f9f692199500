import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRunQueue } from '../../src/runs/queue.ts'

function open(limits: { maxRunning: number; shortPlaces?: number }) {
  const queue = createRunQueue({ maxWaiting: 50, ...limits })
  const started: string[] = []
  return {
    queue,
    started,
    add: (runId: string, isShort = false) => queue.add(runId, () => started.push(runId), { isShort }),
  }
}

test('a short run does not wait for long ones that hold every place, and a second one waits for the first', () => {
  const { queue, started, add } = open({ maxRunning: 2, shortPlaces: 1 })
  for (const id of ['long-1', 'long-2', 'long-3']) add(id)
  for (const id of ['short-1', 'short-2']) add(id, true)
  expect(started).toEqual(['long-1', 'long-2', 'short-1'])
  queue.leave('short-1')
  expect(started.at(-1)).toBe('short-2')
  // The place of its own is given back before a long run gets another.
  queue.leave('long-1')
  expect([started.length, queue.running]).toEqual([4, 2])
  queue.leave('short-2')
  expect(started.at(-1)).toBe('long-3')
})

test('short runs alone are as many as there are places', () => {
  const { queue, started, add } = open({ maxRunning: 2, shortPlaces: 1 })
  for (const id of ['a', 'b', 'c']) add(id, true)
  expect(started).toEqual(['a', 'b'])
  queue.leave('a')
  expect(started).toEqual(['a', 'b', 'c'])
})

test('without places for short runs they wait like any other', () => {
  const { started, add } = open({ maxRunning: 1 })
  add('long')
  add('short', true)
  expect(started).toEqual(['long'])
})

test('whatever comes and goes, there is one run too many only beside long ones, and it is short', () => {
  const step = fc.record({ isShort: fc.boolean(), leaves: fc.nat(3) })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), (maxRunning, steps) => {
      const { queue, started, add } = open({ maxRunning, shortPlaces: 1 })
      const working: string[] = []
      for (const [at, { isShort, leaves }] of steps.entries()) {
        add(`${isShort ? 'short' : 'long'}-${at}`, isShort)
        working.push(...started.splice(0))
        for (let i = 0; i < leaves && working.length > 0; i++) {
          queue.leave(working.splice((at * 7) % working.length, 1)[0]!)
          working.push(...started.splice(0))
        }
        const long = working.filter((id) => id.startsWith('long'))
        expect(long.length).toBeLessThanOrEqual(maxRunning)
        expect(working.length).toBeLessThanOrEqual(maxRunning + 1)
        if (working.length > maxRunning) expect(long).toHaveLength(maxRunning)
      }
    }),
  )
})
