/** Results of steps as text in which columns of figures keep every bit. */

const COLUMN = '$float64'

export function formatResult(result: unknown): string {
  return JSON.stringify(result ?? null, (_key, value: unknown) =>
    value instanceof Float64Array
      ? { [COLUMN]: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
      : value,
  )
}

/** Columns stand in memory that threads share. */
export function parseResult(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    const packed = (value as Record<string, unknown> | null)?.[COLUMN]
    if (typeof packed !== 'string') return value
    const bytes = Buffer.from(packed, 'base64')
    const memory = new SharedArrayBuffer(bytes.length)
    new Uint8Array(memory).set(bytes)
    return new Float64Array(memory)
  })
}
