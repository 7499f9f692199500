/**
 * Zip files made by hand, so that they can lie: about names, sizes, checksums, kinds and places. And bundles whose files
 * were changed and whose hashes were then written anew, as a forger would.
 */
import { crc32, deflateRawSync } from 'node:zlib'
import { fromBufferPromise } from 'yauzl'
import { sha256 } from '../../src/core/json.ts'

export interface ZipEntry {
  name: string
  data: Uint8Array
  /** What is said of it where that is not so. */
  lie?: Partial<{
    localName: string
    flags: number
    method: number
    crc: number
    size: number
    packedSize: number
    /** Unix mode. */
    mode: number
    /** Of the local header. */
    offset: number
    extra: Buffer
  }>
}

export interface ZipLies {
  entryCount?: number
  /** Says that the list of entries is found by a record of zip64 at this place. */
  zip64Offset?: bigint
}

export function makeZip(entries: readonly ZipEntry[], lies: ZipLies = {}): Buffer {
  const parts: Buffer[] = []
  const listed: Buffer[] = []
  let at = 0
  for (const { name, data, lie = {} } of entries) {
    const packed = deflateRawSync(data)
    const facts = Buffer.alloc(22)
    facts.writeUInt16LE(lie.flags ?? 0x800, 0)
    facts.writeUInt16LE(lie.method ?? 8, 2)
    facts.writeUInt32LE(0x21_0000, 4)
    facts.writeUInt32LE(lie.crc ?? crc32(data), 8)
    facts.writeUInt32LE(lie.packedSize ?? packed.length, 12)
    facts.writeUInt32LE(lie.size ?? data.length, 16)
    const local = Buffer.from(lie.localName ?? name)
    const head = Buffer.concat([
      sign(0x04034b50),
      u16(20),
      facts.subarray(0, 20),
      u16(local.length),
      u16(0),
      local,
    ])
    const named = Buffer.from(name)
    const extra = lie.extra ?? Buffer.alloc(0)
    listed.push(
      Buffer.concat([
        ...[sign(0x02014b50), u16((3 << 8) | 63), u16(20), facts.subarray(0, 20), u16(named.length)],
        ...[u16(extra.length), u16(0), u16(0), u16(0), u32(((lie.mode ?? 0o100644) << 16) >>> 0)],
        ...[u32(lie.offset ?? at), named, extra],
      ]),
    )
    parts.push(head, packed)
    at += head.length + packed.length
  }
  const list = Buffer.concat(listed)
  const count = u16(lies.entryCount ?? entries.length)
  const end = Buffer.concat([
    sign(0x06054b50),
    u16(0),
    u16(0),
    count,
    count,
    u32(list.length),
    u32(at),
    u16(0),
  ])
  const locator = Buffer.alloc(lies.zip64Offset === undefined ? 0 : 20)
  if (lies.zip64Offset !== undefined) {
    locator.writeUInt32LE(0x07064b50, 0)
    locator.writeBigUInt64LE(lies.zip64Offset, 8)
  }
  return Buffer.concat([...parts, list, locator, end])
}

const sign = (value: number) => u32(value)

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** The files of a zip file by their names, in their order. */
export async function readZip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await fromBufferPromise(bytes)
  const files = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = []
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer)
    files.set(entry.fileName, Buffer.concat(chunks))
  }
  return files
}

/** A bundle with changed files whose `bundle.json` fits them again. */
export async function forgeBundle(
  bytes: Buffer,
  change: (files: Map<string, Buffer>) => void | Promise<void>,
): Promise<Buffer> {
  const files = await readZip(bytes)
  const bundle = JSON.parse(files.get('bundle.json')!.toString()) as Record<string, unknown>
  files.delete('bundle.json')
  await change(files)
  const listed = [...files].map(([path, data]) => ({ path, bytes: data.length, sha256: sha256(data) }))
  files.set('bundle.json', Buffer.from(JSON.stringify({ ...bundle, files: listed })))
  return zipOf(files)
}

export function zipOf(files: ReadonlyMap<string, Buffer>): Buffer {
  return makeZip([...files].map(([name, data]) => ({ name, data })))
}
