/** The bars that come with Rundesk: real daily prices of four tickers, read without any network. */
import { join } from 'node:path'
import { findPackageRoot } from '../../core/package-root.ts'
import type { Vendor } from '../vendor.ts'
import { createCsvVendor } from './csv.ts'

/** `dir` defaults to `data/sample` of the package this file belongs to, wherever it is installed. */
export function createSampleVendor(dir = join(findPackageRoot(), 'data', 'sample')): Vendor {
  return createCsvVendor(dir, 'sample')
}
