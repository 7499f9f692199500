/**
 * One file out of a `multipart/form-data` body (RFC 7578), as a stream: nothing of it is held but what may be the
 * beginning of a boundary. Parts in front of it are passed over; what comes after it is not read.
 */
import { InputError, quote } from './errors.ts'

const MAX_HEADER_BYTES = 16_384
const MAX_BOUNDARY_LENGTH = 70
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
  const input = createWindow(body)
  const delimiter = Buffer.from(`${CRLF}--${boundary}`, 'latin1')
  // The first boundary has no line break in front of it where nothing stands before it.
  input.unread(Buffer.from(CRLF))
  for (;;) {
    for await (const _passedOver of input.upTo(delimiter));
    const end = await input.take(2)
    if (end.toString('latin1') === '--') throw new InputError(field, `${field} is missing: choose a file`)
    input.unread(end)
    const header = await readHeader(input)
    if (nameOf(header) !== field) {
      input.unread(Buffer.from(CRLF))
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
  unread(bytes: Buffer): void
}

function createWindow(body: AsyncIterable<Uint8Array>): Window {
  const chunks = body[Symbol.asyncIterator]()
  let held = Buffer.alloc(0)

  async function fill(): Promise<void> {
    const next = await chunks.next()
    if (next.done) throw new InputError('body', 'the form breaks off before its end')
    held = Buffer.concat([held, next.value])
  }

  return {
    async *upTo(mark) {
      for (;;) {
        const at = held.indexOf(mark)
        if (at !== -1) {
          const before = held.subarray(0, at)
          held = held.subarray(at + mark.length)
          if (before.length > 0) yield before
          return
        }
        // The end of what is held may be the beginning of the mark.
        const sure = Math.max(0, held.length - mark.length + 1)
        const before = held.subarray(0, sure)
        held = held.subarray(sure)
        if (before.length > 0) yield before
        await fill()
      }
    },
    async take(bytes) {
      while (held.length < bytes) await fill()
      const taken = held.subarray(0, bytes)
      held = held.subarray(bytes)
      return taken
    },
    unread: (bytes) => void (held = Buffer.concat([bytes, held])),
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
