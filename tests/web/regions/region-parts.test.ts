import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findChangedParts, takeApart } from '../../../src/web/regions/region-parts.ts'

const part = (id: string, inner: string) => `<!--part ${id}--><li id="${id}">${inner}</li><!--/part-->`

describe('a region taken apart', () => {
  it('shows its HTML without the marks', () => {
    const { html } = takeApart(`<ul>${part('a', `x<ul>${part('b', 'y')}</ul>`)}</ul>`)
    expect(html).toBe('<ul><li id="a">x<ul><li id="b">y</li></ul></li></ul>')
  })

  it('names the innermost part that changed', () => {
    const look = (inner: string) => takeApart(`<ul>${part('a', part('b', inner))}${part('c', 'z')}</ul>`)
    expect(findChangedParts(look('1'), look('2'))).toEqual([['b', '<li id="b">2</li>']])
    expect(findChangedParts(look('1'), look('1'))).toEqual([])
  })

  it('names the part around it when a part came or went', () => {
    const before = takeApart(part('a', part('b', '1')))
    const after = takeApart(part('a', part('b', '1') + part('c', '2')))
    expect(findChangedParts(before, after)).toEqual([['a', after.html]])
  })

  it('gives up when what is around the parts changed', () => {
    expect(
      findChangedParts(takeApart(`<p>1</p>${part('a', 'x')}`), takeApart(`<p>2</p>${part('a', 'x')}`)),
    ).toBeNull()
  })

  it('says enough to turn any look into any other', () => {
    const row = fc.record({
      text: fc.string({ maxLength: 3 }),
      inner: fc.array(fc.string({ maxLength: 2 }), { maxLength: 3 }),
    })
    const escape = (text: string) => text.replaceAll('<', '&lt;')
    const render = (rows: { text: string; inner: string[] }[]) =>
      takeApart(
        rows
          .map(({ text, inner }, i) =>
            part(`r${i}`, escape(text) + inner.map((t, k) => part(`r${i}-${k}`, escape(t))).join('')),
          )
          .join(''),
      )
    fc.assert(
      fc.property(fc.array(row, { maxLength: 4 }), fc.array(row, { maxLength: 4 }), (from, to) => {
        const before = render(from)
        const after = render(to)
        const changed = findChangedParts(before, after)
        let html = before.html
        for (const [id, now] of changed ?? []) html = html.replace(htmlOf(before, id)!, () => now)
        expect(changed === null ? after.html : html).toBe(after.html)
      }),
    )
  })
})

function htmlOf(look: ReturnType<typeof takeApart>, id: string): string | undefined {
  for (const [name, inner] of look.parts) {
    const found = name === id ? inner.html : htmlOf(inner, id)
    if (found !== undefined) return found
  }
  return undefined
}
