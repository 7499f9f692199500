import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPace } from '../../../src/web/sockets/pace.ts'

const OPTIONS = { perSecond: 10, gatherMs: 50 }

test('never more than so many within any second, however much there is to say', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 5, maxLength: 60 }), (wanted) => {
      const pace = createPace(OPTIONS)
      const sent: number[] = []
      let now = 1_000_000
      for (const count of wanted) {
        now += pace.waitMs(now)
        for (let i = Math.min(count, pace.room(now)); i > 0; i--) {
          pace.count(now)
          sent.push(now)
        }
      }
      for (const at of sent) {
        expect(sent.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(10)
      }
    }),
  )
})

test('little is said at once, much is spread evenly', () => {
  const pace = createPace(OPTIONS)
  const waits: number[] = []
  let now = 0
  for (let i = 0; i < 20; i++) {
    const wait = pace.waitMs(now)
    waits.push(wait)
    now += wait
    for (let sent = 0; sent < 3; sent++) if (pace.room(now) > 0) pace.count(now)
  }
  expect(waits.slice(0, 2)).toEqual([50, 50])
  expect(Math.max(...waits.slice(8))).toBeLessThanOrEqual(400)
})
