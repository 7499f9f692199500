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

  it.each([
    ['usd', 'budget_usd'],
    ['tokens', 'budget_tokens'],
    ['run_budget_usd', 'budget_usd'],
    ['symbols', 'company_symbols'],
  ])('takes %s for %s, with which it shares its words', (typed, meant) => {
    expect(nearestName(typed, [...FIELDS, 'budget_usd', 'budget_tokens'])).toBe(meant)
  })

  it('takes none of several that share its words', () => {
    expect(nearestName('run', ['first_run_of_all', 'second_run_of_all'])).toBeNull()
    expect(nearestName('--', FIELDS)).toBeNull()
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
