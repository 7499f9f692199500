/** Whether a folder can be written to, found out without writing: of one that is not there yet, the nearest above it. */
import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { formatBytes } from '../core/format.ts'

/** `text` names the folder as it was given. */
export async function inspectFolder(folder: string): Promise<{ isWritable: boolean; text: string }> {
  const path = resolve(folder)
  const present = await stat(path).catch(() => null)
  if (present && !present.isDirectory()) return { isWritable: false, text: `${folder} is not a folder` }
  const nearest = present ? path : await findNearest(path)
  try {
    await access(nearest, constants.W_OK | constants.X_OK)
  } catch {
    return { isWritable: false, text: `${folder} cannot be written to` }
  }
  const { bavail, bsize } = await statfs(nearest)
  const free = `${formatBytes(bavail * bsize)} free`
  return {
    isWritable: true,
    text: present ? `${folder} can be written to, ${free}` : `${folder} will be made, ${free}`,
  }
}

async function findNearest(path: string): Promise<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const present = await stat(folder).catch(() => null)
    if (present || dirname(folder) === folder) return folder
  }
}
