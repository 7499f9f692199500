import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { findImportCycles, findImportViolations } from '../../scripts/check-imports.ts'

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

test('no files import each other in a circle', () => {
  expect(findImportCycles(resolve(import.meta.dirname, '../../src'))).toEqual([])
})

test('a circle is named once, with the way around it, also where a type alone closes it', () => {
  dir = mkdtempSync(join(tmpdir(), 'house-'))
  const files = {
    'a.ts': "import { b } from './b.ts'\nimport { d } from './d.ts'\n",
    'b.ts': "export { c } from './c.ts'\n",
    'c.ts': "import type { A } from './a.ts'\n",
    'd.ts': "import { c } from './c.ts'\n",
    'e.ts': "import { a } from './a.ts'\n",
  }
  for (const [name, source] of Object.entries(files)) writeFileSync(join(dir, name), source)
  expect(findImportCycles(dir)).toEqual(['a.ts → b.ts → c.ts → a.ts'])
})
