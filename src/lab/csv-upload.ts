/** A price file on its way in over HTTP: the body itself, or the field `csv` of a form. */
import { readUpload, type Upload } from '../core/upload.ts'

export const CSV_FIELD = 'csv'
export const CSV_TYPE = 'text/csv'
export const MAX_CSV_BYTES = 128 * 1_024 * 1_024
const TYPES = [
  CSV_TYPE,
  'text/plain',
  'text/tab-separated-values',
  'application/vnd.ms-excel',
  'application/octet-stream',
]

/** Throws 415 for a body of another type; one that is too large is 413 as soon as it shows. */
export function readCsvUpload(request: Request): Upload {
  return readUpload(request, { what: 'price file', field: CSV_FIELD, types: TYPES, maxBytes: MAX_CSV_BYTES })
}
