/** What may be kept and shown of an error that foreign code threw: short, and without folders of the machine. */
import { messageOf } from './errors.ts'

const MAX_CHARS = 500
/** Further in nothing is looked for: the text is cut long before. */
const MAX_READ_CHARS = 10_000

/** Its message, cut; of whatever was thrown, also where reading it throws. */
export function tellError(error: unknown): string {
  try {
    // A message may be of any type: nobody keeps foreign code from setting it.
    const text = String(messageOf(error))
    return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS - 1)}…` : text
  } catch {
    return 'an error that says nothing that can be read'
  }
}

const NAME = '[^\\s/\\\\\'"`()<>:;,?=]'
const QUOTED = /(['"`])((?:file:\/\/|\/|[A-Za-z]:[\\/])[^'"`\n]*)\1/g
const ADDRESS = /file:\/\/[^\s'"`()<>;,]*/g
const UNIX = new RegExp(`(?<![\\w./~-])/(?:${NAME}+/+)+${NAME}*`, 'g')
const WINDOWS = new RegExp(`(?<!\\w)[A-Za-z]:[\\\\/](?:${NAME}+[\\\\/]+)*${NAME}*`, 'g')
/** How a module of one's own is told from what its file held before. */
const VERSION = /\?v=[0-9a-f]+/g

/** Of each absolute path and `file://` address only the last name is left. */
export function withoutPaths(text: string): string {
  return text
    .slice(0, MAX_READ_CHARS)
    .replace(VERSION, '')
    .replace(QUOTED, (_, mark: string, path: string) => `${mark}${lastName(path)}${mark}`)
    .replace(ADDRESS, lastName)
    .replace(UNIX, lastName)
    .replace(WINDOWS, lastName)
}

function lastName(path: string): string {
  return path.split(/[\\/]+/).findLast((part) => part !== '') ?? path
}
