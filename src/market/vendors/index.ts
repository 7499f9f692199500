/** The vendor that the settings name. */
import { InputError } from '../../core/errors.ts'
import type { Vendor } from '../vendor.ts'
import { createCsvVendor } from './csv.ts'
import { createSampleVendor } from './sample.ts'

export interface VendorSettings {
  readonly marketVendor: 'sample' | 'csv'
  /** Needed for `csv`. */
  readonly csvDir: string
}

export function createVendor(settings: VendorSettings): Vendor {
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
  }
}
