/** The keeper of a run's budget by itself: whatever the order of calls, the bound holds and nobody waits for nothing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasRoom, mergeBudget } from '../../src/runs/budget-bound.ts'
import type { UsageDelta } from '../../src/runs/event.ts'
import type { RunBudget } from '../../src/runs/identity.ts'
import { createRunBudget, type RunBudgetKeeper } from '../../src/runs/run-budget.ts'
import { settle } from '../support/manual-clock.ts'

const NOTHING = { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 }
const usageOf = (tokens: number, usd: number | null) => ({
  ...{ calls: 1, input_tokens: tokens, output_tokens: 0, cost_usd: usd },
})

function createKeeper(bound: RunBudget) {
  const stop = new AbortController()
  const pauses: { reason: string; decide(): void }[] = []
  const keeper = createRunBudget({
    spent: NOTHING,
    bound: () => bound,
    pause: (shortage) =>
      new Promise<void>((resolve) => {
        const decide = () => {
          // As the run does it when the turn of the pause has come.
          if (shortage() !== null) stop.abort(new Error('paused'))
          resolve()
        }
        pauses.push({ reason: shortage()!, decide })
      }),
    assertTaking: () => undefined,
    signal: stop.signal,
  })
  return { keeper, pauses, stop, bound }
}

/** A reservation and what became of it. */
function ask(keeper: RunBudgetKeeper, usd: number | null, tokens: number, ...path: string[]) {
  const asked = {
    ...{ isGranted: false, isRefused: false },
    count: (_used: UsageDelta): void => undefined,
    release: (): void => undefined,
  }
  keeper.reserve({ usd, tokens }, path).then(
    (reservation) => Object.assign(asked, reservation, { isGranted: true }),
    () => void (asked.isRefused = true),
  )
  return asked
}

describe('a reservation', () => {
  test('is granted while the bound holds for all that may still be used, else waits for what was used', async () => {
    const { keeper, pauses } = createKeeper({ usd: 2.5, tokens: null })
    const [a, b, c] = ['a', 'b', 'c'].map((step) => ask(keeper, 1, 0, step))
    await settle(1)
    expect([a!.isGranted, b!.isGranted, c!.isGranted]).toEqual([true, true, false])
    a!.count(usageOf(0, 0.4))
    a!.release()
    a!.release()
    await settle(1)
    expect(c!.isGranted).toBe(true)
    expect(pauses).toEqual([])
  })

  test('that finds no room pauses the run only once nothing is under way and all that was paid is journaled', async () => {
    const { keeper, pauses } = createKeeper({ usd: null, tokens: 100 })
    const first = ask(keeper, null, 90, 'turn', 'turn/ask')
    await settle(1)
    const next = ask(keeper, null, 20, 'other')
    await settle(1)
    first.count(usageOf(85, null))
    first.release()
    await settle(1)
    expect(pauses).toEqual([])
    keeper.settle('turn/ask')
    await settle(1)
    expect(pauses.map((pause) => pause.reason)).toEqual([
      'budget: the next call may use up to 20 tokens and could bring the run to 105, past its bound of 100; 85 are used',
    ])
    const small = ask(keeper, null, 1, 'small')
    await settle(1)
    expect(small.isGranted).toBe(false)
    pauses[0]!.decide()
    await settle(1)
    expect([next.isRefused, small.isRefused]).toEqual([true, true])
  })

  test('is granted after all where room was made before the pause had its turn', async () => {
    const { keeper, pauses, bound } = createKeeper({ usd: 1, tokens: null })
    const asked = ask(keeper, 2, 0, 'a')
    await settle(1)
    bound.usd = 3
    pauses[0]!.decide()
    await settle(1)
    expect(asked).toMatchObject({ isGranted: true, isRefused: false })
  })

  test('does not wait for a step that waits for room itself, nor for one around it', async () => {
    const { keeper, pauses } = createKeeper({ usd: null, tokens: 10 })
    const own = ask(keeper, null, 10, 'turn')
    await settle(1)
    own.count(usageOf(10, null))
    own.release()
    await settle(1)
    ask(keeper, null, 5, 'turn', 'turn/ask')
    await settle(1)
    expect(pauses).toHaveLength(1)
  })

  test('that a step forgot to give back is free when the step has ended', async () => {
    const { keeper } = createKeeper({ usd: null, tokens: 10 })
    const forgotten = ask(keeper, null, 10, 'a')
    const next = ask(keeper, null, 9, 'b')
    await settle(1)
    expect(next.isGranted).toBe(false)
    forgotten.count(usageOf(1, null))
    keeper.settle('a')
    await settle(1)
    expect(next.isGranted).toBe(true)
    forgotten.release()
  })

  test('of a call of which nothing was told counts with all of it, once', async () => {
    const { keeper, pauses } = createKeeper({ usd: null, tokens: 100 })
    const [failed, cutOff] = [ask(keeper, null, 40, 'a'), ask(keeper, null, 30, 'b')]
    await settle(1)
    failed.release()
    failed.release()
    keeper.settle('a')
    keeper.settle('b')
    cutOff.release()
    const fits = ask(keeper, null, 30, 'c')
    await settle(1)
    expect(fits.isGranted).toBe(true)
    fits.count(usageOf(0, null))
    fits.release()
    keeper.settle('c')
    ask(keeper, null, 31, 'd')
    await settle(1)
    expect(pauses.map((pause) => pause.reason)).toEqual([expect.stringMatching(/to 101, .*; 70 are used$/)])
  })

  test('is not waited for by what is asked for inside the step that holds it', async () => {
    const { keeper, pauses } = createKeeper({ usd: null, tokens: 100 })
    ask(keeper, null, 80, 'turn')
    await settle(1)
    ask(keeper, null, 50, 'turn', 'turn/ask')
    await settle(1)
    expect(pauses.map((pause) => pause.reason)).toEqual([
      'budget: the next call may use up to 50 tokens and could bring the run to 130, past its bound of 100; nothing is used yet',
    ])
  })

  test.each([
    [
      0,
      'may use up to 2.00 USD and could bring the run to 2.00 USD, past its bound of 1.50 USD; nothing is spent yet',
    ],
    [0.02, 'could bring the run to 2.02 USD, past its bound of 1.50 USD; 0.0200 USD are spent'],
  ])('says in words what is spent: %j', async (spent, words) => {
    const { keeper, pauses } = createKeeper({ usd: 1.5, tokens: null })
    keeper.count(usageOf(0, spent))
    ask(keeper, 2, 0, 'a')
    await settle(1)
    expect(pauses[0]!.reason).toContain(words)
  })

  test('cannot be checked where a price is unknown: with a bound in USD the run pauses, in tokens it goes on', async () => {
    const usd = createKeeper({ usd: 5, tokens: null })
    ask(usd.keeper, null, 10, 'a')
    await settle(1)
    expect(usd.pauses[0]!.reason).toMatch(
      /^budget: the bound is 5.00 USD, but the price of a model is unknown/,
    )
    const tokens = createKeeper({ usd: null, tokens: 50 })
    const asked = ask(tokens.keeper, null, 10, 'a')
    await settle(1)
    expect(asked.isGranted).toBe(true)
  })
})

