import { expect, test } from 'vitest'
import { createLayeredLimiter } from '../../src/core/layered-limiter.ts'
import { beginWait, watchWaits, type Wait } from '../../src/core/wait-watch.ts'
import { createManualClock } from '../support/manual-clock.ts'

const WAIT: Wait = { for: 'permit', tier: 'global', untilMs: null, why: null }

test('a wait is told to whoever had the work done, and to the innermost of them', async () => {
  const told: string[] = []
  const watcher = (name: string) => () => {
    told.push(`${name} waits`)
    return () => void told.push(`${name} goes on`)
  }
  await watchWaits(watcher('outer'), async () => {
    await Promise.resolve()
    beginWait(WAIT)()
    await watchWaits(watcher('inner'), async () => {
      await Promise.resolve()
      beginWait(WAIT)()
    })
  })
  expect(told).toEqual(['outer waits', 'outer goes on', 'inner waits', 'inner goes on'])
})

test('where nobody watches, a wait is nobody’s business', () => {
  expect(() => beginWait(WAIT)()).not.toThrow()
})

test('who waits for a permit is told of the tier without room, and of the end, also when told to stop', async () => {
  const clock = createManualClock()
  const limiter = createLayeredLimiter({ limits: { limits: { openai: 1 }, fallback: 5 }, clock })
  const told: string[] = []
  const acquire = (signal = new AbortController().signal) =>
    watchWaits(
      ({ for: kind, tier }) => {
        told.push(`${kind} ${tier}`)
        return () => void told.push('over')
      },
      () => limiter.acquire(['global', 'openai'], 'run', signal),
    )
  const first = await acquire()
  expect(told).toEqual([])
  const second = acquire()
  expect(told).toEqual(['permit openai'])
  first.release()
  await second
  expect(told).toEqual(['permit openai', 'over'])
  const stop = new AbortController()
  const third = acquire(stop.signal)
  stop.abort(new Error('stopped'))
  await expect(third).rejects.toThrow('stopped')
  expect(told).toEqual(['permit openai', 'over', 'permit openai', 'over'])
})

test('a tier that is closed says until when', async () => {
  const clock = createManualClock()
  const limiter = createLayeredLimiter({ limits: { limits: {}, fallback: 5 }, clock })
  const told: Wait[] = []
  limiter.close('host:example.com', clock.now() + 4_000)
  const permit = watchWaits(
    (wait) => {
      told.push(wait)
      return () => undefined
    },
    () => limiter.acquire(['data', 'host:example.com'], 'run', new AbortController().signal),
  )
  expect(told).toEqual([{ for: 'permit', tier: 'host:example.com', untilMs: clock.now() + 4_000, why: null }])
  await clock.advance(4_000)
  await permit
})
