import { describe, expect, it } from 'vitest'
import { nearestName, suggestName } from '../../src/core/nearest.ts'

const FIELDS = ['company_symbols', 'as_of', 'analysts', 'rounds', 'repeats']

describe('nearestName', () => {
  it.each([
    ['asof', 'as_of'],
    ['AS_OF', 'as_of'],
    ['ronuds', 'rounds'],
    ['company_symbol', 'company_symbols'],
    ['analyst', 'analysts'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearestName(typed, FIELDS)).toBe(meant)
  })

  it('finds nothing where nothing comes near', () => {
    expect(nearestName('zzzzzzzzzzzz', FIELDS)).toBeNull()
    expect(nearestName('x'.repeat(1_000_000), FIELDS)).toBeNull()
    expect(nearestName('rounds', [])).toBeNull()
  })

  it('takes the earlier of two that are as near', () => {
    expect(nearestName('cat', ['car', 'cap'])).toBe('car')
  })
})

describe('suggestName', () => {
  it('asks whether the nearest was meant, and lists what there is otherwise', () => {
    expect(suggestName('ronds', FIELDS)).toBe('did you mean "rounds"?')
    expect(suggestName('qqqqqqqqqqqq', ['a', 'b'])).toBe('known are a, b')
  })
})
