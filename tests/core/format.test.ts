import { expect, test } from 'vitest'
import {
  countOf,
  formatBytes,
  formatDollars,
  formatDuration,
  formatFigure,
  formatNumber,
  formatPct,
  formatSigned,
  formatUsd,
} from '../../src/core/format.ts'

test('figures have separators, a true minus, and no minus in front of zero', () => {
  expect(formatNumber(1_234_567.891)).toBe('1,234,567.89')
  expect(formatNumber(-0.5, 1)).toBe('−0.5')
  expect(formatNumber(-0.001)).toBe('0.00')
  expect([
    formatNumber(null),
    formatNumber(undefined),
    formatNumber(Number.NaN),
    formatNumber(Infinity),
  ]).toEqual(['–', '–', '–', '–'])
  expect([formatSigned(2), formatSigned(-2), formatSigned(0.001), formatSigned(null)]).toEqual([
    '+2.00',
    '−2.00',
    '0.00',
    '–',
  ])
  expect([formatPct(4.274), formatPct(null)]).toEqual(['4.27 %', '–'])
})

test('what is counted agrees with its number', () => {
  expect([countOf(0, 'run'), countOf(1, 'run'), countOf(1_204, 'run')]).toEqual([
    '0 runs',
    '1 run',
    '1,204 runs',
  ])
  expect([countOf(1, 'try', 'tries'), countOf(2, 'try', 'tries')]).toEqual(['1 try', '2 tries'])
})

test('dollars are told to a hundredth of a cent, and what is less is not told as nothing', () => {
  expect([0, 0.00001, 0.0402, 12.5].map(formatDollars)).toEqual(['0.0000', '<0.0001', '0.0402', '12.5000'])
  expect([formatUsd(0.0402), formatUsd(null)]).toEqual(['0.0402 USD', 'cost unknown'])
})

test('durations and sizes take the unit that reads best', () => {
  expect([412, 3_449, 65_000, 3_720_000].map((ms) => formatDuration(ms))).toEqual([
    '412 ms',
    '3.4 s',
    '1 min 05 s',
    '1 h 02 min',
  ])
  expect(formatDuration(null)).toBe('–')
  expect([640, 12_595, 4_718_592].map(formatBytes)).toEqual(['640 B', '12.3 KB', '4.5 MB'])
})

test('a measured value has the decimals of its unit', () => {
  expect([
    formatFigure(584, 'price'),
    formatFigure(0.1234, 'price'),
    formatFigure(12.34, '%'),
    formatFigure(1.234, '%'),
  ]).toEqual(['584.00', '0.1234', '12.3 %', '1.23 %'])
  expect([
    formatFigure(3_104.4, 'shares'),
    formatFigure(0.0042, 'ratio'),
    formatFigure(-1.5, '%', { signed: true }),
  ]).toEqual(['3,104', '0.0042', '−1.50 %'])
})
