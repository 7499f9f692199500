/** A folder with a data and a results directory, for one test or for a file of them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface TempDesk {
  root: string
  dataDir: string
  resultsDir: string
}

/** Removed when the test is done. */
export function createTempDesk(): TempDesk {
  const { remove, ...desk } = makeTempDesk()
  onTestFinished(remove)
  return desk
}

/** Removed by whoever made it. */
export function makeTempDesk(): TempDesk & { remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'rundesk-'))
  const remove = () => rmSync(root, { recursive: true, force: true })
  return { root, dataDir: join(root, 'data'), resultsDir: join(root, 'results'), remove }
}
