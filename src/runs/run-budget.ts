/**
 * The budget of a run while it executes: what its paid calls have used, what those under way may still use, and whether
 * there is room for one more. A call for which there might be none waits until the others have said what they took and
 * the steps they were made for are journaled; when none is left to wait for, the run pauses, and loses no call that was
 * paid. A call of which nobody says what it took counts with all that was reserved for it.
 *
 * So what is counted stays within the bound as far as reservations hold what they say. They are the caller's estimates:
 * where a call uses more than was reserved for it, the bound may be passed by that much, and no further call is begun.
 */
import { createDeferred } from '../core/deferred.ts'
import { untilAborted } from '../core/until-aborted.ts'
import { createBudgetReason } from './budget-bound.ts'
import type { UsageDelta } from './event.ts'
import type { CostCeiling, RunBudget } from './identity.ts'
import { toUsage } from './usage.ts'

/** The room that one call has. */
export interface Reservation {
  /** What the call took; the room for it is kept until it is given back. */
  count(delta: UsageDelta): void
  /** Gives the room back. Where nothing was counted, the call counts with all of it. Once is enough, twice does no harm. */
  release(): void
}

export interface RunBudgetKeeper {
  /** Rejects when the run stops, which a pause is. `path` names the step that asks after those it is nested in. */
  reserve(cost: CostCeiling, path: readonly string[]): Promise<Reservation>
  /** Counts use for which nothing was reserved. */
  count(delta: UsageDelta): void
  /** The step has ended and its end is journaled; what it still held is given back. */
  settle(step: string): void
  /** The bound was changed, or nothing new is taken any more: those who wait look again. */
  recheck(): void
}

export interface RunBudgetOptions {
  /** Used before this execution. */
  spent: UsageDelta
  bound: () => RunBudget
  /**
   * Asks for the run to be paused, for as long as `shortage` still says why when its turn has come. Resolves without a
   * pause where there is room by then.
   */
  pause: (shortage: () => string | null) => Promise<void>
  /** Throws where nothing new may begin. */
  assertTaking: () => void
  signal: AbortSignal
}

interface Hold {
  cost: CostCeiling
  step: string
  isCounted: boolean
}

export function createRunBudget({
  spent,
  bound,
  pause,
  assertTaking,
  signal,
}: RunBudgetOptions): RunBudgetKeeper {
  let tokens = spent.input_tokens + spent.output_tokens
  let usd = spent.cost_usd
  const underWay = new Set<Hold>()
  /** Steps whose calls are over and whose end is not journaled yet: stopped now, they would be paid for again. */
  const unsettled = new Set<string>()
  const waiting = new Set<{ path: readonly string[] }>()
  let change = createDeferred()
  let isPausing = false

  function shortageFor(cost: CostCeiling): string | null {
    const { usd: usdBound, tokens: tokenBound } = bound()
    const reserved = [...underWay].map((hold) => hold.cost).concat(cost)
    if (tokenBound !== null) {
      const needed = tokens + reserved.reduce((sum, one) => sum + one.tokens, 0)
      if (needed > tokenBound)
        return createBudgetReason(
          `the next call may use up to ${cost.tokens} tokens and could bring the run to ${needed}, past its bound of ${tokenBound}; ${tokens === 0 ? 'nothing is used yet' : `${tokens} are used`}`,
        )
    }
    if (usdBound === null) return null
    if (usd === null || reserved.some((one) => one.usd === null))
      return createBudgetReason(
        `the bound is ${formatAmount(usdBound)}, but the price of a model is unknown, so nothing can be checked against it; only without the bound can it go on`,
      )
    const needed = usd + reserved.reduce((sum, one) => sum + one.usd!, 0)
    return needed > usdBound
      ? createBudgetReason(
          `the next call may use up to ${formatAmount(cost.usd!)} and could bring the run to ${formatAmount(needed)}, past its bound of ${formatAmount(usdBound)}; ${usd === 0 ? 'nothing is spent yet' : `${formatAmount(usd)} are spent`}`,
        )
      : null
  }

  /** Whether something may change without this run being paused. A step that itself waits for room changes nothing. */
  function isAnythingUnderWay(): boolean {
    const isWaiting = (step: string) => [...waiting].some(({ path }) => path.includes(step))
    const steps = [...[...underWay].map((hold) => hold.step), ...unsettled]
    return steps.some((step) => !isWaiting(step))
  }

  /** Until it is decided nobody gets room: a call begun now would be cut off by the pause. */
  function beginPause(cost: CostCeiling): void {
    isPausing = true
    pause(() => shortageFor(cost)).then(
      () => {
        isPausing = false
        recheck()
      },
      // Whatever stands against a pause stops the run in its own way, and with it those who wait.
      () => undefined,
    )
  }

  function recheck(): void {
    const waiters = change
    change = createDeferred()
    waiters.resolve()
  }

  /** Takes the room in the same turn in which it is found. */
  async function takeRoom(cost: CostCeiling, path: readonly string[]): Promise<Hold> {
    const own = { path }
    waiting.add(own)
    try {
      for (;;) {
        signal.throwIfAborted()
        assertTaking()
        if (!isPausing) {
          if (shortageFor(cost) === null) {
            const hold: Hold = { cost, step: path.at(-1)!, isCounted: false }
            underWay.add(hold)
            return hold
          }
          if (!isAnythingUnderWay()) beginPause(cost)
        }
        await untilAborted(change.promise, signal)
      }
    } finally {
      waiting.delete(own)
    }
  }

  function count(delta: UsageDelta): void {
    tokens += delta.input_tokens + delta.output_tokens
    usd = usd === null || delta.cost_usd === null ? null : usd + delta.cost_usd
  }

  /** False where it was given back before. */
  function giveBack(hold: Hold): boolean {
    if (!underWay.delete(hold)) return false
    if (!hold.isCounted) count(toUsage(hold.cost))
    return true
  }

  return {
    recheck,
    count,
    async reserve(cost, path) {
      const hold = await takeRoom(cost, path)
      return {
        count(delta) {
          hold.isCounted = true
          count(delta)
        },
        release() {
          if (!giveBack(hold)) return
          unsettled.add(hold.step)
          recheck()
        },
      }
    },
    settle(step) {
      let isFree = unsettled.delete(step)
      for (const hold of underWay) if (hold.step === step) isFree = giveBack(hold)
      if (isFree) recheck()
    },
  }
}

/** To the cent, as people set a bound; finer only below ten cents, where a cent would hide the difference. */
function formatAmount(usd: number): string {
  return `${usd.toFixed(usd < 0.1 ? 4 : 2)} USD`
}
