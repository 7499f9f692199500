/** What every job of the lab works with. */
import type { BarSources } from './find-bars.ts'
import type { StrategyCatalog } from './strategy-catalog.ts'
import type { Dispatcher } from './task.ts'

export interface LabMeans {
  sources: BarSources
  catalog: StrategyCatalog
  dispatcher: Dispatcher
}
