/** Where a reader stands: `<boot>.<revision>`. */
import type { ChangeFeed } from '../../runs/change.ts'

/** Null stands for "unknown": whoever comes back with it is shown everything. */
export function formatCursor(feed: ChangeFeed, revision: number | null): string {
  return `${feed.boot}.${revision ?? 'unknown'}`
}

/** The revision of a cursor of this process; null for any other text, also for a revision that has not been yet. */
export function parseCursor(feed: ChangeFeed, text: string | undefined): number | null {
  const match = /^([\w-]{1,40})\.(\d{1,15})$/.exec(text ?? '')
  if (!match || match[1] !== feed.boot) return null
  const revision = Number(match[2])
  return revision <= feed.revision ? revision : null
}
