import { expect, test } from 'vitest'
import { createGlances } from '../../../src/lab/found/glances.ts'
import { createShelf } from '../../../src/lab/found/shelf.ts'
import { createGate } from '../../support/gate.ts'
import { createManualClock, settle } from '../../support/manual-clock.ts'

function setUp() {
  const clock = createManualClock()
  const signal = new AbortController().signal
  const shelf = createShelf({ maxBytes: 1_000, idleMs: 600_000, clock, signal })
  const glances = createGlances(shelf, clock)
  const found: string[] = []
  const look = (key: string, mark: number, wait: Promise<unknown> = Promise.resolve()) =>
    glances.look(
      key,
      mark,
      async () => {
        found.push(`${key} ${mark}`)
        await wait
        return mark
      },
      () => 8,
    )
  return { clock, glances, found, look }
}

test('a look never waits: it tells what was found last, and has what is old found anew behind', async () => {
  const { clock, found, look } = setUp()
  expect(look('map', 1)).toBeUndefined()
  await settle()
  expect(look('map', 1)).toBe(1)
  expect(look('map', 2)).toBe(1)
  await settle()
  expect(found).toEqual(['map 1'])
  await clock.advance(2_000)
  expect(look('map', 3)).toBe(1)
  await settle()
  expect(look('map', 3)).toBe(3)
  await clock.advance(60_000)
  look('map', 3)
  expect(found).toEqual(['map 1', 'map 3'])
})

test('one thing is found at a time, and what took long is found again seldom', async () => {
  const { clock, found, look } = setUp()
  const gate = createGate()
  look('map', 1, gate.opened)
  look('map', 2)
  look('table', 1)
  await clock.advance(1_000)
  expect(found).toEqual(['map 1'])
  gate.open()
  await settle()
  expect(found).toEqual(['map 1', 'table 1'])
  await clock.advance(9_000)
  look('map', 2)
  await settle()
  expect(found).toEqual(['map 1', 'table 1'])
  await clock.advance(1_000)
  look('map', 2)
  await settle()
  expect(found.at(-1)).toBe('map 2')
})

test('what cannot be found is said, and tried again', async () => {
  const { clock, glances } = setUp()
  const fail = () => Promise.reject<number>(new Error('there is no parameter of that name'))
  expect(glances.look('map', 1, fail, () => 0)).toBeUndefined()
  await settle()
  expect(() => glances.look('map', 1, fail, () => 0)).toThrow('no parameter of that name')
  await clock.advance(2_000)
  expect(() =>
    glances.look(
      'map',
      2,
      async () => 7,
      () => 0,
    ),
  ).toThrow('no parameter of that name')
  await settle()
  expect(glances.look('map', 2, fail, () => 0)).toBe(7)
})
