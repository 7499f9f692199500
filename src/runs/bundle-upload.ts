/** A bundle on its way in over HTTP: the body itself, or the field `bundle` of a form. */
import { InputError, quote } from '../core/errors.ts'
import { RefusedError } from '../core/http-error.ts'
import { readBoundary, readFormFile } from '../core/multipart.ts'
import { streamBytes } from '../core/stream-bytes.ts'

export const BUNDLE_FIELD = 'bundle'
export const BUNDLE_TYPE = 'application/zip'
/** Of a bundle; its form may be longer by its other parts. */
export const MAX_BUNDLE_BYTES = 256 * 1_024 * 1_024
const MAX_BODY_BYTES = MAX_BUNDLE_BYTES + 64 * 1_024
/** What programs call a zip file besides. */
const TYPES: readonly string[] = [BUNDLE_TYPE, 'application/x-zip-compressed', 'application/octet-stream']

/** A bundle that is refused for what it is, with what is wrong in it. */
export function refuseBundle(message: string): InputError {
  return new InputError(BUNDLE_FIELD, `the bundle is refused: ${message}`)
}

/** Its bytes as they come. Throws 415 for a body of another type; one that is too large is 413 as soon as it shows. */
export function readBundleUpload(request: Request): ReadableStream<Uint8Array> {
  const type = request.headers.get('content-type') ?? ''
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > MAX_BODY_BYTES) throw tooLarge()
  const reader = (request.body ?? new Blob([]).stream()).getReader()
  const body = bound(reader)
  const open = (chunks: AsyncGenerator<Uint8Array>) => streamBytes(chunks, () => reader.cancel())
  const boundary = readBoundary(type)
  if (boundary !== null) return open(readFormFile(body, boundary, BUNDLE_FIELD))
  if (TYPES.includes(type.split(';')[0]!.trim().toLowerCase())) return open(body)
  throw new RefusedError(
    415,
    `Content-Type ${quote(type)} is not read here; send ${BUNDLE_TYPE}, or multipart/form-data with the field ${BUNDLE_FIELD}`,
  )
}

async function* bound(body: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0
  for (;;) {
    const { done, value } = await body.read()
    if (done) return
    length += value.length
    if (length > MAX_BODY_BYTES) throw tooLarge()
    yield value
  }
}

function tooLarge(): RefusedError {
  return new RefusedError(413, `the bundle is larger than ${MAX_BUNDLE_BYTES} bytes`)
}
