import { load } from 'cheerio'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderMarkdown } from '../../../src/core/markdown.ts'
import { createProseContext, decorate, renderProse } from '../../../src/web/view-models/citations.ts'
import { quoteAround } from '../../../src/web/view-models/unverified-marks.ts'
import { decisionOf } from '../../support/page-desk.ts'

const context = createProseContext({
  ...decisionOf('r'),
  isSettled: true,
  unverified: [{ text: 'up 31 %', number: '31' }],
})

function found(number: string, text: string) {
  return createProseContext({ ...decisionOf('r'), isSettled: true, unverified: [{ text, number }] })
}

/** Which of the places where the figure stands are marked, counted from 0. */
function markedPlaces(html: string, figure: string): number[] {
  const text = load(html.replace(/<mark[^>]*>/g, '⟦'), null, false)
    .root()
    .text()
    .replaceAll('\u00a0', ' ')
  const places = [...text.matchAll(new RegExp(`⟦?(?<![\\w.])${figure.replace('.', '\\.')}`, 'g'))]
  return places.flatMap(([place], i) => (place.startsWith('⟦') ? [i] : []))
}

function around(text: string, at: number): string {
  return text.slice(Math.max(0, at - 40), at + 45).replace(/[^\p{L}\p{N}]/gu, '')
}

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

test('a figure is marked where it was found, not where it is said of something else', () => {
  const text = 'RSI is 31 of late, and since spring it is up 31 % all in all. Up 31 is what the bear said.'
  const html = renderProse(text, found('31', 'and since spring it is up 31 % all in all. Up 31 is'))
  expect(markedPlaces(html, '31')).toEqual([1])
})

test('a figure within another, or within a word, is none', () => {
  const context = found('31', 'up 31 of')
  for (const text of ['up 131 of', 'up 3.31 of', 'up 31.5 of', 'up x31 of', 'down 31 or so'])
    expect(renderProse(text, context), text).not.toContain('<mark')
  expect(renderProse('up 31 of', context)).toBe(
    'up <mark class="unverified" title="no evidence bears this out">31</mark> of',
  )
})

test('a figure is found although its surroundings became markup', () => {
  const report =
    '# Volume\n\n- **Rose by 12.5 %** in June [E1], see [the feed](https://feed.example/x)\n- rose by 12.5 % in May [E2] & July'
  const inJune = '# Volume - **Rose by 12.5 %** in June [E1], see [the feed](https://fe'
  const inMay = 'ed](https://feed.example/x) - rose by 12.5 % in May [E2] & July'
  for (const [noted, place] of [
    [inJune, 0],
    [inMay, 1],
  ] as const)
    expect(markedPlaces(decorate(renderMarkdown(report), found('12.5', noted)), '12.5')).toEqual([place])
})

test('of a figure said twice within a few words, the one that was meant is marked', () => {
  const text =
    'It gained 5 % while the other lost 5 % that week, which nobody had expected of either of them at all.'
  for (const [place, at] of [text.indexOf('5 %'), text.lastIndexOf('5 %')].entries()) {
    const noted = text.slice(Math.max(0, at - 40), at + 3 + 40).trim()
    expect(markedPlaces(renderProse(text, found('5', noted)), '5'), noted).toEqual([place])
  }
})

test('wherever a figure stands in a report, exactly that occurrence of it is marked', () => {
  const words = fc.array(
    fc.constantFrom('volume', 'rose', 'by', '**sharply**', 'in', 'June', '&', '"so"', '[E1]', '7.5 %', '3'),
    {
      minLength: 3,
      maxLength: 40,
    },
  )
  fc.assert(
    fc.property(words, words, fc.nat(), (before, after, pick) => {
      const text = [...before, '7.5 %', ...after].join(' ')
      const places = [...text.matchAll(/(?<![\w.])7\.5 %/g)].map(({ index }) => index)
      const start = places[pick % places.length]!
      const noted = text.slice(Math.max(0, start - 40), start + 5 + 40).trim()
      const marks = markedPlaces(renderProse(text, found('7.5', noted)), '7.5')
      // Places with the very same words around them cannot be told apart.
      const alike = places.flatMap((at, i) => (around(text, at) === around(text, start) ? [i] : []))
      expect(marks).not.toEqual([])
      expect(alike).toEqual(expect.arrayContaining(marks))
    }),
  )
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

test('a figure with its unit or scale written against it is marked, and no other that is short', () => {
  const text =
    'Revenue is $1.2bn, up 3x over 5 years, with 7 of 9 analysts positive. <img src=x onerror=alert(1)> 3 ways.'
  const noted: [string, string, number][] = [
    ['1.2', 'Revenue is $1.2bn, up 3x over 5 years, with 7 of 9 analys', 0],
    ['3', 'Revenue is $1.2bn, up 3x over 5 years, with 7 of 9 analysts posi', 0],
    ['7', 'nue is $1.2bn, up 3x over 5 years, with 7 of 9 analysts positive. <img src=x onerro', 0],
  ]
  for (const [number, words, place] of noted)
    expect(markedPlaces(renderProse(text, found(number, words)), number), number).toEqual([place])
  expect(renderProse('up 31bn of', found('31', 'up 31 of'))).not.toContain('<mark')
  expect(renderProse('up 31 of', found('31', 'up 31bn of'))).not.toContain('<mark')
})

test('what is quoted around a figure are whole words without the signs of Markdown', () => {
  const quote = (number: string, text: string) => quoteAround({ number, text })
  expect(
    quote('41.3', 'else is in the evidence.  ## Levels | Measure | Value | grew **41.3 %** last year [E2]'),
  ).toBe('… is in the evidence. Levels Measure Value grew 41.3 % last year [E2]')
  expect(quote('999.00', 'e grew 41.3 % last year and a target of 999.00 is near.')).toBe(
    '… grew 41.3 % last year and a target of 999.00 is near.',
  )
  expect(quote('7', '| Level | Price |\n|---|---:|\n| `Entry` | 7 |')).toBe('… Level Price Entry 7')
  expect(quote('5', 'only 5')).toBe('only 5')
})

test('a figure is not parted from its percent sign, nor a date into its parts', () => {
  expect(renderProse('on 2012-06-29.', context)).toBe('on <span class="unbroken">2012-06-29</span>.')
  expect(renderProse('up +17.5 % [E1], 3 %.', context)).toMatch(/^up \+17\.5\u00a0% <a.*<\/a>, 3\u00a0%\.$/)
})
