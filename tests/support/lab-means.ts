/** The lab over the bundled prices, its tasks run in this thread and noted by name. */
import { createCatalog } from '../../src/lab/create-catalog.ts'
import type { LabMeans } from '../../src/lab/lab-means.ts'
import { createMarket } from '../../src/market/market.ts'
import { createSampleVendor } from '../../src/market/vendors/sample.ts'
import { createInlineDispatcher } from './inline-dispatcher.ts'

export type SampleMeans = LabMeans & { dispatcher: ReturnType<typeof createInlineDispatcher> }

export function createSampleMeans(): SampleMeans {
  return {
    sources: { market: createMarket(createSampleVendor()), imported: null },
    catalog: createCatalog({ folder: '' }),
    dispatcher: createInlineDispatcher(),
  }
}
