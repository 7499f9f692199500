/** The check reads what anyone may write: long texts, and texts made to make it slow. */
import { expect, it } from 'vitest'
import type { Evidence } from '../../src/committee/decision.ts'
import { createFigureCheck } from '../../src/committee/verify.ts'
import { unmatchedFigures } from '../support/figures-of.ts'

const CONCEPTS = [
  'Revenue',
  'Net income',
  'Gross margin',
  'Operating cash flow',
  'Shares outstanding',
  'Book value',
]
const UNITS = ['money', 'money', '%', 'money', 'shares', 'price']
const EVIDENCE: Evidence[] = Array.from({ length: 300 }, (_, i) => ({
  id: `E${i + 1}`,
  label: `${CONCEPTS[i % 6]!} Q${(Math.floor(i / 6) % 4) + 1} ${2000 + Math.floor(i / 24)}`,
  value: 100 + i * 1.37,
  unit: UNITS[i % 6]!,
  as_of: '2012-06-29',
  source: 'made',
  tool: 'made',
}))

const HEADLINE = 'Apple sells 26 million iPads'
const headline = (id: string, value: string): Evidence => ({
  ...{ id, label: 'Headline', value, unit: 'text', as_of: '2012-06-29', source: 'made', tool: 'made' },
})

/** Time on the processor; tried again where it was too long, for what runs beside a test takes its part. */
function timeMs(work: () => void, enoughMs: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 4 && best >= enoughMs; tries++) {
    const start = process.cpuUsage()
    work()
    best = Math.min(best, process.cpuUsage(start).user / 1_000)
  }
  return best
}

it('checks 100 KB of prose against 300 pieces of evidence in a blink', () => {
  const sentence = (i: number) => {
    const { id, label } = EVIDENCE[i % 300]!
    const value = 100 + (i % 300) * 1.37
    return `${label} stands at ${value.toFixed(2)} [${id}], and ${label} was up ${(i % 40) + 0.5} % from ${value.toFixed(1)}. `
  }
  let text = ''
  for (let i = 0; text.length < 100_000; i++) text += sentence(i) + (i % 7 === 0 ? '\n\n' : '')
  const best = timeMs(() => unmatchedFigures(text, EVIDENCE), 250)
  process.stdout.write(`\n100 KB of prose, 300 pieces of evidence: ${best.toFixed(1)} ms\n`)
  expect(best).toBeLessThan(250)
})

it('takes the measure of the evidence once for all texts that are held against it', () => {
  const headlines = Array.from({ length: 100 }, (_, i) =>
    headline(`E${401 + i}`, `Head ${i} rises 12.3 % to 45.00 ${'some more words of it '.repeat(11)}`),
  )
  const texts = Array.from({ length: 200 }, (_, i) => `The close is ${i}.00 [E1].`)
  const once = timeMs(() => texts.slice(0, 1).flatMap(createFigureCheck([...EVIDENCE, ...headlines])), 0)
  const all = timeMs(() => texts.flatMap(createFigureCheck([...EVIDENCE, ...headlines])), 0)
  expect(all).toBeLessThan(40 * Math.max(once, 1))
})

const MEGABYTE = 1_000_000
it.each([
  ['digits', '1'],
  ['digits and spaces', '1 '],
  ['digits and commas', '1,'],
  ['groups of three', '123,'],
  ['points', '1.'],
  ['spaces', ' '],
  ['line ends', '\n'],
  ['open brackets with a citation', '[E1'],
  ['open citations and figures', '1 [E'],
  ['open links', ']('],
  ['bars of a table', '| 1 '],
  ['minus signs', '-'],
  ['percent signs', '1 % '],
  ['words that go on', 'a'],
  ['dates that never end', '2012-06-'],
  ['months', 'May 1 '],
  ['figures of one sentence', '4.2 % and '],
  ['labels', 'Revenue Q1 2000 '],
  ['hashes and stars', '#* '],
  ['full stops', 'A. '],
  ['numbers in words', 'nine hundred and ninety-nine '],
  ['tens', 'forty-'],
  ['ones', 'one '],
  ['entities', '&#57;'],
  ['digits of another alphabet', '٩'],
  ['markup in a number', '9**'],
  ['tags in a number', '9<b'],
  ['links in a number', '9]('],
  ['years', 'in 2011 '],
  ['years in cells', '| 2011 '],
  ['numbers joined to letters', 'x9_'],
  ['words with digits', 'a1b2 '],
  ['points between letters', 'a.9'],
  ['invisible characters', '\u200b'],
  ['quotes', `“${HEADLINE}” `],
  ['repeated headlines', `${HEADLINE} `],
])('is not held up by a megabyte of %s', (_what, piece) => {
  const text = piece.repeat(Math.ceil(MEGABYTE / piece.length))
  const evidence = [...EVIDENCE.slice(0, 20), headline('E401', HEADLINE)]
  const took = timeMs(() => unmatchedFigures(text, evidence), 1_000)
  expect(took).toBeLessThan(1_000)
})
