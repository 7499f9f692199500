/** The text of a price file: UTF-8, or UTF-16 where its byte order mark says so, as terminals on Windows export. */
import { InputError } from '../core/errors.ts'

/** Throws `InputError` for bytes that are no text. */
export function decodeCsv(bytes: Uint8Array): string {
  const encoding = tellEncoding(bytes)
  // A decoder does not read memory that threads share.
  const own = bytes.buffer instanceof SharedArrayBuffer ? Uint8Array.from(bytes) : bytes
  const text = new TextDecoder(encoding).decode(own)
  const zero = text.indexOf('\0')
  if (zero >= 0) throw new InputError('data', 'the file is no text: it has a zero byte in it')
  return text
}

function tellEncoding([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return 'utf-8'
}
