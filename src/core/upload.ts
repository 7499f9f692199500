/** A file on its way in over HTTP: the body itself, or a field of a form; bounded, and read only as fast as it is taken. */
import { quote } from './errors.ts'
import { RefusedError } from './http-error.ts'
import { readBoundary, readFormFile } from './multipart.ts'

/** By which a form may be longer than the file in it. */
const FORM_BYTES = 64 * 1_024

export interface UploadRules {
  /** What is uploaded, as in `the bundle is larger than …`. */
  what: string
  /** The field of a form that holds it. */
  field: string
  /** Content types under which the body itself is it; the first is named to whoever sends another. */
  types: readonly string[]
  maxBytes: number
}

export interface Upload {
  bytes: AsyncGenerator<Uint8Array>
  /** Ends the reading of the body. */
  stop(): unknown
  /** What the sender called the file, once its first bytes are there; null where nothing was said. */
  fileName(): string | null
}

/** Throws 415 for a body of another type; one that is too large is 413 as soon as it shows. */
export function readUpload(request: Request, rules: UploadRules): Upload {
  const { what, field, types, maxBytes } = rules
  const tooLarge = () => new RefusedError(413, `the ${what} is larger than ${maxBytes} bytes`)
  const type = request.headers.get('content-type') ?? ''
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes + FORM_BYTES) throw tooLarge()
  const reader = (request.body ?? new Blob([]).stream()).getReader()
  const body = bound(reader, maxBytes + FORM_BYTES, tooLarge)
  const stop = () => reader.cancel()
  const boundary = readBoundary(type)
  if (boundary !== null) {
    let name: string | null = null
    const bytes = readFormFile(body, boundary, field, (given) => (name = given))
    return { bytes, stop, fileName: () => name }
  }
  if (types.includes(type.split(';')[0]!.trim().toLowerCase()))
    return { bytes: body, stop, fileName: () => null }
  throw new RefusedError(
    415,
    `Content-Type ${quote(type)} is not read here; send ${types[0]}, or multipart/form-data with the field ${field}`,
  )
}

async function* bound(
  body: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
  tooLarge: () => Error,
): AsyncGenerator<Uint8Array> {
  let length = 0
  for (;;) {
    const { done, value } = await body.read()
    if (done) return
    length += value.length
    if (length > maxBytes) throw tooLarge()
    yield value
  }
}
