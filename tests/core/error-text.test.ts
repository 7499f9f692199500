import { expect, test } from 'vitest'
import { tellError, withoutPaths } from '../../src/core/error-text.ts'

test('the message of an error is told, cut where it is long', () => {
  expect(tellError(new Error('no luck'))).toBe('no luck')
  expect(tellError('x'.repeat(600))).toBe(`${'x'.repeat(499)}…`)
  expect(tellError(null)).toBe('null')
})

test('whatever cannot be read is told as that', () => {
  const strange = {
    toString() {
      throw new Error('never')
    },
  }
  expect(tellError(strange)).toMatch(/nothing that can be read/)
  expect(tellError(Object.assign(new Error(), { message: 7 }))).toBe('7')
  expect(tellError(Object.assign(new Error(), { message: Symbol('s') }))).toBe('Symbol(s)')
})

test.each([
  [
    "ENOENT: no such file or directory, open '/home/me/my files/a.txt'",
    "ENOENT: no such file or directory, open 'a.txt'",
  ],
  ['boo file:///srv/own/a.ts?v=0123abcd', 'boo a.ts'],
  ['at file:///srv/own/a.ts?v=0123abcd:12:9', 'at a.ts:12:9'],
  ['cwd=/srv/own argv=/usr/bin/node,/srv/main.ts', 'cwd=own argv=node,main.ts'],
  ['(C:\\Users\\me\\a.ts)', '(a.ts)'],
])('of %s the last names are left', (text, left) => {
  expect(withoutPaths(text)).toBe(left)
})

test.each(['https://example.org/v1/prices', '3/4 of and/or', './a/b.ts', 'close / open', '12:30'])(
  '%s stays as it is',
  (text) => {
    expect(withoutPaths(text)).toBe(text)
  },
)

test('a text of any length is gone through at once', () => {
  const began = performance.now()
  withoutPaths('/a'.repeat(5_000_000))
  expect(performance.now() - began).toBeLessThan(1_000)
})
