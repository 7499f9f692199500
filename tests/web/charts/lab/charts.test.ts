import { load } from 'cheerio'
import { expect, test } from 'vitest'
import { pathPoints } from '../../../support/path-points.ts'
import { drawCalibration } from '../../../../src/web/charts/lab/calibration-chart.ts'
import { drawCurves } from '../../../../src/web/charts/lab/curves-chart.ts'
import { drawEquityChart, type EquityChartInput } from '../../../../src/web/charts/lab/equity-chart.ts'
import { drawFoldsChart } from '../../../../src/web/charts/lab/folds-chart.ts'
import { drawHeatmap, stepOf, type HeatmapInput } from '../../../../src/web/charts/lab/heatmap-chart.ts'
import { drawHistogram } from '../../../../src/web/charts/lab/histogram-chart.ts'
import { drawParallel } from '../../../../src/web/charts/lab/parallel-chart.ts'

const DAY_MS = 86_400_000
const time = [0, 1, 2, 3, 4].map((day) => Date.UTC(2010, 0, 4) + day * DAY_MS)

const EQUITY: EquityChartInput = {
  ...{ id: 'e', ticker: 'A<B', name: 'sma-cross, fast 10', time },
  equity: [100, 110, 105, 120, 130],
  drawdown_pct: [0, 0, -4.55, 0, 0],
  buy_and_hold: [100, 101, 102, 103, 104],
  close: [10, 11, 12, 11, 13],
  trades: [
    { from: time[0]!, to: time[1]!, entry: 10, exit: 11, isShort: false, pnl: 10 },
    { from: time[1]!, to: time[2]!, entry: 11, exit: 12, isShort: true, pnl: -5 },
    { from: time[2]!, to: time[4]!, entry: 12, exit: 13, isShort: false, pnl: 25 },
  ],
}
const HEATMAP: HeatmapInput = {
  ...{
    id: 'h',
    title: 'Sharpe over fast and slow',
    description: 'Best: 3.',
    best: 2,
    bounds: [1.5],
    scale: 'sequential',
  },
  x: { name: 'fast', labels: ['1', '2'] },
  y: { name: 'slow', labels: ['10', '20'] },
  cells: [
    { value: 1, href: '/runs/x/trials/0', words: 'fast 1, slow 10: 1' },
    null,
    cellOf(3, 2),
    cellOf(2, 3),
  ],
}
const SPAN = { from: Date.UTC(2005, 0, 1), to: Date.UTC(2006, 0, 1) }
const FOLD = {
  number: 1,
  train: SPAN,
  test: { from: SPAN.to, to: Date.UTC(2006, 5, 1) },
  inSample: 20,
  outOfSample: -5,
}

function cellOf(value: number, trial: number) {
  return { value, href: `/runs/x/trials/${trial}`, words: `<b>${value}</b>` }
}

const DRAWINGS: Record<string, string> = {
  equity: drawEquityChart(EQUITY),
  heatmap: drawHeatmap(HEATMAP),
  histogram: drawHistogram({ id: 'd', title: 'Days', one: 'day', edges: [-2, 0, 2, 4], counts: [3, 6, 1] }),
  folds: drawFoldsChart({ id: 'f', title: 'Folds', measure: 'Return', folds: [FOLD] }),
  calibration: drawCalibration({
    id: 'c',
    title: 'Calibration',
    points: [{ predicted: 0.5, observed: 0.6, count: 9 }],
  }),
  parallel: drawParallel({
    ...{
      id: 'p',
      title: 'Tries',
      description: 'Best.',
      lines: [
        [1, 2, 3],
        [0, 1, 2],
      ],
    },
    axes: ['a', 'b', 'Sharpe'].map((name, i) => ({ name, low: i, high: i + 1 })),
  }),
  curves: drawCurves({
    ...{ id: 'k', title: 'Equity side by side' },
    curves: [
      { letter: 'A', name: 'one', time, equity: EQUITY.equity },
      { letter: 'B', name: 'two', time: time.slice(2), equity: [50, 40, 45] },
    ],
  }),
}

