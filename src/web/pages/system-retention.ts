/** What becomes of the files of ended runs: what would go now, what is kept back, what was done last. */
import { NotFoundError } from '../../core/errors.ts'
import { createMeasured } from '../measured.ts'
import type { Region } from '../page.ts'
import { viewRetention } from '../view-models/retention-view.ts'
import type { PageDeps } from './page-deps.ts'

/** How long a look at what is due serves whoever asks. */
const FRESH_MS = 10_000

/** To be made once: all who look at the page share what was measured. */
export function createRetentionRegion({ desk, clock, config }: PageDeps): Region {
  const looked = createMeasured({
    clock,
    async measure() {
      const { lastPrune } = desk
      return { preview: await desk.previewPrune(), lastPrune }
    },
    isOld: ({ preview }) => clock.now() - Date.parse(preview.at) > FRESH_MS,
    isOvertaken: ({ lastPrune }) => desk.lastPrune !== lastPrune,
  })
  /** A run may be deleted between the look and now. */
  const dayOf = (runId: string) => {
    try {
      return desk.summary(runId).as_of ?? ''
    } catch (error) {
      if (error instanceof NotFoundError) return ''
      throw error
    }
  }
  return {
    id: 'system-retention',
    // What was pruned shows at once, however lately the region was rendered.
    get key() {
      return `system/retention:${desk.lastPrune?.at ?? ''}`
    },
    template: 'system/retention',
    watch: ['list'],
    data: async () => viewRetention((await looked.read())?.preview ?? null, desk.lastPrune, config, dayOf),
  }
}
