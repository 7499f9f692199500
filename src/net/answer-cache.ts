/** Answers by key, up to a number of bytes in all: what was not used for longest goes first. Age is for the caller to judge. */
import type { NetAnswer } from './net.ts'

export interface AnswerCache {
  get(key: string): CachedAnswer | null
  /** An answer larger than the whole cache is not kept. */
  set(key: string, cached: CachedAnswer): void
  readonly bytes: number
}

export interface CachedAnswer {
  answer: NetAnswer
  /** What it takes in memory, about. */
  bytes: number
}

export function createAnswerCache(maxBytes: number): AnswerCache {
  // A map keeps the order of insertion, and getting inserts again: the first entry is the one least used.
  const entries = new Map<string, CachedAnswer>()
  let bytes = 0

  function remove(key: string): CachedAnswer | null {
    const found = entries.get(key)
    if (!found) return null
    entries.delete(key)
    bytes -= found.bytes
    return found
  }

  function insert(key: string, cached: CachedAnswer): void {
    entries.set(key, cached)
    bytes += cached.bytes
  }

  return {
    get(key) {
      const found = remove(key)
      if (found) insert(key, found)
      return found
    },
    set(key, cached) {
      remove(key)
      if (cached.bytes > maxBytes) return
      insert(key, cached)
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break
        remove(oldest)
      }
    },
    get bytes() {
      return bytes
    },
  }
}
