/** What an answer cites in its prose, however it is written, must be there. */
import { describe, expect, it } from 'vitest'
import type { Evidence } from '../../../src/committee/decision.ts'
import { listUnknownCitations } from '../../../src/committee/llm/citations.ts'

const item = (id: string, value: number | string): Evidence => ({
  ...{ id, label: 'Made', value, unit: 'text', as_of: '2012-06-29', source: 'made', tool: 'made' },
})
const HEADLINE = 'Apple and its rivals: see note [E9999] and E9998'
const HELD = [item('E2', 584), item('E3', 1), item('E5', 2), item('E401', HEADLINE)]
const unknownIn = (text: string) => listUnknownCitations([text], HELD).join()

describe('citations in prose', () => {
  it.each([
    '[E9999–E9998]',
    '[E9999-E9999]',
    '[E2–E9999]',
    '[E2-9999]',
    '[E2, E9999]',
    '[E2 and E9999]',
    '[E2; E9999]',
    '(E9999)',
    '[see E9999]',
    '[E9999: close]',
    '[E 9999]',
    '[e9999]',
    '[E2][E9999]',
    '\\[E9999\\]',
    '&#91;E9999]',
    '[E９９９９]',
    'as E9999 says',
    '**E9999**',
  ])('refuses %s', (text) => {
    expect(unknownIn(`The close ${text} holds.`)).toContain('E9999')
  })

  it.each([
    '[E2]',
    '[E2, E3]',
    '[E2–E5]',
    '[see E2 and E3]',
    '(E5)',
    'E2 and E3',
    'P/E10',
    '3E9',
    'E-commerce',
  ])('takes %s', (text) => {
    expect(unknownIn(`The close ${text} holds.`)).toBe('')
  })

  it('are not those of a text that is quoted', () => {
    expect(unknownIn(`The feed: “${HEADLINE}”.`)).toBe('')
    expect(unknownIn(`The feed: ${HEADLINE} [E401].`)).toBe('')
    expect(unknownIn(`The feed: ${HEADLINE}.`)).toContain('E9999')
    expect(unknownIn(`The feed: “${HEADLINE}”, and [E9999].`)).toContain('E9999')
  })
})
