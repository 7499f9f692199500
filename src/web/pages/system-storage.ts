/** How much room runs and settings take on the disk, and how many runs still have their files. */
import { createMeasured } from '../measured.ts'
import type { Region } from '../page.ts'
import { viewStorage } from '../view-models/storage-view.ts'
import type { PageDeps } from './page-deps.ts'

/** Looking at every file of every run takes a while where there are many. */
const FRESH_MS = 60_000

/** To be made once: all who look at the page share what was measured. */
export function createStorageRegion({ desk, clock, storage }: PageDeps): Region {
  const size = createMeasured({
    clock,
    async measure() {
      const { lastPrune } = desk
      return { facts: await storage(), lastPrune }
    },
    isOld: ({ facts }) => clock.now() - Date.parse(facts.at) > FRESH_MS,
    isOvertaken: ({ lastPrune }) => desk.lastPrune !== lastPrune,
  })
  return {
    id: 'system-storage',
    // What was pruned shows at once, however lately the region was rendered.
    get key() {
      return `system/storage:${desk.lastPrune?.at ?? ''}`
    },
    template: 'system/storage',
    watch: ['list'],
    data: async () => viewStorage((await size.read())?.facts ?? null, desk.metrics().by_files),
  }
}
