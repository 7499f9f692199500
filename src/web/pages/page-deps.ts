/** What the pages are made from: the desk, the market's listing, models and sources, the settings, the clock and the chart maker. */
import type { AssessmentInput } from '../../committee/assessment-input.ts'
import type { AssessmentEstimate } from '../../committee/estimate.ts'
import type { Config, SettingSources } from '../../config.ts'
import type { Clock } from '../../core/clock.ts'
import type { Concurrency } from '../../core/concurrency.ts'
import type { PayloadMeter } from '../../core/payload-meter.ts'
import type { LabDesk } from '../../lab/lab-desk.ts'
import type { SeriesDesk } from '../../lab/series-facts.ts'
import type { Listing } from '../../market/vendor.ts'
import type { RunDesk } from '../../runs/desk.ts'
import type { Charts } from '../charts/charts.ts'
import type { Region } from '../page.ts'
import type { AnalystSources, ModelDefaults } from '../view-models/assess-form.ts'
import type { FeatureFacts } from '../view-models/job-form-view.ts'
import type { NoticeFacts } from '../view-models/notices-view.ts'
import type { StorageFacts } from '../view-models/storage-view.ts'
import type { VendorHealthFacts } from '../view-models/vendor-health-view.ts'
import type { PriceCharts } from './price-chart-panel.ts'
import type { Savings } from './savings.ts'
import type { VerdictChanges } from './verdict-changes.ts'

export interface PageDeps {
  desk: RunDesk
  market: { readonly name: string; listings(): Promise<Listing[]> }
  /** How the vendor of prices has answered since the start. */
  vendorHealth(): VendorHealthFacts
  config: Config
  /** Where each setting's value comes from. */
  settingSources: SettingSources
  models: ModelDefaults
  sources: AnalystSources
  /** Hosts that prices and sources are asked of; empty where nothing leaves the machine for them. */
  hosts: readonly string[]
  lab: LabDesk
  /** Price files that were brought in. */
  series: Pick<SeriesDesk, 'list' | 'describe'>
  /** What a training may look at. */
  features: readonly FeatureFacts[]
  concurrency: Pick<Concurrency, 'tiers' | 'limits'>
  /** What launches would take; throws `InputError` as a launch would for models that cannot be used. */
  estimate(inputs: readonly AssessmentInput[]): Promise<AssessmentEstimate[]>
  clock: Clock
  charts: Charts
  /** Measures the room that the desk takes on the disk; may take a while. */
  storage(): Promise<StorageFacts>
  /** What was told of runs that ended, the newest first; null where nobody is told. */
  notices: (() => readonly NoticeFacts[]) | null
  /** What live updates have sent. */
  payload: PayloadMeter
  /** The OpenAPI document behind `/docs`. */
  openapi(): object
}

/** The same with what the pages share among themselves. */
export interface PageKit extends PageDeps {
  retentionRegion: Region
  storageRegion: Region
  priceCharts: PriceCharts
  savings: Savings
  verdictChanges: VerdictChanges
}
