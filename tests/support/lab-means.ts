/** What the lab's workflows work with, over the bundled prices and without threads. */
import { createCatalog } from '../../src/lab/create-catalog.ts'
import type { LabMeans } from '../../src/lab/lab-means.ts'
import { sampleMarket } from './assessments.ts'
import { createInlineDispatcher, type InlineDispatcher } from './inline-dispatcher.ts'

export function createSampleMeans(): LabMeans & { dispatcher: InlineDispatcher } {
  return {
    sources: { market: sampleMarket, imported: null },
    catalog: createCatalog({ folder: '' }),
    dispatcher: createInlineDispatcher(),
  }
}
