import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { createLayeredLimiter, type Permit, type TierLimits } from '../../src/core/layered-limiter.ts'
import { createManualClock, settle } from '../support/manual-clock.ts'

const FOREVER = new AbortController().signal
const GLOBAL = ['global']
const OPENAI = ['global', 'openai']
const MINI = ['global', 'openai', 'openai:mini']
const LARGE = ['global', 'openai', 'openai:large']
const CLAUDE = ['global', 'anthropic', 'anthropic:claude']

describe('permits', () => {
  it('are given at once while every tier has room, and take a place in each', async () => {
    const { limiter, tier } = openLimiter({ limits: { global: 4, openai: 3, 'openai:mini': 2 }, fallback: 9 })
    const permit = await limiter.acquire(MINI, 'a', FOREVER)
    expect(permit.waitedMs).toBe(0)
    expect(MINI.map((name) => tier(name).in_use)).toEqual([1, 1, 1])
    permit.release()
    expect(MINI.map((name) => tier(name).in_use)).toEqual([0, 0, 0])
  })

  it('say how long was waited for them', async () => {
    const { limiter, clock, ask } = openLimiter({ limits: { global: 1 }, fallback: 9 })
    const first = await limiter.acquire(GLOBAL, 'a', FOREVER)
    const second = ask(GLOBAL)
    await clock.advance(1_500)
    first.release()
    await settle(1)
    expect(second.permit?.waitedMs).toBe(1_500)
  })

  it('released again give nothing back a second time', async () => {
    const { limiter, tier, ask } = openLimiter({ limits: { global: 1 }, fallback: 9 })
    const first = await limiter.acquire(GLOBAL, 'a', FOREVER)
    const [second, third] = [ask(GLOBAL), ask(GLOBAL)]
    first.release()
    first.release()
    await settle(1)
    expect(second.permit).not.toBeNull()
    expect(third.permit).toBeNull()
    expect(tier('global')).toMatchObject({ in_use: 1, waiting: 1 })
  })

  it('for a full model do not hold up those for another model, however long the line is', async () => {
    const { limiter, ask } = openLimiter({ limits: { 'openai:large': 1 }, fallback: 4 })
    await limiter.acquire(LARGE, 'a', FOREVER)
    const blocked = Array.from({ length: 20 }, () => ask(LARGE))
    const others = [ask(MINI), ask(CLAUDE), ask(MINI)]
    await settle(1)
    expect(others.every((other) => other.permit !== null)).toBe(true)
    expect(blocked.some((waiter) => waiter.permit !== null)).toBe(false)
  })

  it('go to the one who asked first, whichever tiers it wants', async () => {
    const { limiter, ask } = openLimiter({ limits: { global: 1 }, fallback: 9 })
    const holder = await limiter.acquire(MINI, 'a', FOREVER)
    const line = [ask(CLAUDE), ask(GLOBAL), ask(MINI), ask(OPENAI), ask(CLAUDE)]
    const served: number[] = []
    holder.release()
    for (let round = 0; round < line.length; round++) {
      await settle(1)
      const at = line.findIndex((waiter, index) => waiter.permit !== null && !served.includes(index))
      served.push(at)
      line[at]!.permit!.release()
    }
    expect(served).toEqual([0, 1, 2, 3, 4])
  })

  it('of tiers that do not nest are refused, for they could be waited for without end', async () => {
    const { limiter, tier } = openLimiter({ limits: {}, fallback: 2 })
    await limiter.acquire(['data', 'a.example'], 'a', FOREVER)
    await expect(limiter.acquire(['a.example', 'data'], 'a', FOREVER)).rejects.toThrow(/below/)
    await expect(limiter.acquire(['other', 'a.example'], 'a', FOREVER)).rejects.toThrow(/below data/)
    await expect(limiter.acquire(['data', 'data'], 'a', FOREVER)).rejects.toThrow(/below/)
    expect(tier('data')).toMatchObject({ in_use: 1, waiting: 0 })
    expect(limiter.use().map((use) => use.tier)).toEqual(['data', 'a.example'])
  })
})

