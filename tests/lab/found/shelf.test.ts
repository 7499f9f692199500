import { expect, test } from 'vitest'
import { createShelf } from '../../../src/lab/found/shelf.ts'
import { createManualClock, settle } from '../../support/manual-clock.ts'

function setUp({ maxBytes = 100, idleMs = 1_000 } = {}) {
  const clock = createManualClock()
  const shelf = createShelf({ maxBytes, idleMs, clock, signal: new AbortController().signal })
  const made: string[] = []
  const get = async (key: string, bytes: number) => {
    const make = async () => (made.push(key), { bytes })
    const value = await shelf.get(key, make, (thing) => thing.bytes)
    await settle()
    return value
  }
  return { clock, shelf, made, get }
}

test('what is remembered is bounded in bytes: what was used longest ago goes first', async () => {
  const { shelf, made, get } = setUp()
  await get('a', 40)
  await get('b', 40)
  await get('a', 40)
  await get('c', 40)
  expect(shelf.bytes).toBe(80)
  await get('a', 40)
  expect(made).toEqual(['a', 'b', 'c'])
  await get('b', 40)
  expect(made).toEqual(['a', 'b', 'c', 'b'])
})

test('what is heavier than the whole is made each time and drives out nothing', async () => {
  const { shelf, made, get } = setUp()
  await get('small', 10)
  await get('large', 101)
  await get('large', 101)
  await get('small', 10)
  expect(made).toEqual(['small', 'large', 'large'])
  expect(shelf.bytes).toBe(10)
})

test('what grows after it was put there counts as it is', async () => {
  const { shelf, get } = setUp()
  const growing = await get('growing', 10)
  await get('other', 60)
  growing.bytes = 70
  await get('growing', 10)
  expect(shelf.bytes).toBe(70)
})

test('a failure is not kept, and those who ask at once wait for the same', async () => {
  const { shelf } = setUp()
  let made = 0
  const fail = async () => {
    made++
    throw new Error('the disk is gone')
  }
  const both = [shelf.get('a', fail, () => 1), shelf.get('a', fail, () => 1)]
  for (const one of both) await expect(one).rejects.toThrow('the disk is gone')
  expect(made).toBe(1)
  expect(
    await shelf.get(
      'a',
      async () => 'there',
      () => 1,
    ),
  ).toBe('there')
})

test('once nobody has asked for a while everything goes, and not before', async () => {
  const { clock, shelf, made, get } = setUp()
  await get('a', 40)
  await clock.advance(900)
  await get('a', 40)
  await clock.advance(900)
  expect(shelf.bytes).toBe(40)
  await clock.advance(100)
  expect([shelf.bytes, clock.sleepers]).toEqual([0, 0])
  await get('a', 40)
  await clock.advance(1_000)
  expect([shelf.bytes, made]).toEqual([0, ['a', 'a']])
})
