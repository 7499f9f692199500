import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { SETTINGS } from '../../src/config.ts'

const read = (name: string) => readFileSync(resolve(import.meta.dirname, '../..', name), 'utf8')

test('the README has every setting with the default and the words of the code, and no other', () => {
  const rows = [...read('README.md').matchAll(/^\| `([A-Z_]+)` *\| (.+?) *\| (.+?) *\|$/gm)].map((row) =>
    row.slice(1),
  )
  const expected = Object.values(SETTINGS).map(({ env, fallback, about }) => [
    env,
    fallback === '' ? '–' : `\`${fallback}\``,
    about,
  ])
  expect(rows).toEqual(expected)
})
