import { load } from 'cheerio'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createCharts, type PriceChartInput } from '../../../src/web/charts/charts.ts'
import { drawPriceChart } from '../../../src/web/charts/price-chart.ts'
import { spread } from '../../../src/web/charts/spread.ts'
import { barsOf } from '../../support/page-desk.ts'

const charts = createCharts({ maxKept: 2 })
afterAll(() => charts.close())

function inputOf(facts: Partial<PriceChartInput> = {}): PriceChartInput {
  const { time, close, volume } = barsOf(252).series
  const levels: PriceChartInput['levels'] = [
    { label: 'Target', price: 620, tone: 'buy' },
    { label: 'Entry', price: 520, tone: 'ink' },
    { label: 'Stop', price: 518, tone: 'sell' },
  ]
  return { ticker: 'AAPL', time, close, volume, levels, ...facts }
}

test('a drawing has nothing that a strict content policy refuses, and no id twice', () => {
  const svg = drawPriceChart(inputOf())
  expect(svg).not.toMatch(/<style|<script|style=|\son\w+=|url\((?!#)|href=/)
  const ids = [...svg.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1])
  expect(new Set(ids).size).toBe(ids.length)
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
})

test('its colours are those of the style sheet, so that one drawing serves light and dark', () => {
  const colours = [...drawPriceChart(inputOf()).matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(
    (match) => match[1]!,
  )
  expect(colours.filter((colour) => !/^(var\(--[a-z]+\)|none|#000)$/.test(colour))).toEqual([])
})

test('it says in words what it shows', () => {
  const $ = load(drawPriceChart(inputOf({ ticker: 'A<B' })))
  for (const svg of $('svg[role=img]').toArray()) {
    const [title, description] = svg.attribs['aria-labelledby']!.split(' ')
    expect($(`[id="${title}"]`).text()).toMatch(/^A<B close, 2011-06-01 to 2012-/)
    expect($(`[id="${description}"]`).text()).toMatch(
      /Lowest close .* Target 620\.00\. Entry 520\.00\. Stop 518\.00\./,
    )
  }
  expect($('svg')).toHaveLength(2)
})

test('the same input gives the same bytes, whatever was drawn before', () => {
  const first = drawPriceChart(inputOf())
  drawPriceChart(inputOf({ ticker: 'IBM' }))
  expect(drawPriceChart(inputOf())).toBe(first)
})

test('prices that never move, and two bars, can be drawn; one bar cannot', () => {
  const flat = { time: [0, 86_400_000], close: [5, 5], volume: [0, 0], levels: [] }
  expect(drawPriceChart(inputOf(flat))).toContain('<svg')
  expect(() => drawPriceChart(inputOf({ ...flat, time: [0], close: [5], volume: [0] }))).toThrow(
    'at least two bars',
  )
})

test('a chart is drawn in a thread once, and kept while it is among the last used', async () => {
  const input = inputOf()
  const first = charts.price(input)
  expect(charts.price({ ...input })).toBe(first)
  expect(await first).toBe(drawPriceChart(input))
  await charts.price(inputOf({ ticker: 'IBM' }))
  await charts.price(inputOf({ ticker: 'MSFT' }))
  expect(charts.price(input)).not.toBe(first)
})

test('a drawing that fails is not kept', async () => {
  const broken = inputOf({ close: [1], time: [0], volume: [0] })
  const first = charts.price(broken)
  await expect(first).rejects.toThrow('at least two bars')
  const second = charts.price(broken)
  expect(second).not.toBe(first)
  await expect(second).rejects.toThrow()
})

test('labels keep their order and distance and stay within bounds', () => {
  const gap = 14
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 3 }),
      (values) => {
        const placed = spread(
          values.toSorted((a, b) => a - b),
          gap,
          16,
          210,
        )
        for (const [i, y] of placed.entries()) {
          expect(y).toBeLessThanOrEqual(210)
          expect(y).toBeGreaterThanOrEqual(16)
          if (i > 0) expect(y - placed[i - 1]!).toBeGreaterThanOrEqual(gap - 1e-9)
        }
      },
    ),
  )
})
