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
    measure: storage,
    isOld: ({ at }) => clock.now() - Date.parse(at) > FRESH_MS,
  })
  return {
    id: 'system-storage',
    key: 'system/storage',
    template: 'system/storage',
    watch: ['list'],
    data: async () => viewStorage(await size.read(), desk.metrics().by_files),
  }
}