test.each(Object.entries(DRAWINGS))(
  '%s: nothing that a strict content policy refuses, words for those who do not see it',
  (_, svg) => {
    expect(svg).not.toMatch(/<style|<script|\sstyle=|\son\w+=|url\(|NaN|undefined|Infinity|<b>/)
    const $ = load(svg)
    for (const one of $('svg').toArray()) {
      expect($(`[id="${one.attribs['aria-labelledby']}"]`).text()).not.toBe('')
      expect($(`[id="${one.attribs['aria-describedby']}"]`).text()).not.toBe('')
    }
    const ids = $('[id]')
      .map((_i, one) => one.attribs.id)
      .get()
    expect(new Set(ids).size).toBe(ids.length)
  },
)

test('equity, drawdown and price stand at their days, each trade at its price by the shape of its mark', () => {
  const $ = load(DRAWINGS.equity!)
  const wide = $('svg').first()
  const line = pathPoints(wide.find('.chart-line').attr('d')!)
  expect(line).toHaveLength(5)
  expect(line[0]![0]).toBe(46)
  expect(line.at(-1)![0]).toBe(752)
  // Half way through the days is half way across.
  expect(line[2]![0]).toBe(399)
  expect(wide.find('.mark-long').attr('d')!.match(/M/g)).toHaveLength(2)
  expect(wide.find('.mark-short').attr('d')!.match(/M/g)).toHaveLength(1)
  expect(wide.find('.mark-win').attr('d')!.match(/M/g)).toHaveLength(2)
  expect(wide.find('.mark-loss').attr('d')!.match(/M/g)).toHaveLength(1)
  const words = wide.find('desc').text()
  expect(words).toContain(
    'Equity from 100.00 to 130.00 (+30.0 %); bought and held from 100.00 to 104.00 (+4.0 %).',
  )
  expect(words).toContain('3 trades marked on the close of A<B, 2 of them won.')
})

test('trades outside the stretch that is shown leave no mark', () => {
  const cut = {
    ...EQUITY,
    time: time.slice(3),
    equity: [120, 130],
    drawdown_pct: [0, 0],
    buy_and_hold: [103, 104],
    close: [11, 13],
  }
  const $ = load(drawEquityChart(cut))
  expect($('svg').first().find('.mark-long')).toHaveLength(0)
  expect($('svg').first().find('.mark-win').attr('d')!.match(/M/g)).toHaveLength(1)
  expect($('svg').first().find('desc').text()).toContain('1 trades marked')
})

test('a line of thousands of bars is sent with no more points than can be seen, its extremes among them', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => i)
  const spike = many.map((i) => (i === 12_345 ? 500 : 100 + (i % 7)))
  const big = {
    ...EQUITY,
    time: many.map((i) => i * DAY_MS),
    equity: spike,
    buy_and_hold: spike,
    close: spike,
    drawdown_pct: many.map(() => 0),
  }
  const svg = drawEquityChart({ ...big, trades: [] })
  expect(svg.length).toBeLessThan(80_000)
  const y = pathPoints(load(svg)('.chart-line').first().attr('d')!).map((point) => point[1])
  expect(Math.min(...y)).toBeLessThan(25)
})

test('every cell of a heatmap that has a try is a link with its values in words; the best one is framed and can be tabbed to', () => {
  const $ = load(DRAWINGS.heatmap!)
  const links = $('svg a')
  expect(links.map((_, a) => a.attribs.href).get()).toEqual(
    [0, 2, 3].map((trial) => `/runs/x/trials/${trial}`),
  )
  expect(links.map((_, a) => a.attribs.class!).get()).toEqual(['h0', 'h1', 'h1'])
  expect(links.filter('[tabindex="-1"]')).toHaveLength(2)
  expect($('.heat-best')).toHaveLength(1)
  expect(links.first().find('title').text()).toBe('fast 1, slow 10: 1')
  // The first row of values lies at the bottom.
  const ys = $('svg > g')
    .map((_, g) => Number(/ ([\d.]+)\)/.exec(g.attribs.transform!)![1]))
    .get()
  expect(ys[0]).toBeGreaterThan(ys[1]!)
})

