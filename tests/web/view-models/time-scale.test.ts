import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Segment, Timeline } from '../../../src/runs/timeline.ts'
import { createTimeScale } from '../../../src/web/view-models/time-scale.ts'

function lineOf(spans: readonly [ms: number, kind: Segment['kind']][], hasEnded = true): Timeline {
  let at = 0
  const run = spans.map(([ms, kind]) => ({ from: at, to: (at += ms), kind }))
  const spent = { queue: 0, permit: 0, back_off: 0, run: 0, paused: 0, down: 0 }
  return {
    ...{ from: 0, to: at, hasEnded, run, rows: [], shares: spent },
    critical: { ms: 0, waitedMs: 0, turns: [] },
  }
}

test('a night of pause takes little of the width, says how long it was, and ticks leave it out', () => {
  const scale = createTimeScale(
    lineOf([
      [30_000, 'run'],
      [36_000_000, 'paused'],
      [30_000, 'run'],
    ]),
  )
  expect(scale.squeezes).toEqual([{ x: 46.5, width: 7, kind: 'paused', text: '10 h' }])
  expect(scale.at(30_000)).toBe(46.5)
  expect(scale.at(36_060_000)).toBe(100)
  expect(scale.ticks.map(({ text }) => text)).toEqual(['0', '10 s', '20 s', '', '40 s', '50 s', '1 min'])
})

test('while it goes on the line ends ahead of now and stays put until that is reached', () => {
  const at = (ms: number) => createTimeScale(lineOf([[ms, 'run']], false))
  expect(at(61_000).ticks).toEqual(at(68_000).ticks)
  expect(at(61_000).at(61_000)).toBeLessThan(100)
})

test('time never goes left, whatever is squeezed, and ticks are few', () => {
  const kinds = fc.constantFrom<Segment['kind']>('queue', 'run', 'paused', 'down', 'permit')
  const spans = fc.array(fc.tuple(fc.integer({ min: 1, max: 40_000_000 }), kinds), {
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(spans, fc.boolean(), (given, hasEnded) => {
      const line = lineOf(given, hasEnded)
      const scale = createTimeScale(line)
      let last = 0
      for (let i = 0; i <= 50; i++) {
        const x = scale.at((line.to * i) / 50)
        expect(x).toBeGreaterThanOrEqual(last)
        last = x
      }
      expect(last).toBeLessThanOrEqual(100)
      if (hasEnded) expect(last).toBeGreaterThan(99.9)
      expect(scale.ticks.length).toBeLessThanOrEqual(9)
      for (const { x } of scale.ticks) expect(x).toBeLessThanOrEqual(100.1)
    }),
  )
})
