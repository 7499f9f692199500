/**
 * How many bytes the regions of a page come to when shown whole, as far as it is known: a region that did not change while
 * the page is looked at counts nothing, and of a log that was only added to counts what was added. So the figure is rather
 * too low than too high.
 */
import type { Page } from '../page.ts'
import type { Update } from '../regions/compose-update.ts'

export interface ShownBytes {
  /** The one run that the page is about; null for a page of several. */
  readonly runId: string | null
  readonly whole: number
  /** To be told of every update, with its whole pieces as they were rendered. */
  see(update: Update): void
}

export function createShownBytes(regions: Page['regions']): ShownBytes {
  const bytes = new Map<string, number>()
  const runs = new Set(
    regions.flatMap(({ watch }) => watch.flatMap((one) => (one === 'list' ? [] : one.run))),
  )
  let whole = 0

  return {
    runId: runs.size === 1 ? [...runs][0]! : null,
    get whole() {
      return whole
    },
    see({ pieces }) {
      for (const [id, byPosition] of pieces) {
        const shown = byPosition.get(null) ?? [...byPosition.values()][0]
        if (!shown) continue
        const before = bytes.get(id) ?? 0
        const size = Buffer.byteLength(shown.html)
        const now = shown.kind === 'whole' ? size : before + size
        bytes.set(id, now)
        whole += now - before
      }
    },
  }
}
