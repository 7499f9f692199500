/**
 * Permits under several limits at once: a caller names its tiers, the broadest first (`global`, `openai`,
 * `openai:gpt-x`), and waits until all of them have room. A tier that the other side answers with "too many requests"
 * halves itself and recovers step by step; one whose other side asks to be left alone is closed until then. Limits may
 * change while it works.
 *
 * Order: of those who could be served, the one who asked first is. Nobody is overtaken by a later one that wants all of
 * the same tiers; whoever waits for one full model holds up nobody who wants another. A waiter takes no place before it
 * has all of them.
 *
 * Fairness: the order does not look at whose call it is, and needs not. Before a call, of those with the same tiers
 * exactly those are served that asked before it: so of owners who ask again after each call none is served twice while
 * another waits, and one who asks for many at once delays the others by those many and no more.
 *
 * Nobody starves as long as calls end and closed tiers open again, because tiers nest (each is always asked for below the same broader one; anything
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
import { beginWait } from './wait-watch.ts'

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
  /** For so long nobody gets a permit, as the other side asked; 0 while it is open. */
  closed_for_seconds: number
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
  /** Gives no permit of the tier before `untilMs`, milliseconds since the epoch; those already given stay. */
  close(tier: string, untilMs: number): void
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
  clock: Clock
}

export function createLayeredLimiter({ limits, clock }: LayeredLimiterOptions): LayeredLimiter {
  let own = new Map<string, number>()
  let fallback = 1
  let turns = 0
  const tiers = new Map<string, Tier>()
  const roots: Tier[] = []
  const closed = new Set<Tier>()
  let alarm: { atMs: number; stop: AbortController } | null = null

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

  /** Before any tier is made or hung up, so that a refusal leaves nothing behind. */
  function checkNesting(names: readonly string[]): void {
    for (const [i, name] of names.entries()) {
      const parent = tiers.get(name)?.parent
      const isAsBefore = parent === undefined || parent?.name === names[i - 1]
      if (isAsBefore && names.indexOf(name) === i) continue
      throw new Error(`tier ${name} is asked for below ${parent?.name ?? 'no other'}, in ${names.join()}`)
    }
  }

  /** The tiers by name, each hung below the one before it. */
  function pathOf(names: readonly string[]): Tier[] {
    checkNesting(names)
    let parent: Tier | null = null
    return names.map((name) => {
      const tier = tierOf(name)
      if (tier.parent === undefined) {
        tier.parent = parent
        const siblings: Tier[] = parent?.children ?? roots
        siblings.push(tier)
      }
      parent = tier
      return tier
    })
  }

  function serveWaiters(): void {
    for (let next = findNext(roots); next; next = findNext(roots)) next.serve()
    setAlarm()
  }

  function openTiers(): void {
    if (closed.size === 0) return
    const due = [...closed].filter((tier) => tier.closedUntilMs! <= clock.now())
    for (const tier of due) {
      tier.closedUntilMs = null
      closed.delete(tier)
    }
    if (due.length > 0) serveWaiters()
  }

  /** One for all: for the first closed tier that opens and is waited for. Where nobody waits, nothing keeps time. */
  function setAlarm(): void {
    const times = [...closed].filter((tier) => tier.waiting > 0).map((tier) => tier.closedUntilMs!)
    const atMs = Math.min(...times)
    if (atMs === (alarm?.atMs ?? Infinity)) return
    alarm?.stop.abort()
    alarm = null
    if (atMs === Infinity) return
    const set = (alarm = { atMs, stop: new AbortController() })
    clock.sleep(atMs - clock.now(), set.stop.signal).then(
      () => {
        if (alarm !== set) return
        alarm = null
        openTiers()
        setAlarm()
      },
      () => undefined,
    )
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
    const full = path.find((tier) => !hasRoom(tier))!
    const endWait = beginWait({ for: 'permit', tier: full.name, untilMs: full.closedUntilMs, why: null })
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
        endWait()
        leaveLine()
        signal.removeEventListener('abort', onAbort)
        for (const tier of path) tier.waiting--
      }
      const onAbort = () => {
        leave()
        countOwner(path, owner, -1)
        setAlarm()
        reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort)
      setAlarm()
    })
  }

  readLimits(limits)
  return {
    async acquire(names, owner, signal) {
      signal.throwIfAborted()
      const path = pathOf(names)
      countOwner(path, owner, 1)
      openTiers()
      // Whoever waits lacks room in a tier, so with room in all of them nobody with the same tiers is overtaken.
      return path.every(hasRoom) ? give(path, owner, 0) : wait(path, owner, signal)
    },
    slowDown(name, callStartedMs) {
      slowTier(tierOf(name), callStartedMs, clock.now())
    },
    close(name, untilMs) {
      const tier = tierOf(name)
      if (untilMs <= Math.max(clock.now(), tier.closedUntilMs ?? 0)) return
      tier.closedUntilMs = untilMs
      closed.add(tier)
      setAlarm()
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
      const nowMs = clock.now()
      return [...names].map((name) => describeUse(tiers.get(name) ?? createTier(name, limitOf(name)), nowMs))
    },
  }
}

function checkLimit(field: string, limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 1) return
  throw new InputError(field, `the limit ${field} is ${quote(limit)}; it must be a whole number from 1`)
}

function describeUse(tier: Tier, nowMs: number): TierUse {
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
    closed_for_seconds: Math.max(0, (tier.closedUntilMs ?? nowMs) - nowMs) / 1_000,
  }
}
