/**
 * One JSON object a line, each closed by a checksum of what stands before it:
 * `{"seq":1,…,"crc":"0a1b2c3d"}`. The checksum is CRC-32 (ISO 3309) of the object's JSON without `crc`.
 */
import { crc32 } from 'node:zlib'

const CRC_FIELD = /,"crc":"([0-9a-f]{8})"\}$/
/** Length of `,"crc":"xxxxxxxx"}`. */
const CRC_LENGTH = 18

/** The line for `value`, which must have at least one field, newline included. */
export function encodeLine(value: object): string {
  const json = JSON.stringify(value)
  return `${json.slice(0, -1)},"crc":"${checksum(json)}"}\n`
}

export type DecodedLine = { ok: true; value: Record<string, unknown> } | { ok: false; reason: string }

/** Reads one line without its newline. Says what is wrong instead of throwing. */
export function decodeLine(line: string): DecodedLine {
  const match = CRC_FIELD.exec(line)
  if (!match) return { ok: false, reason: 'no checksum at its end' }
  const json = `${line.slice(0, -CRC_LENGTH)}}`
  if (checksum(json) !== match[1]) return { ok: false, reason: 'checksum does not match' }
  try {
    return { ok: true, value: JSON.parse(json) as Record<string, unknown> }
  } catch {
    return { ok: false, reason: 'not JSON' }
  }
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0')
}
