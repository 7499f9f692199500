import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { findImportViolations } from '../../scripts/check-imports.ts'

let dir: string | undefined
afterEach(() => dir && rmSync(dir, { recursive: true, force: true }))

test('no room imports past what it may', () => {
  expect(findImportViolations(resolve(import.meta.dirname, '../../src'))).toEqual([])
})

test('a reach past the table is named, type imports and new rooms included', () => {
  dir = mkdtempSync(join(tmpdir(), 'house-'))
  for (const room of ['web', 'storage', 'attic']) mkdirSync(join(dir, room))
  writeFileSync(
    join(dir, 'web/page.ts'),
    "import type {\n  A,\n} from '../storage/a.ts'\nexport * from './b.ts'\n",
  )
  writeFileSync(join(dir, 'attic/box.ts'), '')
  expect(findImportViolations(dir).sort()).toEqual([
    'attic/box.ts: attic is not a room of the house',
    'web/page.ts imports storage/a.ts, which web may not',
  ])
})
