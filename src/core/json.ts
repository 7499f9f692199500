/** JSON as a type, and the canonical form whose hash identifies a value. */
import type { Hash } from 'node:crypto'
import { createHash } from 'node:crypto'
import { createTurns, SLICE_BYTES } from './turns.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined }

/** JSON with sorted keys and no `undefined`, so that equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value, ''))
}

/** A copy made beforehand: asked back about every value, the serializer takes several times as long. */
function sortKeys(value: unknown, key: string): unknown {
  if (value === null || typeof value !== 'object') return value
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function')
    return sortKeys((toJSON as (key: string) => unknown).call(value, key), key)
  if (Array.isArray(value)) return value.map((inner, at) => sortKeys(inner, String(at)))
  const source = value as Record<string, unknown>
  const sorted: Record<string, unknown> = {}
  for (const name of Object.keys(source).sort()) {
    const inner = sortKeys(source[name], name)
    // Assigned it would be the prototype.
    if (name === '__proto__') Object.defineProperty(sorted, name, { value: inner, enumerable: true })
    else sorted[name] = inner
  }
  return sorted
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** Of a large value, with turns for others in between. Nobody may write to it meanwhile. */
export async function sha256InTurns(data: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  const turn = createTurns()
  for (let at = 0; at < data.length; at += SLICE_BYTES) {
    hash.update(data.subarray(at, at + SLICE_BYTES))
    await turn()
  }
  return hash.digest('hex')
}

/** For what comes in pieces. */
export function sha256Stream(): Hash {
  return createHash('sha256')
}

/** SHA-256 of the canonical JSON of `value`; `undefined` hashes as `null`. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value ?? null))
}
