/**
 * Names for unix sockets that fit. The system takes at most 107 bytes of path (103 on macOS), and a data directory may
 * lie deeper: then the path from the working directory is used where that is shorter, and on Linux a path through an
 * open handle of the directory, which always fits.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { InputError } from '../core/errors.ts'

/** Longest name (in bytes) asked for, so that a directory is judged once for all of them. */
const SOCKET_NAME_MAX_BYTES = 20

export interface SocketDirectory {
  /** The directory itself, for file operations. */
  path: string
  /** A path to `name` in the directory that the system takes as a socket address. */
  addressOf(name: string): string
  /** Addresses may stop working afterwards. */
  close(): Promise<void>
}

/** Throws `InputError` where no address fits. */
export async function openSocketDirectory(
  dataDir: string,
  platform = process.platform,
): Promise<SocketDirectory> {
  const path = resolve(dataDir)
  const maxBytes = platform === 'linux' ? 107 : 103
  const fits = (base: string) => Buffer.byteLength(base) + 1 + SOCKET_NAME_MAX_BYTES <= maxBytes
  const fromHere = relative(process.cwd(), path) || '.'
  for (const base of [path, fromHere]) {
    if (fits(base)) return { path, addressOf: (name) => join(base, name), close: async () => undefined }
  }
  if (platform !== 'linux') {
    throw new InputError(
      'DATA_DIR',
      `DATA_DIR is ${Buffer.byteLength(path)} bytes long, too long for a socket in it; allowed: ${maxBytes - SOCKET_NAME_MAX_BYTES - 1} bytes, or a path near the working directory`,
    )
  }
  const handle: FileHandle = await open(path)
  return { path, addressOf: (name) => `/proc/self/fd/${handle.fd}/${name}`, close: () => handle.close() }
}
