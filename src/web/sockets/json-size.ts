/**
 * How many bytes a value takes as JSON, and how many a text takes once another is appended, without making the whole
 * again.
 */

/** Bytes of `JSON.stringify(value)` in UTF-8. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

/** What halves of a surrogate pair take as two escapes, less what the whole character takes. */
const JOINED_PAIR_SAVES = 6 + 6 - 4
const QUOTES = 2

/** Bytes of the JSON of `before + added`, where `before` takes `beforeBytes`. */
export function appendedJsonBytes(beforeBytes: number, before: string, added: string): number {
  const joins = isHigh(before.charCodeAt(before.length - 1)) && isLow(added.charCodeAt(0))
  return beforeBytes + jsonBytes(added) - QUOTES - (joins ? JOINED_PAIR_SAVES : 0)
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
