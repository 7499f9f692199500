/**
 * Permits under several limits at once: a caller names its tiers, the broadest first (`global`, `openai`,
 * `openai:gpt-x`), and waits until all of them have room. A tier that the other side answers with "too many requests"
 * halves itself and recovers step by step. Limits may change while it works.
 *
 * Order: of those who could be served, the one who asked first is. Nobody is overtaken by a later one that wants all of
 * the same tiers; whoever waits for one full model holds up nobody who wants another. A waiter takes no place before it
 * has all of them.
 *
 * Fairness: the order does not look at whose call it is, and needs not. Before a call, of those with the same tiers
 * exactly those are served that asked before it: so of owners who ask again after each call none is served twice while
 * another waits, and one who asks for many at once delays the others by those many and no more.
 *
 * Nobody starves as long as calls end, because tiers nest (each is always asked for below the same broader one; anything
 * else is refused): who shares a waiter's narrowest tier cannot overtake it, so that tier comes to have room; from then
 * on who shares the next broader one cannot either, and so on up.
 *
 * What counts as too much, how long to back off and which tiers there are is the caller's matter.
 */
import type { Clock } from './clock.ts'
import { InputError, quote } from './errors.ts'
import {
  countOwner,
  createTier,
  findNext,
  hasRoom,
  limitTier,
  recoverTier,
  slowTier,
  type Tier,
} from './tier.ts'

/** What one tier is doing, as `/metrics/concurrency` and the System page show it. */
export interface TierUse {
  tier: string
  /** As set. */
  limit: number
  /** As it stands after slowing down; at most `limit`, at least 1. */
  adapted_limit: number
  in_use: number
  waiting: number
  /** How many different owners hold or await a place. */
  owners: number
  /** "Too many requests" received. */
  rate_limited: number
  retries: number
  /** Spent waiting between tries, without a permit. */
  back_off_seconds: number
}

export interface Permit {
  /** Milliseconds between asking and getting. */
  readonly waitedMs: number
  /** Gives the places back; again does nothing. */
  release(): void
}

export interface TierLimits {
  /** For a tier that is named here; others have `fallback`. */
  limits: Readonly<Record<string, number>>
  /** For a tier without a limit of its own. */
  fallback: number
}

export interface LayeredLimiter {
  /**
   * Resolves when every tier has room; rejects with the signal's reason. `owner` is the run that asks: counted, never
   * preferred.
   */
  acquire(tiers: readonly string[], owner: string, signal: AbortSignal): Promise<Permit>
  /** The other side said it is too much: halves the tier, at most once for calls begun before the last halving. */
  slowDown(tier: string, callStartedMs: number): void
  /** A call went through: the tier recovers by one step after as many as it has places. */
  recover(tier: string): void
  countRetry(tiers: readonly string[], backOffMs: number): void
  /**
   * Takes effect at once for those who wait; permits already given run out by themselves. A tier that has slowed down
   * stays slow and recovers up to its new limit. Throws `InputError` for a limit that is not a whole number from 1.
   */
  setLimits(limits: TierLimits): void
  /** Tiers named in the limits and tiers ever asked for, in that order. */
  use(): TierUse[]
}

export interface LayeredLimiterOptions {
  limits: TierLimits
  clock: Pick<Clock, 'now'>
}

export function createLayeredLimiter({ limits, clock }: LayeredLimiterOptions): LayeredLimiter {
  let own = new Map<string, number>()
  let fallback = 1
  let turns = 0
  const tiers = new Map<string, Tier>()
  const roots: Tier[] = []

  function readLimits(given: TierLimits): void {
    checkLimit('fallback', given.fallback)
    for (const [name, limit] of Object.entries(given.limits)) checkLimit(name, limit)
    own = new Map(Object.entries(given.limits))
    fallback = given.fallback
  }

  function limitOf(name: string): number {
    return own.get(name) ?? fallback
  }

  function tierOf(name: string): Tier {
    let tier = tiers.get(name)
    if (!tier) tiers.set(name, (tier = createTier(name, limitOf(name))))
    return tier
  }

  /** The tiers by name, each hung below the one before it. */
  function pathOf(names: readonly string[]): Tier[] {
    let parent: Tier | null = null
    return names.map((name) => {
      const tier = tierOf(name)
      if (tier.parent === undefined) {
        tier.parent = parent
        const siblings: Tier[] = parent?.children ?? roots
        siblings.push(tier)
      }
      if (tier.parent !== parent)
        throw new Error(
          `tier ${name} is asked for below ${tier.parent?.name ?? 'no other'}, in ${names.join()}`,
        )
      parent = tier
      return tier
    })
  }

  function serveWaiters(): void {
    for (let next = findNext(roots); next; next = findNext(roots)) next.serve()
  }

  function give(path: readonly Tier[], owner: string, waitedMs: number): Permit {
    for (const tier of path) tier.inUse++
    let isHeld = true
    return {
      waitedMs,
      release() {
        if (!isHeld) return
        isHeld = false
        for (const tier of path) tier.inUse--
        countOwner(path, owner, -1)
        serveWaiters()
      },
    }
  }

  function wait(path: readonly Tier[], owner: string, signal: AbortSignal): Promise<Permit> {
    const askedMs = clock.now()
    return new Promise((resolve, reject) => {
      const leaveLine = path.at(-1)!.line.join({
        turn: ++turns,
        serve() {
          leave()
          resolve(give(path, owner, clock.now() - askedMs))
        },
      })
      for (const tier of path) tier.waiting++
      const leave = () => {
        leaveLine()
        signal.removeEventListener('abort', onAbort)
        for (const tier of path) tier.waiting--
      }
      const onAbort = () => {
        leave()
        countOwner(path, owner, -1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort)
    })
  }

  readLimits(limits)
  return {
    async acquire(names, owner, signal) {
      signal.throwIfAborted()
      const path = pathOf(names)
      countOwner(path, owner, 1)
      // Whoever waits lacks room in a tier, so with room in all of them nobody with the same tiers is overtaken.
      return path.every(hasRoom) ? give(path, owner, 0) : wait(path, owner, signal)
    },
    slowDown(name, callStartedMs) {
      slowTier(tierOf(name), callStartedMs, clock.now())
    },
    recover(name) {
      if (recoverTier(tierOf(name))) serveWaiters()
    },
    countRetry(names, backOffMs) {
      for (const tier of names.map(tierOf)) {
        tier.retries++
        tier.backOffMs += backOffMs
      }
    },
    setLimits(given) {
      readLimits(given)
      for (const tier of tiers.values()) limitTier(tier, limitOf(tier.name))
      serveWaiters()
    },
    use() {
      const names = new Set([...own.keys(), ...tiers.keys()])
      return [...names].map((name) => describeUse(tiers.get(name) ?? createTier(name, limitOf(name))))
    },
  }
}

function checkLimit(field: string, limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 1) return
  throw new InputError(field, `the limit ${field} is ${quote(limit)}; it must be a whole number from 1`)
}

function describeUse(tier: Tier): TierUse {
  return {
    tier: tier.name,
    limit: tier.limit,
    adapted_limit: tier.adapted,
    in_use: tier.inUse,
    waiting: tier.waiting,
    owners: tier.owners.size,
    rate_limited: tier.rateLimited,
    retries: tier.retries,
    back_off_seconds: tier.backOffMs / 1_000,
  }
}
