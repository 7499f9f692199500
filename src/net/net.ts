/**
 * Every outgoing call but those to models goes through here: allowed hosts only, private addresses refused after
 * resolution and again on every redirect, bounded in size and time, under the limits of data calls.
 */
import type { TierUse } from '../core/layered-limiter.ts'

export interface NetAnswer {
  status: number
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>
  /** The address that answered, after redirects. */
  url: string
  text: string
  /** When it was fetched, milliseconds since the epoch: earlier than now where it came from the cache. */
  fetchedMs: number
}

export interface GetOptions {
  signal: AbortSignal
  headers?: Readonly<Record<string, string>>
  /** An answer as old as this may be used again; one under way for the same address, headers and bounds is always shared. */
  maxAgeMs?: number
  /** Of the answer, unpacked. Default 8 MB. */
  maxBytes?: number
  /** On the wire, for each try with its redirects. Default 20 s. */
  timeoutMs?: number
}

export interface Net {
  /**
   * One GET, however many ask for the same thing at the same time. Retries 429 and 5xx within bounds (`Retry-After` is
   * obeyed up to 30 s; asked for longer, it is not tried again). Resolves for every final status below 500, a last 429
   * included; throws `NetError` otherwise, the signal's reason where it aborts.
   */
  get(url: string, options: GetOptions): Promise<NetAnswer>
  /** The same guard in the shape of the platform's `fetch`, for a library that brings its own requests. Not cached. */
  readonly fetch: typeof globalThis.fetch
  /** `data`, and one tier for each host asked. */
  use(): TierUse[]
  close(): Promise<void>
}

/** A call that was refused or failed. The message names the host and the reason; never a secret in the address. */
export class NetError extends Error {
  override name = 'NetError'
}
