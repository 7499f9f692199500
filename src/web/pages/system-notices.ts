/** Who is told of runs that end, and what became of it. */
import type { Region } from '../page.ts'
import { viewNotices } from '../view-models/notices-view.ts'
import type { PageDeps } from './page-deps.ts'

const SHOWN = 20

export function createNoticesRegion({ notices }: Pick<PageDeps, 'notices'>): Region {
  return {
    id: 'system-notices',
    key: 'system/notices',
    template: 'system/notices',
    watch: ['list'],
    data: () => {
      const all = notices?.() ?? []
      return {
        isOn: !!notices,
        // No run's journal says that a message was received: while any is on its way, the region asks by itself.
        isBusy: all.some(({ state }) => state === 'waiting'),
        rows: viewNotices(all.slice(0, SHOWN)),
        more: Math.max(0, all.length - SHOWN),
      }
    },
  }
}
