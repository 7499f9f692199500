/** Results that took work, kept while they are asked for: the least recently used goes first, a failure is not kept. */

export interface Latest<Value> {
  get(key: string, make: () => Promise<Value>): Promise<Value>
}

export function createLatest<Value>(maxKept: number): Latest<Value> {
  const kept = new Map<string, Promise<Value>>()
  return {
    get(key, make) {
      const value = kept.get(key) ?? make()
      if (!kept.has(key)) value.catch(() => kept.delete(key))
      kept.delete(key)
      kept.set(key, value)
      if (kept.size > maxKept) kept.delete(kept.keys().next().value!)
      return value
    },
  }
}
