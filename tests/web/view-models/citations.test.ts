import { load } from 'cheerio'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderMarkdown } from '../../../src/core/markdown.ts'
import { createProseContext, decorate, renderProse } from '../../../src/web/view-models/citations.ts'
import { decisionOf } from '../../support/page-desk.ts'

const context = createProseContext({
  ...decisionOf('r'),
  isSettled: true,
  unverified: [{ text: 'up 31 %', number: '31' }],
})

test('one bracket may cite several pieces of evidence', () => {
  const $ = load(renderProse('as seen [E1, E2; E3].', context))
  expect(
    $('a.chip')
      .map((_, chip) => $(chip).attr('href'))
      .get(),
  ).toEqual(['#E1', '#E2', '#E3'])
})

test('code, links and attributes are left alone', () => {
  const html = decorate(renderMarkdown('`[E1] 31` and [text [E2]](https://example.org "31 [E3]")'), context)
  expect(html).not.toContain('chip')
  expect(html).not.toContain('<mark')
})

test('a figure is marked where it stands alone, not inside another', () => {
  const $ = load(renderProse('31 but not 131, 3.31, 31.5 or x31; "31" again', context))
  expect(
    $('mark')
      .map((_, mark) => $(mark).text())
      .get(),
  ).toEqual(['31', '31'])
})

test('whatever the text, nothing but chips and marks is added and no word is lost', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('[E1]', '[E99]', '31', '<b>', '&amp;', '"', "'", '</a>', '<a href="#">'),
  )
  fc.assert(
    fc.property(fc.array(piece), (parts) => {
      const text = parts.join('')
      const $ = load(renderProse(text, context), null, false)
      const tags = new Set(
        $('*')
          .toArray()
          .map((element) => $(element).prop('tagName')!.toLowerCase()),
      )
      expect([...tags].filter((tag) => !['a', 'span', 'mark'].includes(tag))).toEqual([])
      expect($('a:not(.chip), [onclick]')).toHaveLength(0)
      const plain = (value: string) => value.replace(/[[\],;\s\r\n\0\uFFFD]/g, '')
      expect(plain($.root().text())).toBe(plain(text))
    }),
  )
})

test('a figure is not parted from its percent sign', () => {
  expect(renderProse('up +17.5 % [E1], 3 %.', context)).toMatch(/^up \+17\.5\u00a0% <a.*<\/a>, 3\u00a0%\.$/)
})
