/**
 * The channels of all pages being looked at: one for each address, opened by its first viewer and closed after its
 * last. One subscription to the feed serves them all; a change reaches only the channels that watch its run. A run keeps
 * its files while a page shows it.
 */
import type { SseConnection } from '../../core/sse.ts'
import { createStreamHeartbeat } from '../../core/sse.ts'
import type { Change } from '../../runs/change.ts'
import type { Region } from '../page.ts'
import { createPageChannel, type ChannelDeps, type PageChannel } from './page-channel.ts'

export interface PageStreams {
  /**
   * Shows the page's regions on an opened connection from `since` on. `name` is the page's address; the regions of
   * a page that is being shown already are the ones it was opened with.
   */
  show(name: string, regions: readonly Region[], connection: SseConnection, since: number | null): void
  readonly open: number
}

const LIST = ' list'

export function createPageStreams(deps: ChannelDeps): PageStreams {
  const channels = new Map<string, PageChannel>()
  const watchers = new Map<string, Set<PageChannel>>()
  const heartbeat = createStreamHeartbeat(deps.clock, deps.shutdown)

  const unsubscribe = deps.feed.subscribe((change: Change) => {
    const touched = new Set(watchers.get(change.state.run_id))
    if (change.aspects.includes('status'))
      for (const channel of watchers.get(LIST) ?? []) touched.add(channel)
    for (const channel of touched) channel.onChange(change)
  })
  deps.shutdown.addEventListener('abort', unsubscribe)

  function openChannel(name: string, regions: readonly Region[]): PageChannel {
    const watched = watchedBy(regions)
    const releases = [...watched].filter((key) => key !== LIST).map((runId) => deps.watchRun(runId))
    const channel = createPageChannel(deps, regions, () => {
      if (channels.get(name) !== channel) return
      channels.delete(name)
      for (const release of releases) release()
      for (const key of watched) {
        const watching = watchers.get(key)
        watching?.delete(channel)
        if (watching?.size === 0) watchers.delete(key)
      }
    })
    for (const key of watched) {
      const watching = watchers.get(key) ?? new Set()
      watchers.set(key, watching.add(channel))
    }
    channels.set(name, channel)
    return channel
  }

  return {
    get open() {
      return channels.size
    },
    show(name, regions, connection, since) {
      heartbeat.add(connection)
      const channel = channels.get(name) ?? openChannel(name, regions)
      channel.join(connection, since)
    },
  }
}

function watchedBy(regions: readonly Region[]): Set<string> {
  return new Set(
    regions.flatMap((region) => region.watch.map((watch) => (watch === 'list' ? LIST : watch.run))),
  )
}
