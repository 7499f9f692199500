/** How a vendor has answered since the process started: when last, and when and why it last failed. */
import { toIso, type Clock } from '../core/clock.ts'
import { messageOf, NotFoundError } from '../core/errors.ts'
import type { Vendor } from './vendor.ts'

export interface VendorHealth {
  /** ISO 8601; null where it has not answered yet. */
  answered_at: string | null
  /** The last failure; null where there was none. Older than `answered_at`: it is over. */
  failure: { at: string; ticker: string; reason: string } | null
}

/** A ticker that the vendor does not know is an answer. */
export function watchVendor(vendor: Vendor, clock: Clock): { vendor: Vendor; health: () => VendorHealth } {
  const health: VendorHealth = { answered_at: null, failure: null }
  const watched: Vendor = {
    name: vendor.name,
    listings: () => vendor.listings(),
    strays: () => vendor.strays(),
    async bars(ticker, until, signal) {
      try {
        const bars = await vendor.bars(ticker, until, signal)
        health.answered_at = toIso(clock.now())
        return bars
      } catch (error) {
        if (error instanceof NotFoundError) health.answered_at = toIso(clock.now())
        else if (!signal?.aborted)
          health.failure = { at: toIso(clock.now()), ticker, reason: messageOf(error) }
        throw error
      }
    },
  }
  return { vendor: watched, health: () => ({ ...health }) }
}
