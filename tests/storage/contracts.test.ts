import { createLaunchStore } from '../../src/storage/launch-store.ts'
import { createRunIndex } from '../../src/storage/run-index.ts'
import { describeArtifacts } from '../contracts/artifacts.ts'
import { describeIndexMetrics } from '../contracts/index-metrics.ts'
import { describeJournalStore } from '../contracts/journal-store.ts'
import { describeLaunchStore } from '../contracts/launch-store.ts'
import { describeRunIndex } from '../contracts/run-index.ts'
import { createFilePlace } from '../support/file-storage.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createTempDir } from '../support/temp-dir.ts'

const silent = { warn: () => undefined }

describeJournalStore('the journal in files', async () => {
  const place = await createFilePlace()
  return { open: () => place.open().journals }
})

describeArtifacts('artifacts in files', async () => (await createFilePlace()).open())

describeLaunchStore('the launch records in files', async () => {
  const dataDir = await createTempDir('launches')
  return { open: () => createLaunchStore({ dataDir, log: silent }) }
})

const createIndex = async () => {
  const dataDir = await createTempDir('index')
  return createRunIndex({ dataDir, clock: createManualClock(), log: silent })
}
describeRunIndex('the index in lowdb', createIndex)
describeIndexMetrics('the index in lowdb', createIndex)
