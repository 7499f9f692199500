/** What the pages are made from: the desk, the market's listing, the settings, the clock and the chart maker. */
import type { Config, SettingSources } from '../../config.ts'
import type { Clock } from '../../core/clock.ts'
import type { Listing } from '../../market/vendor.ts'
import type { RunDesk } from '../../runs/desk.ts'
import type { Charts } from '../charts/charts.ts'
import type { PriceCharts } from './price-chart-panel.ts'

export interface PageDeps {
  desk: RunDesk
  market: { readonly name: string; listings(): Promise<Listing[]> }
  config: Config
  /** Where each setting's value comes from; without it the page says nothing of sources. */
  sources?: SettingSources
  clock: Clock
  charts: Charts
  /** The OpenAPI document behind `/docs`. */
  openapi?: () => object
}

/** The same with what the pages share among themselves. */
export interface PageKit extends PageDeps {
  priceCharts: PriceCharts
}
