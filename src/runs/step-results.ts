/**
 * Results of steps and runs: small ones stand in the journal, large ones in an artifact that the journal names. Columns
 * of figures are kept as the bytes that they are, behind the JSON of the rest.
 */
import { copyInTurns } from '../core/turns.ts'
import type { StoredValue } from './event.ts'
import type { Artifacts } from './ports.ts'

/** Larger results are kept as artifacts. */
export const INLINE_RESULT_MAX_BYTES = 65_536

/**
 * A result as the journal keeps it, and as everyone sees it: the first execution too gets it back through JSON, so that
 * it works with the same value as a later one. A `Float64Array` that is a property of the result is its caller's from
 * then on, and nobody's to change.
 */
export async function storeResult(
  artifacts: Artifacts,
  runId: string,
  result: unknown,
): Promise<{ stored: StoredValue; value: unknown }> {
  const columns = columnsOf(result)
  if (columns.length > 0) return storeColumns(artifacts, runId, result as object, columns)
  const json = JSON.stringify(result ?? null)
  const value: unknown = JSON.parse(json)
  if (Buffer.byteLength(json) <= INLINE_RESULT_MAX_BYTES) return { stored: { result: value }, value }
  return { stored: { artifact: await artifacts.put(runId, Buffer.from(json)) }, value }
}

export async function loadResult(
  artifacts: Artifacts,
  runId: string,
  stored: Partial<{ result: unknown; artifact: Parameters<Artifacts['get']>[1] }>,
): Promise<unknown> {
  if (!stored.artifact) return stored.result
  const bytes = await artifacts.get(runId, stored.artifact)
  return bytes[0] === COLUMNS_MARK ? readColumns(bytes) : JSON.parse(textOf(bytes))
}

/** Begins an artifact with columns, as no JSON text begins. */
const COLUMNS_MARK = 0
/** The mark, padding, and the length of the JSON that follows: 32 bits, little-endian. */
const HEAD_BYTES = 8
const COLUMN_ALIGNMENT = Float64Array.BYTES_PER_ELEMENT

type NamedColumn = [name: string, column: Float64Array]

/** What stands in the JSON in front of columns, which follow in this order. */
interface ColumnsHead {
  rest: Record<string, unknown>
  columns: [name: string, length: number][]
}

function columnsOf(result: unknown): NamedColumn[] {
  if (result === null || typeof result !== 'object' || Array.isArray(result)) return []
  return Object.entries(result).filter((entry): entry is NamedColumn => entry[1] instanceof Float64Array)
}

async function storeColumns(
  artifacts: Artifacts,
  runId: string,
  result: object,
  columns: readonly NamedColumn[],
): Promise<{ stored: StoredValue; value: unknown }> {
  const held = Object.fromEntries(columns)
  const rest = Object.fromEntries(Object.entries(result).filter(([name]) => !Object.hasOwn(held, name)))
  const head: ColumnsHead = { rest, columns: columns.map(([name, { length }]) => [name, length]) }
  const json = Buffer.from(JSON.stringify(head))
  let at = align(HEAD_BYTES + json.length)
  const bytes = Buffer.alloc(columns.reduce((sum, [, { byteLength }]) => sum + byteLength, at))
  bytes[0] = COLUMNS_MARK
  bytes.writeUInt32LE(json.length, HEAD_BYTES - Uint32Array.BYTES_PER_ELEMENT)
  bytes.set(json, HEAD_BYTES)
  for (const [, column] of columns) {
    await copyInTurns(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), bytes, at)
    at += column.byteLength
  }
  const seen = (JSON.parse(json.toString()) as ColumnsHead).rest
  return { stored: { artifact: await artifacts.put(runId, bytes) }, value: { ...seen, ...held } }
}

/** The columns stand in memory that threads share, so that none of them needs a copy. */
async function readColumns(bytes: Uint8Array): Promise<unknown> {
  const { buffer, byteOffset, byteLength } = bytes
  const jsonBytes = new DataView(buffer, byteOffset, byteLength).getUint32(
    HEAD_BYTES - Uint32Array.BYTES_PER_ELEMENT,
    true,
  )
  const { rest, columns } = JSON.parse(
    textOf(bytes.subarray(HEAD_BYTES, HEAD_BYTES + jsonBytes)),
  ) as ColumnsHead
  const body = bytes.subarray(align(HEAD_BYTES + jsonBytes))
  const memory = new SharedArrayBuffer(body.length)
  await copyInTurns(body, new Uint8Array(memory))
  let at = 0
  for (const [name, length] of columns) {
    rest[name] = new Float64Array(memory, at, length)
    at += length * Float64Array.BYTES_PER_ELEMENT
  }
  return rest
}

function align(at: number): number {
  return Math.ceil(at / COLUMN_ALIGNMENT) * COLUMN_ALIGNMENT
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
}
