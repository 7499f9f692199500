/**
 * One tier of the layered limiter: how many places it has and how it slows down and recovers, whether it is closed, who
 * waits for it, and what is counted of it. Tiers hang below each other as they are asked for; when to serve whom is the limiter's matter.
 */
import { createLine, type Line } from './line.ts'

export interface Tier {
  name: string
  /** The broader tier it is asked for below; null for the broadest, undefined as long as nobody has asked for it. */
  parent: Tier | null | undefined
  children: Tier[]
  limit: number
  adapted: number
  /** Halved and not recovered: a limit that is raised does not make it faster. */
  isSlowed: boolean
  /** Since it last became slower or faster by a step. */
  successes: number
  halvedMs: number
  /** Until then nobody is served; null while it is open. */
  closedUntilMs: number | null
  inUse: number
  /** In its line or in one below. */
  waiting: number
  /** Those for whom it is the narrowest tier. */
  line: Line<Waiter>
  /** Permits held and awaited, by owner. */
  owners: Map<string, number>
  rateLimited: number
  retries: number
  backOffMs: number
}

export interface Waiter {
  /** Counts up with every call that has to wait. */
  turn: number
  serve(): void
}

export function createTier(name: string, limit: number): Tier {
  return {
    name,
    parent: undefined,
    children: [],
    limit,
    adapted: limit,
    isSlowed: false,
    successes: 0,
    halvedMs: -Infinity,
    closedUntilMs: null,
    inUse: 0,
    waiting: 0,
    line: createLine(),
    owners: new Map(),
    rateLimited: 0,
    retries: 0,
    backOffMs: 0,
  }
}

/** Counts a "too much", and halves the tier unless the call was begun before it was last halved. */
export function slowTier(tier: Tier, callStartedMs: number, nowMs: number): void {
  tier.rateLimited++
  if (callStartedMs <= tier.halvedMs) return
  tier.halvedMs = nowMs
  tier.adapted = Math.max(1, Math.floor(tier.adapted / 2))
  tier.isSlowed = true
  tier.successes = 0
}

/** Counts a success; whether the tier has a place more for it. */
export function recoverTier(tier: Tier): boolean {
  if (!tier.isSlowed || ++tier.successes < tier.adapted) return false
  tier.successes = 0
  // A limit may have been lowered to where it stands.
  const hasMore = tier.adapted < tier.limit
  if (hasMore) tier.adapted++
  tier.isSlowed = tier.adapted < tier.limit
  return hasMore
}

export function limitTier(tier: Tier, limit: number): void {
  tier.adapted = tier.isSlowed ? Math.min(tier.adapted, limit) : limit
  tier.limit = limit
}

export function hasRoom(tier: Tier): boolean {
  return tier.closedUntilMs === null && tier.inUse < tier.adapted
}

/** Of those for whom every tier has room, the one that asked first. */
export function findNext(among: readonly Tier[]): Waiter | null {
  let next: Waiter | null = null
  for (const tier of among) {
    if (tier.waiting === 0 || !hasRoom(tier)) continue
    for (const waiter of [tier.line.first(), findNext(tier.children)]) {
      if (waiter && (next === null || waiter.turn < next.turn)) next = waiter
    }
  }
  return next
}

export function countOwner(path: readonly Tier[], owner: string, change: 1 | -1): void {
  for (const { owners } of path) {
    const count = (owners.get(owner) ?? 0) + change
    if (count === 0) owners.delete(owner)
    else owners.set(owner, count)
  }
}
