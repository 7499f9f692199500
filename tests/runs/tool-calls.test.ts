import { expect, test } from 'vitest'
import { describeCall } from '../../src/runs/tool-calls.ts'

test('a call reads as a line: words as they are, everything else so that it cannot be mistaken', () => {
  expect(describeCall('price', { ticker: 'AAPL', as_of: '2012-06-29' })).toBe(
    'price ticker=AAPL as_of=2012-06-29',
  )
  expect(describeCall('find', { text: 'a b=c', days: 5, tags: ['x', 'y z'], none: null, empty: '' })).toBe(
    'find text="a b=c" days=5 tags=["x","y z"] none=null empty=""',
  )
  expect(describeCall('list', {})).toBe('list')
})
