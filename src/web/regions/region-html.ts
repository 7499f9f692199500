/**
 * A region as HTML, whole. The same region asked for by many at once is rendered once; one whose rendering fails shows
 * that it did, and leaves the rest of the page alone.
 */
import type { Clock } from '../../core/clock.ts'
import type { ChangeFeed } from '../../runs/change.ts'
import type { Log } from '../log.ts'
import type { Region } from '../page.ts'
import type { Renderer } from '../render.ts'
import type { RegionChanges } from './region-changes.ts'
import { takeApart, type TakenApart } from './region-parts.ts'

/** Durations in a region count on from the moment of rendering, so nothing is shared for longer. */
const SHARED_FOR_MS = 1_000
const MAX_SHARED = 256

export interface WholeRegion extends TakenApart {
  /** The end of the log it shows; null for regions without one, and after a failure. */
  lastSeq: number | null
}

export interface RegionHtml {
  renderWhole(region: Region): Promise<WholeRegion>
}

export interface RegionHtmlDeps {
  renderer: Renderer
  feed: ChangeFeed
  changes: RegionChanges
  clock: Clock
  log: Log
}

const FAILED_REGION =
  '<p class="region-failed" role="alert">This part could not be shown. It is tried again with the next change.</p>'

interface Shared {
  revision: number
  startedMs: number
  whole: Promise<WholeRegion>
}

export function createRegionHtml(deps: RegionHtmlDeps): RegionHtml {
  const shared = new Map<string, Shared>()

  async function render(region: Region): Promise<WholeRegion> {
    try {
      const data = await region.data()
      const lastSeq = region.lastSeq ? await region.lastSeq() : null
      return { ...takeApart(deps.renderer.renderRegion(region, data)), lastSeq }
    } catch (error) {
      deps.log.error({ err: error, region: region.key }, 'a region could not be rendered')
      return { ...takeApart(FAILED_REGION), lastSeq: null }
    }
  }

  return {
    renderWhole(region) {
      const known = shared.get(region.key)
      const now = deps.clock.now()
      const isFresh =
        known && known.revision >= deps.changes.revisionOf(region) && now - known.startedMs < SHARED_FOR_MS
      if (isFresh) return known.whole
      const entry: Shared = { revision: deps.feed.revision, startedMs: now, whole: render(region) }
      shared.delete(region.key)
      shared.set(region.key, entry)
      if (shared.size > MAX_SHARED) shared.delete(shared.keys().next().value!)
      void entry.whole.then(({ html }) => {
        // A failure is not kept: the next reader tries again.
        if (html === FAILED_REGION && shared.get(region.key) === entry) shared.delete(region.key)
      })
      return entry.whole
    },
  }
}
