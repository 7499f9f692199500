/**
 * What the lab remembers of runs that are looked at, with one bound in bytes for all of it: what was used longest ago
 * goes first, a failure is not kept, and once nobody has asked for a while everything goes. All of it can be made again.
 */
import type { Clock } from '../../core/clock.ts'

/** What a thing takes, in bytes; asked again and again, for some things grow. */
export type Weigh<Value> = (value: Value) => number

export interface Shelf {
  /** Those who ask while it is made wait for the same. What is heavier than the whole shelf is made each time. */
  get<Value>(key: string, make: () => Promise<Value>, weigh: Weigh<Value>): Promise<Value>
  /** What lies there now; undefined for nothing, also while it is made. The caller knows what was put under the key. */
  peek<Value>(key: string): Value | undefined
  put<Value>(key: string, value: Value, weigh: Weigh<Value>): void
  /** Of everything on it. */
  readonly bytes: number
}

export interface ShelfOptions {
  maxBytes: number
  /** How long nobody has to ask before all of it goes. */
  idleMs: number
  clock: Clock
  /** Ends the waiting. */
  signal: AbortSignal
}

interface Thing {
  /** A promise while it is made. */
  value: unknown
  isThere: boolean
  bytes(): number
}

export function createShelf({ maxBytes, idleMs, clock, signal }: ShelfOptions): Shelf {
  /** The least recently used first. */
  const things = new Map<string, Thing>()
  let usedMs = 0
  let isWatched = false

  const weighAll = () => [...things.values()].reduce((sum, thing) => sum + thing.bytes(), 0)

  function use(key: string, thing: Thing): void {
    things.delete(key)
    things.set(key, thing)
    usedMs = clock.now()
    if (!isWatched) void watch()
  }

  function trim(): void {
    for (const [key, thing] of things) if (thing.bytes() > maxBytes) things.delete(key)
    let bytes = weighAll()
    for (const [key, thing] of things) {
      if (bytes <= maxBytes) return
      bytes -= thing.bytes()
      if (thing.isThere) things.delete(key)
    }
  }

  async function watch(): Promise<void> {
    isWatched = true
    try {
      for (let leftMs = idleMs; leftMs > 0; leftMs = usedMs + idleMs - clock.now())
        await clock.sleep(leftMs, signal)
    } catch {
      // The desk ends; nobody asks any more.
    }
    things.clear()
    isWatched = false
  }

  function lay<Value>(value: Value, weigh: Weigh<Value>): Thing {
    return { value, isThere: true, bytes: () => weigh(value) }
  }

  return {
    get<Value>(key: string, make: () => Promise<Value>, weigh: Weigh<Value>) {
      const known = things.get(key)
      if (known) {
        use(key, known)
        // Others may have grown since.
        trim()
        return Promise.resolve(known.value as Value | Promise<Value>)
      }
      const value = make()
      const thing: Thing = { value, isThere: false, bytes: () => 0 }
      use(key, thing)
      void value.then(
        (made) => {
          if (things.get(key) !== thing) return
          Object.assign(thing, lay(made, weigh))
          trim()
        },
        () => {
          if (things.get(key) === thing) things.delete(key)
        },
      )
      return value
    },
    peek<Value>(key: string) {
      const known = things.get(key)
      if (!known?.isThere) return undefined
      use(key, known)
      return known.value as Value
    },
    put(key, value, weigh) {
      use(key, lay(value, weigh))
      trim()
    },
    get bytes() {
      return weighAll()
    },
  }
}
