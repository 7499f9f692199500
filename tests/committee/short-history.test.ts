/** Whatever the length and the shape of the history: a verdict that holds to its schema, or an honest call for a person. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MARKET_TOOLS, measure } from '../../src/committee/evidence/tools.ts'
import { LEAST_BARS } from '../../src/committee/rules/sufficiency.ts'
import { createWindow } from '../../src/market/window.ts'
import { dateOf } from '../../src/market/series.ts'
import type { RawBars } from '../../src/market/vendor.ts'
import { assess, createMarketOf, createSampleAssessment, takeBars } from '../support/assessments.ts'
import { contentOf } from '../support/run-context.ts'
import { loadSample, loadSampleRaw } from '../support/sample-bars.ts'

const DAY_MS = 86_400_000
const START_MS = Date.parse('2010-01-04T00:00:00Z')

function makeBars(close: number[], volume = 1_000): RawBars {
  const column = (of: (price: number) => number) => Float64Array.from(close, of)
  return {
    ...{ ticker: 'MADE', vendor: 'made', adjustment: 'adjusted' as const, factor: column(() => 1) },
    time: Float64Array.from(close, (_, i) => START_MS + i * DAY_MS),
    ...{
      open: column((p) => p),
      high: column((p) => p * 1.01),
      low: column((p) => p * 0.99),
      close: column((p) => p),
    },
    volume: column(() => volume),
  }
}

async function assessMade(bars: RawBars) {
  const as_of = dateOf(bars.time.at(-1)!)
  return assess(createSampleAssessment({ market: createMarketOf(bars) }), { ticker: 'MADE', as_of })
}

describe('a short history', () => {
  it('gives no verdict to act on before the long averages exist, at any length', async () => {
    const raw = await loadSampleRaw('GOOG')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: LEAST_BARS - 1 }), async (count) => {
        const bars = takeBars(raw, count)
        const as_of = dateOf(bars.time.at(-1)!)
        const { decision, record } = await assess(createSampleAssessment({ market: createMarketOf(bars) }), {
          ticker: 'GOOG',
          as_of,
        })
        expect(decision.action).toBe('REVIEW')
        expect(decision.summary).toContain('too short')
        expect(decision.unverified).toEqual([])
        for (const node of record.content.keys())
          expect(contentOf(record, node)).not.toMatch(/NaN|undefined|Infinity/)
      }),
      { numRuns: 25, examples: [[1], [2], [14], [15], [21], [22], [26], [199]] },
    )
  })

  it('never measures anything but finite numbers', async () => {
    const series = await loadSample('MSFT')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: series.close.length }), async (count) => {
        const window = createWindow(series, dateOf(series.time[count - 1]!))
        const measured = MARKET_TOOLS.flatMap((tool) => measure(tool, window))
        expect(measured.length).toBeGreaterThan(0)
        for (const { label, value } of measured) expect(Number.isFinite(value), label).toBe(true)
        const labels = measured.map(({ label }) => label)
        expect(new Set(labels).size).toBe(labels.length)
      }),
      { numRuns: 40 },
    )
  })

  it('is judged as soon as it is long enough', async () => {
    const bars = takeBars(await loadSampleRaw('GOOG'), LEAST_BARS)
    const as_of = dateOf(bars.time.at(-1)!)
    const { decision } = await assess(createSampleAssessment({ market: createMarketOf(bars) }), {
      ticker: 'GOOG',
      as_of,
    })
    expect(decision.action).not.toBe('REVIEW')
  })
})

describe('a market of any shape', () => {
  const step = fc.double({ min: -0.08, max: 0.08, noNaN: true })

  it('gets a verdict that holds to its schema, its levels on their sides', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 205, maxLength: 420 }),
        fc.boolean(),
        async (steps, falling) => {
          let price = 100
          const close = steps.map(
            (change) => (price = Math.max(0.01, price * (1 + change + (falling ? -0.004 : 0.004)))),
          )
          const { decision } = await assessMade(makeBars(close))
          const { entry, stop_loss, take_profit } = decision.risk_metrics
          if (entry !== null) {
            const side = decision.action === 'BUY' ? 1 : -1
            expect(side * (entry - stop_loss!)).toBeGreaterThan(0)
            expect(side * (take_profit! - entry)).toBeGreaterThan(0)
            expect(Math.min(stop_loss!, take_profit!)).toBeGreaterThan(0)
          }
          expect(decision.unverified).toEqual([])
        },
      ),
      { numRuns: 30 },
    )
  })

  it('holds, and does not fail, where nothing ever moves and nothing is traded', async () => {
    const flat = makeBars(
      Array.from({ length: 300 }, () => 50),
      0,
    )
    const still = { ...flat, high: flat.close, low: flat.close }
    const { decision } = await assessMade(still)
    expect(decision.action).toBe('HOLD')
    expect(decision.unverified).toEqual([])
  })

  it('reads prices below one to the fraction of a cent', async () => {
    const close = Array.from({ length: 320 }, (_, i) => 0.2 * 1.002 ** i * (1 + 0.01 * Math.sin(i)))
    const { decision } = await assessMade(makeBars(close))
    expect(decision.unverified).toEqual([])
    expect(decision.evidence.find((item) => item.label === 'Last close')!.value).toBeLessThan(1)
  })
})
