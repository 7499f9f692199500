/** The report field is read out of JSON however it is cut into pieces. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createReportReader } from '../../src/llm/report-reader.ts'

function read(pieces: readonly string[]): string[] {
  const written: string[] = []
  const reader = createReportReader((piece) => written.push(piece))
  for (const piece of pieces) reader.feed(piece)
  return written
}

/** Cuts a text after the given shares of its length. */
function cut(text: string, shares: readonly number[]): string[] {
  const places = [...new Set(shares.map((share) => Math.floor(share * text.length)))].sort((a, b) => a - b)
  return [0, ...places].map((start, index) => text.slice(start, places[index] ?? text.length))
}

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })

it('gives the whole report and nothing else, whatever stands beside it and wherever it is cut', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  fc.assert(
    fc.property(
      text,
      fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 }),
      fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 }),
      fc.array(share, { maxLength: 12 }),
      fc.boolean(),
      fc.boolean(),
      (report, before, after, shares, isIndented, isEscaped) => {
        const rest = ({ report: _, ...others }: Record<string, unknown>) => others
        const answer = { ...rest(before), inner: { report: 'not this one' }, report, ...rest(after) }
        const plain = JSON.stringify(answer, null, isIndented ? 2 : 0)
        const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
        const json = isEscaped ? plain.replace(/[\u0080-\uffff]/g, escape) : plain
        expect(read(cut(json, shares)).join('')).toBe((JSON.parse(json) as { report: string }).report)
      },
    ),
    { numRuns: 500 },
  )
})

it('gives each piece as soon as it is there, and half a character never', () => {
  expect(read(['{"report":"Up ', '3 %', '\\', 'n\\ud83d', '\\ude80 do', 'ne","x":"y"}'])).toEqual([
    ...['Up ', '3 %', '\n', '🚀 do', 'ne'],
  ])
})

it('stays quiet about what is no JSON', () => {
  expect(read(['I would rather say: "report": "no"', '}}}}', ']'])).toEqual([])
  expect(read(['[{"report":"in a list"}]'])).toEqual([])
  expect(read(['{"report":12,"rating":"Buy"}'])).toEqual([])
})
