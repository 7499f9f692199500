import { expect, test } from 'vitest'
import { STATISTICS } from '../../../../src/trading/statistics.ts'
import {
  formatStatistic,
  groupStatistics,
  viewStatistics,
} from '../../../../src/web/view-models/lab/statistics-view.ts'
import { viewMonths } from '../../../../src/web/view-models/lab/months-view.ts'
import { HOLD_STATS, statsOf } from '../../../support/job-results.ts'

test('every statistic stands in one group, once', () => {
  const shown = groupStatistics().flatMap(({ figures }) => figures)
  expect(shown.toSorted()).toEqual(['end', 'start', ...STATISTICS].toSorted())
})

test('figures have their unit, a sign where it is a change, and no more digits than mean something', () => {
  expect([
    ...[formatStatistic('return_pct', 462.635), formatStatistic('return_pct', -1.234)],
    ...[formatStatistic('return_pct', 23_456.7), formatStatistic('max_drawdown_pct', -33.9316)],
    ...[formatStatistic('sharpe_ratio', 0.60074), formatStatistic('profit_factor', 123.456)],
    ...[formatStatistic('duration_days', 3116), formatStatistic('equity_final', 56_263.519)],
    formatStatistic('trades', null),
  ]).toEqual([
    ...['+462.6 %', '−1.23 %', '+23,457 %', '−33.93 %', '0.601', '123.5', '3,116 d', '56,263.52', '–'],
  ])
})

test('a figure that is not there says why', () => {
  const why = (facts: Parameters<typeof statsOf>[0], label: string) =>
    viewStatistics(statsOf(facts), null)
      .groups.flatMap(({ rows }) => rows)
      .find((row) => row.label === label)!.value.why
  expect(why({ trades: 0, win_rate_pct: null }, 'Win rate')).toBe('No trade was closed')
  expect(why({ sqn: null, trades: 1 }, 'SQN')).toBe('Needs at least two trades with different results')
  expect(why({ sharpe_ratio: null }, 'Sharpe')).toContain('do not vary')
  expect(why({}, 'Sharpe')).toBe('')
})

test('what is said in large stands beside what holding would have made', () => {
  const [first] = viewStatistics(statsOf(), HOLD_STATS).headlines
  expect(first).toMatchObject({ label: 'Return', text: '+462.6 %', tone: 'gain', hold: '+698.2 %' })
})

test('a year is its months compounded; one without a month has none', () => {
  const view = viewMonths([
    { year: 2010, month: 1, return_pct: 10 },
    { year: 2010, month: 2, return_pct: -10 },
    { year: 2012, month: 12, return_pct: 0 },
  ])
  expect(view.years.map(({ year, total }) => [year, total.text])).toEqual([
    [2010, '−1.0'],
    [2012, '0.0'],
  ])
  expect(view.years[0]!.cells.slice(0, 3)).toEqual([
    { text: '+10.0', tone: 'gain-3' },
    { text: '−10.0', tone: 'loss-3' },
    { text: '', tone: '' },
  ])
  expect(view.summary).toBe('1 of 3 months made money; best +10.0 % (Jan 2010), worst −10.0 % (Feb 2010)')
})

test('flat months before the first trade are not counted', () => {
  const months = [0, 0, 4, 0].map((return_pct, i) => ({ year: 2010, month: i + 1, return_pct }))
  expect(viewMonths(months).summary).toMatch(/^1 of 2 months since the first trade made money;/)
  expect(viewMonths(months.slice(0, 2)).summary).toBe('')
})
