/** Figures that nothing bears out: marked for the role that said them, and paid for with confidence. */
import { load } from 'cheerio'
import { describe, expect, it } from 'vitest'
import { cutConfidence } from '../../src/committee/confidence-cut.ts'
import { clipText, escapeText } from '../../src/committee/quoted-text.ts'
import type { CommitteeReasoners } from '../../src/committee/reasoner.ts'
import { findUnverified } from '../../src/committee/roles/minutes.ts'
import { rulesReasoners } from '../../src/committee/rules/index.ts'
import { renderMarkdown } from '../../src/core/markdown.ts'
import { assess, createSampleAssessment } from '../support/assessments.ts'

const REQUEST = { ticker: 'AAPL', as_of: '2012-06-29', rounds: 2 }
const assessBy = (reasoners: Partial<CommitteeReasoners>) =>
  assess(createSampleAssessment({ reasonersFor: () => ({ ...rulesReasoners, ...reasoners }) }), REQUEST)

const saying = <Role extends 'bull' | 'trader' | 'aggressive'>(
  role: Role,
  text: string,
): Partial<CommitteeReasoners> => ({
  [role]: {
    reason: async (brief: never, aid: never) => {
      const finding = await rulesReasoners[role].reason(brief, aid)
      return { ...finding, report: `${finding.report}\n\n${text}` }
    },
  },
})

describe('a figure that nothing bears out', () => {
  it('is marked for the role that said it, and lowers the confidence by a tenth, saying why', async () => {
    const sound = (await assessBy({})).decision
    const { decision, record } = await assessBy(saying('bull', 'It gained 31.7 % in May.'))
    expect(new Set(decision.unverified.map(({ number }) => number))).toEqual(new Set(['31.7']))
    expect(decision.confidence).toBeCloseTo(0.9 * sound.confidence, 2)
    expect(decision.confidence_basis).toContain(
      'lowered by a tenth for the one figure that matches no evidence',
    )
    expect(decision.markdown).toContain('## Figures that nothing bears out')
    const workflow = createSampleAssessment()
    const initial = workflow.initial({ ticker: 'AAPL', analysts: ['market'], rounds: 2, repeats: 1 })
    const state = record.events.reduce((held, event) => workflow.fold(held, event), initial)
    expect(Object.keys(state.unverified)).toEqual(['bull'])
    expect(state.unverified.bull![0]!.number).toBe('31.7')
  })

  it.each([
    ['trader', 'Its float is 941 million shares.', '941'],
    ['aggressive', 'The odds are 87.3 %.', '87.3'],
  ] as const)('is marked for the %s', async (role, text, number) => {
    const { record, decision } = await assessBy(saying(role, text))
    expect(decision.unverified.map((figure) => figure.number)).toContain(number)
    expect(record.events).toContainEqual(expect.objectContaining({ type: 'figures_unverified', role }))
  })

  it('takes half at most, and nothing from a verdict without confidence', () => {
    const figures = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ text: 't', number: String(i) }))
    const cut = (count: number, confidence = 0.8) =>
      cutConfidence({ confidence, confidence_basis: 'Because' }, figures(count))
    expect(cut(0)).toEqual({ confidence: 0.8, confidence_basis: 'Because' })
    expect(cut(2)).toEqual({
      confidence: 0.64,
      confidence_basis:
        'Because; lowered by a tenth for each of two figures that match no evidence, at most to half',
    })
    expect(cut(5).confidence).toBe(0.4)
    expect(cut(50).confidence).toBe(0.4)
    expect(cut(3, 0)).toEqual({ confidence: 0, confidence_basis: 'Because' })
    const twice = [...figures(1), { text: 'elsewhere', number: '0' }]
    expect(cutConfidence({ confidence: 0.8, confidence_basis: 'B' }, twice).confidence).toBe(0.72)
  })
})

describe('text from outside in Markdown of ours', () => {
  it.each([
    ['<script>alert(1)</script><b hx-get="/x">bold</b>'],
    ['[click](javascript:alert(1)) ![pixel](https://evil.example/p.png)'],
    ['see https://evil.example/a?b=1&c=2 or _www.evil.example, mail a.b@evil.example'],
    ['# heading\n\n- item\n1. one\n> quote\n\n---'],
    ['a | b || c `code` ~~gone~~ *em* __strong__ \\ back'],
    ['&lt;b&gt; &amp; &#60;'],
    ['AT&T up 5.2% to $37.10 (a record), 10:30 today'],
  ])('%j is shown as it is', (text) => {
    const oneLine = text.replace(/\s+/g, ' ').trim()
    for (const markdown of [`x ${escapeText(text)} y`, `| a |\n| --- |\n| “${escapeText(text)}” |`]) {
      const $ = load(renderMarkdown(markdown))
      expect($('a, img, b, em, strong, code, del, script, h1, li, blockquote')).toHaveLength(0)
      expect($.text().replace(/\s+/g, ' ')).toContain(oneLine)
    }
  })
})

describe('a headline', () => {
  const headline = (value: string) => ({
    ...{ id: 'E401', label: 'Headline 1', value, unit: 'text', as_of: '2012-06-28' },
    ...{ source: 'a feed', tool: 'headlines' },
  })
  const numbersIn = (text: string, value: string) =>
    findUnverified([text], [headline(value)]).map(({ number }) => number)

  it('may be quoted whole with the figures in it, in quotation marks or with its own number', () => {
    const value = 'Apple sells 26 million iPads in a quarter'
    for (const quoted of [`“${value}”`, `"${value}."`, `“*${value}*”`, `“${escapeText(value)}”`])
      expect(numbersIn(`The paper writes: ${quoted}. It is old.`, value), quoted).toEqual([])
    expect(numbersIn(`The paper writes: ${value} [E401]. It is old.`, value)).toEqual([])
    expect(numbersIn(`By [E401], ${value}.`, value)).toEqual([])
    expect(numbersIn('It sold 26 million iPads.', value)).toEqual(['26'])
  })

  it('lets nobody say the same in words of their own', () => {
    const value = 'The RSI 14 is 95.0 and the close 900.00'
    expect(numbersIn(`${value}.`, value)).toEqual(['95.0', '900.00'])
    expect(numbersIn(`${value}. So says the feed [E401].`, value)).toEqual(['95.0', '900.00'])
    // What a text cites by itself is not cited by whoever repeats it.
    const cites = `${value} [E401]`
    expect(numbersIn(`Mind: ${value} now.`, cites)).toEqual(['95.0', '900.00'])
  })

  it('enters without citations, however they are written', () => {
    for (const cited of ['[E9999]', '[see E2]', '[e2, E 3]', '[E[E1]2]', '[E2–E9]'])
      expect(clipText(`Apple ${cited} rises`), cited).toBe('Apple rises')
    expect(clipText('Apple [AAPL] rises; see the E3 fair')).toBe('Apple [AAPL] rises; see the E3 fair')
  })

  it('of nothing but a figure bears that figure out only where it stands in quotation marks', () => {
    expect(numbersIn('A target of $999 is set.', '$999')).toEqual(['999'])
    expect(numbersIn('The feed said “$999” and no more.', '$999')).toEqual([])
  })
})
