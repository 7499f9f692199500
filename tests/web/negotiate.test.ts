import { expect, it } from 'vitest'
import { acceptsHtml } from '../../src/web/negotiate.ts'

it.each([
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
  ['TEXT/HTML', true],
  ['*/*', false],
  ['', false],
  ['application/json', false],
  ['application/json, text/html;q=0.5', false],
  ['application/json;q=0.5, text/html', true],
  ['text/html;q=0', false],
])('%s wants a page: %s', (accept, wanted) => {
  expect(acceptsHtml(accept)).toBe(wanted)
})
