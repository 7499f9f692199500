/** The lab over the bundled prices, with real threads that end with the test file. */
import { afterAll } from 'vitest'
import { createCatalog } from '../../src/lab/create-catalog.ts'
import type { ImportedSeries } from '../../src/lab/find-bars.ts'
import type { LabMeans } from '../../src/lab/lab-means.ts'
import { createDispatcher } from '../../src/lab/threads/create-dispatcher.ts'
import { createMarket } from '../../src/market/market.ts'
import { createSampleVendor } from '../../src/market/vendors/sample.ts'

export function createThreadedLab({
  threads = 2,
  imported = null,
}: { threads?: number; imported?: ImportedSeries | null } = {}): LabMeans {
  const dispatcher = createDispatcher({ threads })
  afterAll(() => dispatcher.close())
  const sources = { market: createMarket(createSampleVendor()), imported }
  return { sources, catalog: createCatalog({ folder: '' }), dispatcher }
}
