/** The vendor that the settings name. */
import { InputError } from '../../core/errors.ts'
import type { Net } from '../../net/net.ts'
import type { Vendor } from '../vendor.ts'
import { createCsvVendor } from './csv.ts'
import { createSampleVendor } from './sample.ts'
import { createYahooVendor } from './yahoo.ts'

export interface VendorSettings {
  readonly marketVendor: 'sample' | 'csv' | 'yahoo'
  /** Needed for `csv`. */
  readonly csvDir: string
}

/** `net` is needed for `yahoo` and left alone by the others. */
export function createVendor(settings: VendorSettings, net?: Net): Vendor {
  switch (settings.marketVendor) {
    case 'sample':
      return createSampleVendor()
    case 'csv':
      if (settings.csvDir === '') {
        throw new InputError(
          'CSV_DIR',
          'CSV_DIR is ""; MARKET_VENDOR=csv needs a folder of <TICKER>.csv files',
        )
      }
      return createCsvVendor(settings.csvDir)
    case 'yahoo':
      if (net === undefined) throw new Error('MARKET_VENDOR=yahoo needs a way to the network')
      return createYahooVendor({ net })
  }
}