test('2,500 cells are drawn within what a stream may carry', () => {
  const labels = Array.from({ length: 50 }, (_, i) => String(i))
  const cells = Array.from({ length: 2_500 }, (_, i) => ({
    value: i,
    href: `/runs/GOOG--2026-11-20_10.00.00--00000f/trials/${i}`,
    words: `fast ${i % 50}, slow ${i}: 0.368`,
  }))
  const svg = drawHeatmap({ ...HEATMAP, x: { name: 'fast', labels }, y: { name: 'slow', labels }, cells })
  expect(load(svg)('a')).toHaveLength(2_500)
  expect(svg.length).toBeLessThan(455_000)
})

test('a map that will be another one in a moment is colours alone', () => {
  const $ = load(drawHeatmap({ ...HEATMAP, isPlain: true }))
  expect($('a')).toHaveLength(0)
  expect($('path.h1').attr('d')!.match(/M/g)).toHaveLength(2)
  expect($('path.h0').attr('d')!.match(/M/g)).toHaveLength(1)
  expect($('svg').attr('role')).toBe('img')
})

test('a value up to a bound is of the step below it', () => {
  expect([0, 1, 1.5, 2, 9].map((value) => stepOf(value, [1, 2]))).toEqual([0, 0, 1, 1, 2])
})

test('losses lie left of zero and gains right of it, with the counts in words', () => {
  const $ = load(DRAWINGS.histogram!)
  expect($('.bar-loss').attr('d')!.match(/M/g)).toHaveLength(1)
  expect($('.bar-gain').attr('d')!.match(/M/g)).toHaveLength(2)
  expect($('desc').text()).toBe(
    '10 days. Most often, 6 times, between 0.00 % and 2.00 %; 30 % of them below zero.',
  )
})

test('a fold is tested where its training ends, and a loss out of sample points the other way', () => {
  const $ = load(DRAWINGS.folds!)
  const wide = $('svg').first()
  const trainEnd = /H([\d.]+)/.exec(wide.find('.fold-train').attr('d')!)![1]
  expect(wide.find('.fold-test').attr('d')).toMatch(new RegExp(`^M${trainEnd} `))
  const ends = (of: string) =>
    /M([\d.]+) [\d.]+H([\d.]+)/.exec(wide.find(of).attr('d')!)!.slice(1).map(Number)
  expect(ends('.fold-in')[1]!).toBeGreaterThan(ends('.fold-in')[0]!)
  expect(ends('.bar-loss')[1]!).toBeLessThan(ends('.bar-loss')[0]!)
  expect(wide.find('desc').text()).toContain('Fold 1: +20.0 % in sample, −5.0 % out of sample.')
})

test('curves of other money and other days begin where they begin, told apart by letters', () => {
  const $ = load(DRAWINGS.curves!)
  const wide = $('svg').first()
  const starts = wide
    .find('.curve')
    .map((_, one) => Number(/^M([\d.]+)/.exec(one.attribs.d!)![1]))
    .get()
  expect(starts[0]).toBe(54)
  expect(starts[1]!).toBeGreaterThan(300)
  expect(wide.find('.curve-name').text().split('').sort().join('')).toBe('AB')
  expect(wide.find('desc').text()).toBe('A, one: +30.0 %. B, two: −10.0 %.')
})

test('what cannot be drawn is refused', () => {
  expect(() => drawEquityChart({ ...EQUITY, time: [0] })).toThrow('two points')
  expect(() => drawHeatmap({ ...HEATMAP, cells: [] })).toThrow('every pair')
  expect(() => drawHistogram({ id: 'd', title: '', one: 'day', edges: [], counts: [] })).toThrow(
    'one edge more',
  )
  expect(() => drawFoldsChart({ id: 'f', title: '', measure: '', folds: [] })).toThrow('at least one')
  expect(() => drawParallel({ id: 'p', title: '', description: '', axes: [], lines: [] })).toThrow('two axes')
  expect(() => drawCurves({ id: 'k', title: '', curves: [] })).toThrow('two points')
})
