import { expect, it } from 'vitest'
import { createDeferred } from '../../src/core/deferred.ts'
import { createMeasured } from '../../src/web/measured.ts'
import { createManualClock, settle } from '../support/manual-clock.ts'

function createCounter() {
  const clock = createManualClock()
  const asked: ReturnType<typeof createDeferred<{ n: number; at: number }>>[] = []
  let floor = 0
  const measured = createMeasured({
    clock,
    measure() {
      const next = createDeferred<{ n: number; at: number }>()
      asked.push(next)
      return next.promise
    },
    isOld: ({ at }) => clock.now() - at >= 1_000,
    isOvertaken: ({ n }) => n < floor,
  })
  const answer = (n: number) => asked.at(-1)!.resolve({ n, at: clock.now() })
  return { clock, measured, asked, answer, overtake: (n: number) => (floor = n) }
}

it('a first value is waited for, for a moment', async () => {
  const { clock, measured, answer } = createCounter()
  const first = measured.read()
  answer(1)
  expect(await first).toMatchObject({ n: 1 })

  const slow = createCounter()
  const early = slow.measured.read()
  await slow.clock.advance(300)
  expect(await early).toBeNull()
  slow.answer(7)
  await settle()
  expect(await slow.measured.read()).toMatchObject({ n: 7 })
  expect([slow.asked.length, clock.sleepers]).toEqual([1, 0])
})

it('an old value is shown while it is measured again, once for all who ask', async () => {
  const { clock, measured, asked, answer } = createCounter()
  const first = measured.read()
  answer(1)
  await first
  await clock.advance(999)
  await measured.read()
  expect(asked).toHaveLength(1)
  await clock.advance(1)
  expect(await Promise.all([measured.read(), measured.read()])).toMatchObject([{ n: 1 }, { n: 1 }])
  expect(asked).toHaveLength(2)
  answer(2)
  await settle()
  expect(await measured.read()).toMatchObject({ n: 2 })
})

it('a value that does not hold any more is not shown again', async () => {
  const { measured, answer, overtake } = createCounter()
  const first = measured.read()
  answer(1)
  await first
  overtake(2)
  const next = measured.read()
  answer(2)
  expect(await next).toMatchObject({ n: 2 })
})

it('a failure is told where there is nothing to show, and not kept', async () => {
  const { clock, measured, asked, answer } = createCounter()
  const failing = measured.read()
  asked[0]!.reject(new Error('no disk'))
  await expect(failing).rejects.toThrow('no disk')
  const again = measured.read()
  answer(1)
  expect(await again).toMatchObject({ n: 1 })
  await clock.advance(1_000)
  expect(await measured.read()).toMatchObject({ n: 1 })
  asked.at(-1)!.reject(new Error('no disk'))
  await settle()
  expect(await measured.read()).toMatchObject({ n: 1 })
})
