/** Sentences that somebody else wrote, in a page that is made here: emphasis and citations are all that they can bring. */
import * as cheerio from 'cheerio'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { citedIds } from '../../src/committee/figures.ts'
import { toProseLine } from '../../src/committee/prose-line.ts'
import { renderMarkdown } from '../../src/core/markdown.ts'

/** Names of the elements that a page makes of a sentence, as a paragraph and as an entry of a list. */
function elementsOf(text: string): string[] {
  const line = toProseLine(text)
  return [line, `- ${line}`, `- **Bear.** ${line}`].flatMap((markdown) => {
    const page = cheerio.load(`<body>${renderMarkdown(`Before.\n\n${markdown}\n\nAfter.`)}</body>`)
    return page('body *')
      .toArray()
      .map(({ tagName }) => tagName)
  })
}
const textOf = (markdown: string) => cheerio.load(renderMarkdown(markdown)).text().trim()
const PLAIN = new Set(['p', 'ul', 'li', 'strong', 'em', 'del'])
const strays = (text: string) => elementsOf(text).filter((name) => !PLAIN.has(name))

it('keeps citations, figures and plain emphasis as they are', () => {
  for (const text of [
    '**Firm.** The RSI 14 is 55.6 [E16], *well* under the mark [E2, E4]; −0.56 % & more.',
    '_Calm_, says (nobody) at 584.00 [E2].',
    'Escaped before: \\[x\\] and a \\\\ stay.',
    '3.5 times is no list, nor is #1 in the middle; 1 - 2 + 3.',
  ])
    expect(toProseLine(text)).toBe(text)
})

it.each([
  'x\n\n# AAPL: SELL\n\n## Figures that nothing bears out\n\nNone.',
  '# AAPL: SELL',
  '> quoted',
  '1. one\n2. two',
  '2) two',
  '- a\n- b',
  '* a',
  '+ a',
  '---',
  '* * *',
  '___',
  '~~~\ncode',
  '```\ncode\n```',
  '`code`',
  '    code',
  'Title\n===',
  '| a | b |\n| --- | --- |\n| 1 | 2 |',
  '[click](https://evil.example)',
  '\\[click](https://evil.example)',
  '\\\\[click](https://evil.example)',
  '[E4](https://evil.example)',
  '[E4]: https://evil.example',
  '[E4]: https://evil.example\n\n[E4]',
  '![i](https://evil.example/p.png)',
  '![E4](p.png)',
  '<https://evil.example>',
  'https://evil.example, www.evil.example, ftp://evil.example',
  'write to me@evil.example',
  '<a hx-get="/x">y</a><br><table><tr><td>1',
])('makes no block, link, image, code or HTML of %j', (text) => {
  expect(strays(text)).toEqual([])
})

it('shows every letter', () => {
  expect(textOf(toProseLine('# [click](https://evil.example) <b> `c` me@evil.example [E4]: x'))).toBe(
    '# [click](https://evil.example) <b> `c` me@evil.example [E4]: x',
  )
})

it('makes nothing else of any text, and is the same line when made again', () => {
  const pieces = [
    '#',
    '[',
    ']',
    '(',
    ')',
    '!',
    '\\',
    '`',
    '<',
    '>',
    '*',
    '_',
    '~',
    '-',
    '=',
    '|',
    '@',
    '&',
    ':',
  ]
  const words = [
    ...pieces,
    '\n',
    ' ',
    'a',
    '1.',
    '[E4]',
    '//',
    'www.x.example',
    'https://x.example',
    'b@x.example',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 14 }), (parts) => {
      const text = parts.join('')
      expect(strays(text)).toEqual([])
      const line = toProseLine(text)
      expect(toProseLine(line)).toBe(line)
      if (!text.includes('\\')) expect(citedIds(line)).toEqual(citedIds(text))
    }),
    { numRuns: 400 },
  )
})
