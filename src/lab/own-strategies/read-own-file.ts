/**
 * The bytes of one file of a person's own strategies. Anything may lie in a folder: what is no file, leads out of the
 * folder or is too large is refused before a byte of it is read.
 */
import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'

const MAX_BYTES = 1_000_000

/** Why a file is not read, for whoever put it there. */
export class UnreadFileError extends Error {}

/** Throws `UnreadFileError`. */
export async function readOwnFile(file: string): Promise<Buffer> {
  try {
    return await readRegular(await follow(file))
  } catch (error) {
    if (error instanceof UnreadFileError) throw error
    throw new UnreadFileError('the file is not there any more, or cannot be read', { cause: error })
  }
}

/** Where a link leads. */
async function follow(file: string): Promise<string> {
  if (!(await lstat(file)).isSymbolicLink()) return file
  const target = await realpath(file)
  if (!target.startsWith(join(await realpath(dirname(file)), sep)))
    throw new UnreadFileError('it is a link that leads out of the folder')
  return target
}

async function readRegular(file: string): Promise<Buffer> {
  refuseOther((await lstat(file)).isFile())
  // It may have become another since: a pipe that is opened for reading would wait for a writer.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const found = await handle.stat()
    refuseOther(found.isFile())
    const bytes = Buffer.alloc(Math.min(found.size, MAX_BYTES) + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = (await handle.read(bytes, length, bytes.length - length)).bytesRead
    if (length > MAX_BYTES) throw new UnreadFileError(`it is larger than ${MAX_BYTES} bytes`)
    if (length > found.size) throw new UnreadFileError('it grew while it was read')
    return bytes.subarray(0, length)
  } finally {
    await handle.close()
  }
}

function refuseOther(isFile: boolean): void {
  if (!isFile) throw new UnreadFileError('it is no file')
}
