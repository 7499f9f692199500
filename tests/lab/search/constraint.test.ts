import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../../../src/core/errors.ts'
import { parseConstraint } from '../../../src/lab/search/constraint.ts'

const NAMES = ['fast', 'slow']
const VALUES: Record<string, number> = { fast: 10, slow: 20, trades: 12, sharpe_ratio: Number.NaN }

function holds(text: string, values = VALUES): boolean {
  return parseConstraint(text, NAMES).holds((name) => values[name] ?? Number.NaN)
}

test.each([
  ['fast < slow', true],
  ['fast<slow and trades >= 10', true],
  ['fast < slow && trades >= 13', false],
  ['fast > slow or trades == 12', true],
  ['fast > slow || trades != 12', false],
  ['not fast > slow', true],
  ['not fast > slow and not trades < 12', true],
  ['!(fast > slow)', true],
  ['not (fast < slow or trades > 100)', false],
  ['slow - fast >= 2 * 5', true],
  ['slow / fast == 2 and slow % 7 == 6', true],
  ['-fast + slow > 0', true],
  ['(fast + slow) * 2 == 60', true],
  ['fast + slow * 2 == 50', true],
  ['fast < slow or fast > slow and trades > 100', true],
  ['1e1 == fast', true],
])('%s', (text, expected) => {
  expect(holds(text)).toBe(expected)
})

test('a statistic that is not there is unknown, and all it is part of', () => {
  for (const operator of ['<', '<=', '>', '>=', '==', '!='])
    expect(holds(`sharpe_ratio ${operator} 1`)).toBe(false)
  for (const text of [
    'not sharpe_ratio > 1',
    'fast < slow or sharpe_ratio > 1',
    'sharpe_ratio > 1 or fast < slow',
    'not (sharpe_ratio > 1 and fast > slow)',
    'not (sharpe_ratio - trades > 1)',
    'not ((fast - 10) / (slow - 20) > 1)',
  ])
    expect(holds(text), text).toBe(false)
})

test('parameters alone can be judged before a trial is run', () => {
  expect(parseConstraint('fast < slow', NAMES)).toMatchObject({ names: NAMES, isOfParameters: true })
  expect(parseConstraint('fast < slow and trades > 1', NAMES).isOfParameters).toBe(false)
})

test.each([
  ['fsat < slow', /"fsat" is no parameter and no statistic; did you mean "fast"\?/],
  ['trade > 1', /did you mean "trades"\?/],
  ['fast', /it is a number; compare it/],
  ['fast and slow', /"and" joins conditions, and has a number/],
  ['5 < fast < slow', /"<" is for numbers, and has a condition beside it/],
  ['fast.constructor > 1', /a dot or a bracket/],
  ['fast["x"] > 1', /a dot or a bracket/],
  ['process() > 1', /functions cannot be called/],
  ['fast > "1"', /is no number, parameter or statistic/],
  ['fast ? slow : 1', /\? and :/],
  ['fast < slow, trades > 1', /cannot be read|needs "and" or "or"/],
  ['fast < slow trades > 1', /needs "and" or "or"|cannot be read/],
  ['fast <', /cannot be read near/],
  ['fast = slow', /cannot be read/],
  ['this > 1', /no parameter and no statistic/],
  ['constructor > 1', /"constructor" is no parameter/],
  ['fast & slow', /not understood/],
  ['~fast > 1', /"~" is not understood/],
  ['[fast] > 1', /lists are not understood/],
  ['', /is empty/],
  [
    `${'('.repeat(60)}fast > 1${')'.repeat(60)} and ${'-'.repeat(60)}fast > 1`,
    /cannot be read|nested more than/,
  ],
  [`${'fast+'.repeat(90)}1 > 1`, /nested more than/],
  [`${'fast+'.repeat(190)}1 > 1`, /characters; at most 500/],
])('%s is refused with what is wrong', (text, message) => {
  const refused = () => parseConstraint(text, NAMES)
  expect(refused).toThrow(InputError)
  expect(refused).toThrow(message)
})

test('whatever is typed is a condition or an input error', () => {
  const word = fc.constantFrom(
    'fast',
    'slow',
    'trades',
    '<',
    '>=',
    '==',
    'and',
    'or',
    'not',
    '(',
    ')',
    '1',
    '-',
    '.',
    '[',
    '"',
    '!',
    '&&',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
        fc.string(),
      ),
      (text) => {
        try {
          expect(typeof holds(text)).toBe('boolean')
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      },
    ),
  )
})
