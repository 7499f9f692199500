/** A bundle on its way in over HTTP: the body itself, or the field `bundle` of a form. */
import { InputError } from '../core/errors.ts'
import { streamBytes } from '../core/stream-bytes.ts'
import { readUpload } from '../core/upload.ts'

export const BUNDLE_FIELD = 'bundle'
export const BUNDLE_TYPE = 'application/zip'
export const MAX_BUNDLE_BYTES = 256 * 1_024 * 1_024
/** What programs call a zip file besides. */
const TYPES: readonly string[] = [BUNDLE_TYPE, 'application/x-zip-compressed', 'application/octet-stream']

/** A bundle that is refused for what it is, with what is wrong in it. */
export function refuseBundle(message: string): InputError {
  return new InputError(BUNDLE_FIELD, `the bundle is refused: ${message}`)
}

/** Its bytes as they come. Throws 415 for a body of another type; one that is too large is 413 as soon as it shows. */
export function readBundleUpload(request: Request): ReadableStream<Uint8Array> {
  const { bytes, stop } = readUpload(request, {
    ...{ what: 'bundle', field: BUNDLE_FIELD, types: TYPES, maxBytes: MAX_BUNDLE_BYTES },
  })
  return streamBytes(bytes, stop)
}
