/**
 * When a region last changed, as the feed tells it, and whether entries of its log were taken back since (a repeated
 * step replaces what its last attempt wrote): then appending is not enough.
 */
import type { Change, ChangeFeed } from '../../runs/change.ts'
import { isEngineEvent } from '../../runs/event.ts'
import type { Region } from '../page.ts'

/** Runs whose take-backs are remembered; a reader older than a forgotten one is shown the log whole. */
const MAX_RUNS = 1_000

export interface RegionChanges {
  /** The revision of the last change to anything the region watches; 0 if there was none since this process started. */
  revisionOf(region: Region): number
  /** The log's end as a page of that revision shows it; null when it is not known, or was partly taken back since. */
  logSeqAt(region: Region, revision: number): number | null
  isTakeBack(change: Change): boolean
  touches(change: Change, region: Region): boolean
}

export function createRegionChanges(feed: ChangeFeed): RegionChanges {
  const takenBackAt = new Map<string, number>()
  let forgottenUpTo = 0

  const isTakeBack = ({ event }: Change) =>
    isEngineEvent(event) && event.type === 'step_started' && event.attempt > 1

  feed.subscribe((change) => {
    if (!isTakeBack(change)) return
    takenBackAt.delete(change.state.run_id)
    takenBackAt.set(change.state.run_id, change.revision)
    if (takenBackAt.size <= MAX_RUNS) return
    const [oldest, revision] = takenBackAt.entries().next().value!
    takenBackAt.delete(oldest)
    forgottenUpTo = revision
  })

  return {
    isTakeBack,
    revisionOf(region) {
      let last = 0
      for (const watch of region.watch) {
        if (watch === 'list') last = Math.max(last, feed.listRevision)
        else for (const aspect of watch.aspects) last = Math.max(last, feed.revisionOf(watch.run, aspect))
      }
      return last
    },
    logSeqAt(region, revision) {
      const runId = logRunOf(region)
      if (runId === null || revision < (takenBackAt.get(runId) ?? forgottenUpTo)) return null
      return feed.logSeqAt(runId, revision)
    },
    touches: ({ aspects, state }, region) =>
      region.watch.some((watch) =>
        watch === 'list'
          ? aspects.includes('status')
          : watch.run === state.run_id && watch.aspects.some((aspect) => aspects.includes(aspect)),
      ),
  }
}

function logRunOf(region: Region): string | null {
  for (const watch of region.watch) if (watch !== 'list' && watch.aspects.includes('log')) return watch.run
  return null
}
