/**
 * One file out of a `multipart/form-data` body (RFC 7578), as a stream: nothing of it is held but what may be the
 * beginning of a boundary. Parts in front of it are passed over; what comes after it is not read.
 */
import { InputError, quote } from './errors.ts'

const MAX_HEADER_BYTES = 16_384
const MAX_BOUNDARY_LENGTH = 70
/** Of the forms that bring a file, more than any has. */
const MAX_PARTS = 100
const CRLF = '\r\n'

/** The boundary of a content type; null for any other type. Throws `InputError` for one without. */
export function readBoundary(contentType: string): string | null {
  if (!/^multipart\/form-data\b/i.test(contentType.trim())) return null
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined || boundary.length > MAX_BOUNDARY_LENGTH)
    throw new InputError('body', 'the body is multipart/form-data without a boundary that can be used')
  return boundary
}

/**
 * The bytes of the first part called `field`; `onFile` is told what the sender called it before they come. Throws
 * `InputError` where there is none, or the body breaks off in it.
 */
export async function* readFormFile(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
  field: string,
  onFile: (fileName: string | null) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  const input = createWindow(body, Buffer.from(CRLF))
  const delimiter = Buffer.from(`${CRLF}--${boundary}`, 'latin1')
  // The first boundary has no line break in front of it where nothing stands before it.
  input.back(CRLF.length)
  for (let parts = 1; ; parts++) {
    if (parts > MAX_PARTS) throw new InputError('body', `the form has more than ${MAX_PARTS} parts`)
    for await (const _passedOver of input.upTo(delimiter));
    const end = await input.take(2)
    if (end.toString('latin1') === '--') throw new InputError(field, `${field} is missing: choose a file`)
    input.back(end.length)
    const header = await readHeader(input)
    if (nameOf(header) !== field) {
      input.back(CRLF.length)
      continue
    }
    onFile(/;\s*filename="([^"]*)"/i.exec(header)?.[1] ?? null)
    yield* input.upTo(delimiter)
    return
  }
}

interface Window {
  /** What stands before the next `mark`, and passes it. Throws where it never comes. */
  upTo(mark: Buffer): AsyncGenerator<Buffer>
  take(bytes: number): Promise<Buffer>
  /** Goes back over the last bytes that were passed, at most `MAX_BACK`. */
  back(bytes: number): void
}

/** As far as one ever has to go back: a line break. */
const MAX_BACK = 2

/** A view of the body that moves on; of what it has passed only the last bytes are kept. `before` was passed already. */
function createWindow(body: AsyncIterable<Uint8Array>, before: Buffer): Window {
  const chunks = body[Symbol.asyncIterator]()
  let held = before
  let at = before.length

  async function fill(): Promise<void> {
    const next = await chunks.next()
    if (next.done) throw new InputError('body', 'the form breaks off before its end')
    const kept = Math.max(0, at - MAX_BACK)
    held = Buffer.concat([held.subarray(kept), next.value])
    at -= kept
  }

  return {
    async *upTo(mark) {
      for (;;) {
        const found = held.indexOf(mark, at)
        // The end of what is held may be the beginning of the mark.
        const sure = found === -1 ? Math.max(at, held.length - mark.length + 1) : found
        const before = held.subarray(at, sure)
        at = found === -1 ? sure : found + mark.length
        if (before.length > 0) yield before
        if (found !== -1) return
        await fill()
      }
    },
    async take(bytes) {
      while (held.length - at < bytes) await fill()
      at += bytes
      return held.subarray(at - bytes, at)
    },
    back: (bytes) => void (at -= bytes),
  }
}

/** The lines up to the empty one. */
async function readHeader(input: Window): Promise<string> {
  let header = ''
  for await (const piece of input.upTo(Buffer.from(`${CRLF}${CRLF}`))) {
    header += piece.toString('utf8')
    if (header.length > MAX_HEADER_BYTES)
      throw new InputError('body', `a part of the form has more than ${MAX_HEADER_BYTES} bytes of headers`)
  }
  return header
}

function nameOf(header: string): string | null {
  const disposition = /^content-disposition:\s*form-data\b(.*)$/im.exec(header)
  if (!disposition) throw new InputError('body', `a part of the form has no name: ${quote(header)}`)
  return /;\s*name="([^"]*)"/i.exec(disposition[1]!)?.[1] ?? null
}
