/** Where the program's own files lie: views, public files, the sample market; and which version it is. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The nearest folder above this file that holds a `package.json`: the same in a checkout and in an installed package. */
export function findPackageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (dirname(folder) === folder) throw new Error('the folder of the package is not found')
  }
}

export function readPackageVersion(): string {
  const manifest = readFileSync(join(findPackageRoot(), 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