test('whatever the order of calls and ends, the bound is never passed and nobody waits for nothing', async () => {
  const call = fc.record({
    turn: fc.integer({ min: 0, max: 3 }),
    ceiling: fc.integer({ min: 1, max: 40 }),
    /** None where nothing is told of the call. */
    share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  })
  const order = fc.array(fc.nat(), { minLength: 1, maxLength: 60 })
  const bounds = fc.integer({ min: 20, max: 200 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 14 }),
      order,
      bounds,
      async (calls, picks, first) => {
        const { keeper, pauses, bound, stop } = createKeeper({ usd: first / 10, tokens: first })
        let used = 0
        let done = 0
        let answered = 0
        const waiting = calls.map(({ turn, ceiling, share }, i) => {
          const path = [`turn${turn}`, `turn${turn}/${i}`]
          const asked = ask(keeper, ceiling / 10, ceiling, ...path)
          return {
            asked,
            key: path[1]!,
            used: share === null ? null : Math.floor(ceiling * share),
            ceiling,
            stage: 'asked',
          }
        })
        for (let i = 0; done < calls.length; i++) {
          await settle(1)
          expect(stop.signal.aborted).toBe(false)
          const open = waiting.filter((one) => one.asked.isGranted && one.stage !== 'settled')
          const pick = open[picks[i % picks.length]! % Math.max(1, open.length)]
          if (!pick) {
            // Nothing under way and calls left: it must have asked for a pause. A person makes room.
            expect(pauses.length).toBe(answered + 1)
            bound.tokens! += 15
            bound.usd! += 1.5
            if (calls.every((one) => one.ceiling + used <= bound.tokens!)) pauses[answered++]!.decide()
            continue
          }
          if (pick.stage === 'asked') {
            used += pick.used ?? pick.ceiling
            if (pick.used !== null) pick.asked.count(usageOf(pick.used, pick.used / 10))
            expect(used).toBeLessThanOrEqual(bound.tokens!)
            pick.asked.release()
            pick.stage = 'released'
          } else {
            keeper.settle(pick.key)
            pick.stage = 'settled'
            done++
          }
        }
        expect(used).toBe(waiting.reduce((sum, one) => sum + (one.used ?? one.ceiling), 0))
        expect(used / 10).toBeLessThanOrEqual(bound.usd! + 1e-9)
      },
    ),
    { numRuns: 150 },
  )
})

describe('a bound', () => {
  test('is merged with what stands, and lifted with null', () => {
    const standing = { usd: 2, tokens: 1_000 }
    expect(mergeBudget(standing, { usd: 3 })).toEqual({ usd: 3, tokens: 1_000 })
    expect(mergeBudget(standing, { tokens: null, usd: 0.5 })).toEqual({ usd: 0.5, tokens: null })
  })

  test.each([
    [{ usd: 0 }, 'usd', /^usd is "0"; it must be a number above 0, at most 1000000, or null for no bound$/],
    [{ usd: 1e99 }, 'usd', /^usd is "1e\+99"/],
    [{ tokens: 1.5 }, 'tokens', /^tokens is "1.5"; it must be a whole number from 1 to 1000000000, or null/],
    [{ usd: Number.NaN }, 'usd', /^usd is "NaN"/],
    [{ tokens: -5 }, 'tokens', /^tokens is "-5"/],
    [{ tokens: '5' as unknown as number }, 'tokens', /^tokens is "5"/],
    [{}, 'usd', /neither usd nor tokens is given/],
  ])('%j is refused', (change, field, message) => {
    expect(() => mergeBudget({ usd: null, tokens: null }, change)).toThrow(
      expect.objectContaining({
        name: 'InputError',
        field,
        message: expect.stringMatching(message) as unknown,
      }),
    )
  })

  test('leaves room while something below it is left', () => {
    const used = usageOf(100, 1)
    expect(hasRoom(used, { usd: 1.1, tokens: 101 })).toBe(true)
    expect(hasRoom(used, { usd: null, tokens: 100 })).toBe(false)
    expect(hasRoom(used, { usd: 1, tokens: null })).toBe(false)
    expect(hasRoom(usageOf(1, null), { usd: 1, tokens: null })).toBe(false)
    expect(hasRoom(usageOf(1, null), { usd: null, tokens: null })).toBe(true)
  })
})
