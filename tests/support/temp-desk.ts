/** A folder for one test with a data and a results directory, removed when the test is done. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface TempDesk {
  root: string
  dataDir: string
  resultsDir: string
}

export function createTempDesk(): TempDesk {
  const root = mkdtempSync(join(tmpdir(), 'rundesk-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return { root, dataDir: join(root, 'data'), resultsDir: join(root, 'results') }
}
