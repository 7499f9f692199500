/** How the vendor of prices has answered, as the System page says it. */
import { viewTime, type TimeView } from './time-view.ts'

export interface VendorHealthFacts {
  answered_at: string | null
  failure: { at: string; ticker: string; reason: string } | null
}

export interface VendorHealthView {
  answered: TimeView | null
  failure: { at: TimeView; ticker: string; reason: string; isOver: boolean } | null
}

export function viewVendorHealth({ answered_at: answered, failure }: VendorHealthFacts): VendorHealthView {
  return {
    answered: answered === null ? null : viewTime(answered),
    failure: failure && {
      ticker: failure.ticker,
      reason: failure.reason,
      at: viewTime(failure.at),
      isOver: answered !== null && answered > failure.at,
    },
  }
}
