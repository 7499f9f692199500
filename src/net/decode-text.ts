/**
 * Text from bytes, in the encoding they say they have: a byte order mark first, then `charset` of the content type, then
 * the opening line of an XML document, else UTF-8. An unknown name is read as UTF-8; bytes that fit no character become
 * U+FFFD, never an error.
 */
import type { Buffer } from 'node:buffer'

const PROLOG = /^<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([\w.:-]{1,40})["']/

export function decodeText(body: Buffer, contentType: string | undefined): string {
  return createDecoder(findCharset(body, contentType ?? '')).decode(body)
}

function findCharset(body: Buffer, contentType: string): string {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8'
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le'
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be'
  const named = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1]
  return named ?? PROLOG.exec(body.subarray(0, 300).toString('latin1'))?.[1] ?? 'utf-8'
}

function createDecoder(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}