describe('a caller that is told to stop', () => {
  it('gets the reason of its signal, and leaves no trace in the line', async () => {
    const { limiter, tier, ask } = openLimiter({ limits: { global: 1 }, fallback: 9 })
    const holder = await limiter.acquire(GLOBAL, 'a', FOREVER)
    const stopped = ask(MINI, 'b')
    const after = ask(MINI, 'c')
    const reason = new Error('canceled')
    expect(tier('global')).toMatchObject({ in_use: 1, waiting: 2, owners: 3 })
    stopped.abort(reason)
    await settle(1)
    expect(stopped.error).toBe(reason)
    expect(tier('global')).toMatchObject({ in_use: 1, waiting: 1, owners: 2 })
    expect(tier('openai:mini')).toMatchObject({ in_use: 0, waiting: 1, owners: 1 })
    holder.release()
    await settle(1)
    expect(after.permit).not.toBeNull()
  })

  it('is refused before it asks when it was told already', async () => {
    const { limiter } = openLimiter({ limits: {}, fallback: 1 })
    const reason = new Error('canceled')
    await expect(limiter.acquire(GLOBAL, 'a', AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(limiter.use()).toEqual([])
  })

  it('keeps a permit it had got, until it gives it back', async () => {
    const { tier, ask } = openLimiter({ limits: {}, fallback: 1 })
    const held = ask(GLOBAL)
    await settle(1)
    held.abort(new Error('canceled'))
    expect(tier('global').in_use).toBe(1)
    held.permit!.release()
    expect(tier('global').in_use).toBe(0)
  })
})

describe('limits', () => {
  it('raised wake as many waiters as there is room for', async () => {
    const { limiter, tier, ask } = openLimiter({ limits: { global: 1 }, fallback: 9 })
    const line = Array.from({ length: 5 }, () => ask(MINI))
    limiter.setLimits({ limits: { global: 3 }, fallback: 9 })
    await settle(1)
    expect(line.map((waiter) => waiter.permit !== null)).toEqual([true, true, true, false, false])
    expect(tier('global')).toMatchObject({ limit: 3, adapted_limit: 3, in_use: 3, waiting: 2 })
  })

  it('lowered let given permits run out and give no new one before there is room', async () => {
    const { limiter, tier, ask } = openLimiter({ limits: { global: 3 }, fallback: 9 })
    const held = await Promise.all([1, 2, 3].map(() => limiter.acquire(GLOBAL, 'a', FOREVER)))
    const waiter = ask(GLOBAL)
    limiter.setLimits({ limits: { global: 1 }, fallback: 9 })
    expect(tier('global')).toMatchObject({ limit: 1, adapted_limit: 1, in_use: 3, waiting: 1 })
    held[0]!.release()
    held[1]!.release()
    await settle(1)
    expect(waiter.permit).toBeNull()
    held[2]!.release()
    await settle(1)
    expect(waiter.permit).not.toBeNull()
  })

  it('are the fallback for a tier that is not named, also when the fallback changes', async () => {
    const { limiter, tier, ask } = openLimiter({ limits: {}, fallback: 1 })
    const line = [ask(['hosts', 'a.example']), ask(['hosts', 'a.example'])]
    expect(tier('a.example')).toMatchObject({ limit: 1, in_use: 1, waiting: 1 })
    limiter.setLimits({ limits: {}, fallback: 2 })
    await settle(1)
    expect(line.every((waiter) => waiter.permit !== null)).toBe(true)
  })

  it.each([0, -1, 1.5, NaN, Infinity])('of %s are refused by name, and nothing changes', (limit) => {
    const { limiter, tier } = openLimiter({ limits: { global: 3 }, fallback: 2 })
    expect(() => limiter.setLimits({ limits: { global: 2, openai: limit }, fallback: 2 })).toThrow(
      expect.objectContaining({
        name: 'InputError',
        field: 'openai',
        message: expect.stringMatching(/openai/),
      }),
    )
    expect(() => limiter.setLimits({ limits: { global: 2 }, fallback: limit })).toThrow(InputError)
    expect(tier('global').limit).toBe(3)
  })

  it('name the tiers that use() lists before any was asked for, then come the others', async () => {
    const { limiter } = openLimiter({ limits: { global: 4, anthropic: 2 }, fallback: 3 })
    await limiter.acquire(MINI, 'a', FOREVER)
    expect(limiter.use().map((use) => use.tier)).toEqual(['global', 'anthropic', 'openai', 'openai:mini'])
    expect(limiter.use()[1]).toEqual({
      tier: 'anthropic',
      limit: 2,
      adapted_limit: 2,
      in_use: 0,
      waiting: 0,
      owners: 0,
      rate_limited: 0,
      retries: 0,
      back_off_seconds: 0,
      closed_for_seconds: 0,
    })
    limiter.setLimits({ limits: { global: 4 }, fallback: 3 })
    expect(limiter.use().map((use) => use.tier)).toEqual(['global', 'openai', 'openai:mini'])
  })
})

describe('a tier that is told it is too much', () => {
  it('halves, but not again for calls begun before', async () => {
    const { limiter, clock, tier } = openLimiter({ limits: { openai: 9 }, fallback: 20 })
    const began = clock.now()
    await clock.advance(100)
    limiter.slowDown('openai', began)
    expect(tier('openai')).toMatchObject({ limit: 9, adapted_limit: 4, rate_limited: 1 })
    await clock.advance(100)
    limiter.slowDown('openai', began + 50)
    limiter.slowDown('openai', began + 100)
    expect(tier('openai')).toMatchObject({ adapted_limit: 4, rate_limited: 3 })
    limiter.slowDown('openai', began + 150)
    expect(tier('openai').adapted_limit).toBe(2)
  })

  it('never falls below one', async () => {
    const { limiter, clock, tier } = openLimiter({ limits: { openai: 5 }, fallback: 20 })
    for (let call = 0; call < 6; call++) {
      await clock.advance(1)
      limiter.slowDown('openai', clock.now())
    }
    expect(tier('openai').adapted_limit).toBe(1)
  })

  it('recovers by one after as many successes as it has places, up to its limit', () => {
    const { limiter, clock, tier } = openLimiter({ limits: { openai: 5 }, fallback: 20 })
    limiter.slowDown('openai', clock.now())
    const after = (successes: number) => {
      for (let call = 0; call < successes; call++) limiter.recover('openai')
      return tier('openai').adapted_limit
    }
    expect([after(1), after(1), after(2), after(1), after(4), after(50)]).toEqual([2, 3, 3, 4, 5, 5])
  })

  it('starts counting successes anew when it slows down again', async () => {
    const { limiter, clock, tier } = openLimiter({ limits: { openai: 4 }, fallback: 20 })
    limiter.slowDown('openai', clock.now())
    limiter.recover('openai')
    await clock.advance(1)
    limiter.slowDown('openai', clock.now())
    expect(tier('openai').adapted_limit).toBe(1)
    limiter.recover('openai')
    expect(tier('openai').adapted_limit).toBe(2)
    limiter.recover('openai')
    expect(tier('openai').adapted_limit).toBe(2)
  })

  it('wakes a waiter when it has recovered', async () => {
    const { limiter, clock, ask } = openLimiter({ limits: { openai: 2 }, fallback: 20 })
    await limiter.acquire(OPENAI, 'a', FOREVER)
    limiter.slowDown('openai', clock.now())
    const waiter = ask(OPENAI)
    await settle(1)
    expect(waiter.permit).toBeNull()
    limiter.recover('openai')
    await settle(1)
    expect(waiter.permit).not.toBeNull()
  })

  it('stays slow when its limit is raised, and recovers up to the new one', () => {
    const { limiter, clock, tier } = openLimiter({ limits: { openai: 4 }, fallback: 20 })
    limiter.slowDown('openai', clock.now())
    limiter.setLimits({ limits: { openai: 6 }, fallback: 20 })
    expect(tier('openai')).toMatchObject({ limit: 6, adapted_limit: 2 })
    for (let call = 0; call < 30; call++) limiter.recover('openai')
    expect(tier('openai').adapted_limit).toBe(6)
  })

  it('stays slow when its limit was lowered to where it stands and is raised again', () => {
    const { limiter, clock, tier } = openLimiter({ limits: { openai: 8 }, fallback: 20 })
    limiter.slowDown('openai', clock.now())
    limiter.setLimits({ limits: { openai: 4 }, fallback: 20 })
    limiter.setLimits({ limits: { openai: 8 }, fallback: 20 })
    expect(tier('openai')).toMatchObject({ limit: 8, adapted_limit: 4 })
    limiter.setLimits({ limits: { openai: 4 }, fallback: 20 })
    for (let call = 0; call < 4; call++) limiter.recover('openai')
    limiter.setLimits({ limits: { openai: 8 }, fallback: 20 })
    expect(tier('openai').adapted_limit).toBe(8)
  })

  it('counts tries made again and what was waited between them', () => {
    const { limiter, tier } = openLimiter({ limits: {}, fallback: 2 })
    limiter.countRetry(OPENAI, 1_500)
    limiter.countRetry(['global'], 250)
    expect(tier('global')).toMatchObject({ retries: 2, back_off_seconds: 1.75 })
    expect(tier('openai')).toMatchObject({ retries: 1, back_off_seconds: 1.5 })
  })
})

describe('a tier that is closed', () => {
  it('gives no permit until its time has come, then to those who asked first, by one timer', async () => {
    const { limiter, clock, tier, ask } = openLimiter({ limits: { 'openai:mini': 2 }, fallback: 20 })
    limiter.close('openai:mini', clock.now() + 60_000)
    expect(clock.sleepers).toBe(0)
    const line = Array.from({ length: 5 }, () => ask(MINI))
    const other = ask(LARGE)
    await settle(1)
    expect(other.permit).not.toBeNull()
    expect(clock.sleepers).toBe(1)
    expect(tier('openai:mini')).toMatchObject({ in_use: 0, waiting: 5, closed_for_seconds: 60 })
    await clock.advance(59_999)
    expect(line.some((waiter) => waiter.permit !== null)).toBe(false)
    await clock.advance(1)
    expect(line.map((waiter) => waiter.permit !== null)).toEqual([true, true, false, false, false])
    expect(line[0]!.permit!.waitedMs).toBe(60_000)
    expect(tier('openai:mini').closed_for_seconds).toBe(0)
    expect(clock.sleepers).toBe(0)
  })

  it('is open again for whoever asks after its time, and is not opened earlier by a shorter time', async () => {
    const { limiter, clock, ask } = openLimiter({ limits: {}, fallback: 20 })
    limiter.close('openai', clock.now() + 60_000)
    limiter.close('openai', clock.now() + 10_000)
    limiter.close('openai', clock.now() - 1)
    await clock.advance(59_999)
    const early = ask(OPENAI)
    await settle(1)
    expect(early.permit).toBeNull()
    early.abort(new Error('stop'))
    await clock.advance(1)
    expect((await limiter.acquire(OPENAI, 'a', FOREVER)).waitedMs).toBe(0)
  })

  it('keeps no time when the last of those who waited has gone', async () => {
    const { limiter, clock, ask } = openLimiter({ limits: {}, fallback: 20 })
    limiter.close('openai', clock.now() + 60_000)
    const waiter = ask(OPENAI)
    await settle(1)
    expect(clock.sleepers).toBe(1)
    waiter.abort(new Error('stop'))
    await settle(1)
    expect(clock.sleepers).toBe(0)
  })
})

describe('fairness', () => {
  it('serves ten owners that ask again and again in turn, under limits of 4, 3 and 2', async () => {
    const { limiter } = openLimiter({ limits: { global: 4, openai: 3, 'openai:mini': 2 }, fallback: 9 })
    const owners = Array.from({ length: 10 }, (_, index) => `run ${index}`)
    const served: string[] = []
    const held: Permit[] = []
    const work = async (owner: string) => {
      while (served.length < 1_000) {
        const permit = await limiter.acquire(MINI, owner, FOREVER)
        served.push(owner)
        held.push(permit)
        await settle(1)
        permit.release()
      }
    }
    await Promise.all(owners.map(work))
    expect(held.length).toBeGreaterThanOrEqual(1_000)
    for (let end = owners.length; end <= served.length; end++) {
      expect(new Set(served.slice(end - owners.length, end)).size).toBe(owners.length)
    }
  })

  it('lets exactly those be served before a call of a model who asked for that model before', async () => {
    const limits = { global: 4, openai: 3, 'openai:mini': 2, 'openai:large': 1, anthropic: 1 }
    const models = fc.array(fc.constantFrom(MINI, LARGE, CLAUDE), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(models, { minLength: 10, maxLength: 10 }),
        fc.infiniteStream(fc.nat()),
        async (owners, choice) => {
          const { limiter } = openLimiter({ limits, fallback: 9 })
          const given = { [MINI[2]!]: 0, [LARGE[2]!]: 0, [CLAUDE[2]!]: 0 }
          const waiting = { ...given }
          const held: (() => void)[] = []
          let working = owners.length
          const work = async (owner: string, calls: readonly string[][]) => {
            for (const tiers of calls) {
              const model = tiers[2]!
              const turn = given[model]! + waiting[model]!
              waiting[model]!++
              const permit = await limiter.acquire(tiers, owner, FOREVER)
              waiting[model]!--
              expect(given[model]).toBe(turn)
              given[model]!++
              await new Promise<void>((resolve) => held.push(resolve))
              permit.release()
            }
            working--
          }
          const all = Promise.all(owners.map((calls, index) => work(`run ${index}`, calls)))
          await settle(1)
          while (working > 0) {
            // Whatever the order in which calls end, some call is always under way as long as anyone waits.
            expect(held.length).toBeGreaterThan(0)
            held.splice(choice.next().value % held.length, 1)[0]!()
            await settle(1)
          }
          await all
        },
      ),
      { numRuns: 30 },
    )
  })

  it('leaves nobody waiting for a slow model while others of its provider keep coming', async () => {
    const { limiter, ask } = openLimiter({ limits: { global: 2, openai: 2, 'openai:large': 1 }, fallback: 9 })
    const large = await limiter.acquire(LARGE, 'a', FOREVER)
    const waiter = ask(LARGE)
    let small = ask(MINI)
    for (let round = 0; round < 50; round++) {
      const next = ask(MINI)
      await settle(1)
      small.permit!.release()
      small = next
    }
    expect(waiter.permit).toBeNull()
    ask(MINI)
    large.release()
    await settle(1)
    expect(waiter.permit).not.toBeNull()
  })
})

describe('a thousand calls', () => {
  it('of which a third fail and a third are stopped leave nothing in use and nobody waiting', async () => {
    const { limiter, clock } = openLimiter({
      limits: { global: 4, openai: 3, 'openai:mini': 2 },
      fallback: 9,
    })
    const outcomes: string[] = []
    const call = async (index: number) => {
      const stop = new AbortController()
      const isStopped = index % 3 === 2
      // Some while they wait, some while they work.
      if (isStopped) void clock.sleep((index * 7) % 500).then(() => stop.abort(new Error('stopped')))
      const tiers = [MINI, LARGE, CLAUDE][(index % 7) % 3]!
      const permit = await limiter.acquire(tiers, `run ${index % 10}`, stop.signal)
      try {
        const use = Object.fromEntries(limiter.use().map((one) => [one.tier, one.in_use]))
        expect(use.global).toBeLessThanOrEqual(4)
        expect(use.openai ?? 0).toBeLessThanOrEqual(3)
        expect(use['openai:mini'] ?? 0).toBeLessThanOrEqual(2)
        await clock.sleep(isStopped ? 10_000 : 1 + (index % 5), stop.signal)
        if (index % 3 === 1) throw new Error('failed')
      } finally {
        permit.release()
      }
    }
    const all = Promise.all(
      Array.from({ length: 1_000 }, (_, index) =>
        call(index).then(
          () => outcomes.push('answered'),
          (error: Error) => outcomes.push(error.message),
        ),
      ),
    )
    for (let turn = 0; turn < 60 && outcomes.length < 1_000; turn++) await clock.advance(100)
    await all
    const count = (outcome: string) => outcomes.filter((one) => one === outcome).length
    expect(count('answered')).toBe(334)
    expect(count('failed')).toBe(333)
    expect(count('stopped')).toBe(333)
    for (const use of limiter.use()) expect(use).toMatchObject({ in_use: 0, waiting: 0, owners: 0 })
  })
})

describe('many who wait', () => {
  it('are served and stopped in time that grows with their number alone', async () => {
    const { limiter, tier } = openLimiter({ limits: { global: 1 }, fallback: 9 })
    const holder = await limiter.acquire(GLOBAL, 'a', FOREVER)
    let served = 0
    let stopped = 0
    const stops = Array.from({ length: 40_000 }, (_, index) => {
      const stop = new AbortController()
      void limiter.acquire([MINI, LARGE, CLAUDE][index % 3]!, `run ${index % 10}`, stop.signal).then(
        (permit) => {
          served++
          permit.release()
        },
        () => stopped++,
      )
      return stop
    })
    // From the end of the line, which a search from the front would find last.
    for (let index = stops.length - 1; index >= 0; index -= 2) stops[index]!.abort()
    holder.release()
    await settle()
    expect([served, stopped]).toEqual([20_000, 20_000])
    expect(tier('global')).toMatchObject({ in_use: 0, waiting: 0 })
  })
})

describe('after any changes', () => {
  const paths = [GLOBAL, OPENAI, MINI, LARGE, CLAUDE]
  const names = [...new Set(paths.flat())]
  const limit = fc.integer({ min: 1, max: 5 })
  const limits = fc.record({
    limits: fc.dictionary(fc.constantFrom(...names), limit),
    fallback: limit,
  })
  const name = fc.constantFrom(...names)
  const change = fc.oneof(
    { weight: 6, arbitrary: fc.record({ ask: fc.constantFrom(...paths) }) },
    { weight: 5, arbitrary: fc.record({ release: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ abort: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ recover: name }) },
    { weight: 1, arbitrary: fc.record({ slowDown: name, ago: fc.nat({ max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ close: name, forMs: fc.nat({ max: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ setLimits: limits }) },
  )

  it('permits stand as a plain list of waiters, searched from the front each time, would have them', async () => {
    await fc.assert(
      fc.asyncProperty(limits, fc.array(change, { maxLength: 80 }), async (start, changes) => {
        const { limiter, clock, ask } = openLimiter(start)
        const plain = createPlainLimiter(start, names)
        const asked: Asked[] = []
        for (const step of changes) {
          await clock.advance(1)
          plain.openDue(clock.now())
          const before = new Map(limiter.use().map((use) => [use.tier, use.in_use]))
          if ('ask' in step) {
            asked.push(ask(step.ask, `run ${asked.length % 3}`))
            plain.ask(step.ask)
          } else if ('release' in step) {
            const which = plain.pick('held', step.release)
            asked[which]?.permit!.release()
            plain.end(which)
          } else if ('abort' in step) {
            const which = plain.pick('waiting', step.abort)
            asked[which]?.abort(new Error('stop'))
            plain.end(which)
          } else if ('recover' in step) {
            limiter.recover(step.recover)
            plain.recover(step.recover)
          } else if ('slowDown' in step) {
            limiter.slowDown(step.slowDown, clock.now() - step.ago)
            plain.slowDown(step.slowDown, clock.now() - step.ago)
          } else if ('close' in step) {
            limiter.close(step.close, clock.now() + step.forMs)
            plain.close(step.close, clock.now() + step.forMs)
          } else {
            limiter.setLimits(step.setLimits)
            plain.setLimits(step.setLimits)
          }
          await settle(1)
          expect(asked.map((one) => one.permit !== null)).toEqual(plain.wasServed())
          for (const use of limiter.use()) {
            expect(use).toMatchObject(plain.use(use.tier))
            if (use.in_use > (before.get(use.tier) ?? 0)) {
              expect(use.in_use).toBeLessThanOrEqual(Math.min(use.limit, use.adapted_limit))
            }
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})

interface Asked {
  permit: Permit | null
  error: unknown
  abort(reason: Error): void
}

function openLimiter(limits: TierLimits) {
  const clock = createManualClock()
  const limiter = createLayeredLimiter({ limits, clock })
  return {
    clock,
    limiter,
    tier: (name: string) => limiter.use().find((use) => use.tier === name)!,
    ask(tiers: readonly string[], owner = 'run'): Asked {
      const stop = new AbortController()
      const asked: Asked = { permit: null, error: null, abort: (reason) => stop.abort(reason) }
      limiter.acquire(tiers, owner, stop.signal).then(
        (permit) => (asked.permit = permit),
        (error: unknown) => (asked.error = error),
      )
      return asked
    },
  }
}

/** The same promises kept in the most obvious way, to compare with. */
function createPlainLimiter(start: TierLimits, names: readonly string[]) {
  const asked: { path: readonly string[]; state: 'waiting' | 'held' | 'ended'; wasServed: boolean }[] = []
  const limitIn = (limits: TierLimits, name: string) => limits.limits[name] ?? limits.fallback
  const tiers = new Map(
    names.map((name) => {
      const limit = limitIn(start, name)
      return [name, { limit, adapted: limit, isSlow: false, successes: 0, halvedMs: -1, closedUntilMs: 0 }]
    }),
  )
  const count = (name: string, state: 'waiting' | 'held') =>
    asked.filter((one) => one.state === state && one.path.includes(name)).length
  let nowMs = 0
  const serve = () => {
    for (const one of asked) {
      if (one.state !== 'waiting') continue
      if (one.path.some((name) => tiers.get(name)!.closedUntilMs > nowMs)) continue
      if (one.path.some((name) => count(name, 'held') >= tiers.get(name)!.adapted)) continue
      one.state = 'held'
      one.wasServed = true
    }
  }
  return {
    ask(path: readonly string[]) {
      asked.push({ path, state: 'waiting', wasServed: false })
      serve()
    },
    /** Which of those in a state `number` stands for; -1 where there is none. */
    pick(state: 'waiting' | 'held', number: number) {
      const among = [...asked.keys()].filter((index) => asked[index]!.state === state)
      return among[number % among.length] ?? -1
    },
    end(which: number) {
      if (asked[which]) asked[which].state = 'ended'
      serve()
    },
    openDue(now: number) {
      nowMs = now
      serve()
    },
    close(name: string, untilMs: number) {
      const tier = tiers.get(name)!
      tier.closedUntilMs = Math.max(tier.closedUntilMs, untilMs)
    },
    slowDown(name: string, startedMs: number) {
      const tier = tiers.get(name)!
      if (startedMs <= tier.halvedMs) return
      Object.assign(tier, { adapted: Math.max(1, tier.adapted >> 1), isSlow: true })
      Object.assign(tier, { successes: 0, halvedMs: nowMs })
    },
    recover(name: string) {
      const tier = tiers.get(name)!
      if (tier.isSlow && ++tier.successes === tier.adapted) {
        tier.adapted = Math.min(tier.limit, tier.adapted + 1)
        tier.isSlow = tier.adapted < tier.limit
        tier.successes = 0
      }
      serve()
    },
    setLimits(limits: TierLimits) {
      for (const [name, tier] of tiers) {
        const limit = limitIn(limits, name)
        tier.adapted = tier.isSlow ? Math.min(tier.adapted, limit) : limit
        tier.limit = limit
      }
      serve()
    },
    wasServed: () => asked.map((one) => one.wasServed),
    use: (name: string) => ({
      limit: tiers.get(name)!.limit,
      adapted_limit: tiers.get(name)!.adapted,
      in_use: count(name, 'held'),
      waiting: count(name, 'waiting'),
    }),
  }
}
