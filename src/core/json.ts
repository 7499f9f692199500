/** JSON as a type, and the canonical form whose hash identifies a value. */
import type { Hash } from 'node:crypto'
import { createHash } from 'node:crypto'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined }

/** JSON with sorted keys and no `undefined`, so that equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
    const source = inner as Record<string, unknown>
    return Object.fromEntries(
      Object.keys(source)
        .sort()
        .map((key) => [key, source[key]]),
    )
  })
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** For what comes in pieces. */
export function sha256Stream(): Hash {
  return createHash('sha256')
}

/** SHA-256 of the canonical JSON of `value`; `undefined` hashes as `null`. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value ?? null))
}
