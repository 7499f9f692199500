/**
 * Where the choice of one half stands among all tries on the other, as SVG bars over its rank in percent: overfit halves up
 * to the middle, the others beyond it. Pure.
 */
import { formatNumber } from '../../../core/format.ts'
import type { Histogram } from '../../../lab/backtest-result.ts'
import { createScale, niceTicks } from '../axes.ts'
import { drawLabel, frameSvg, short } from '../svg.ts'

const WIDTH = 360
const HEIGHT = 132
const LEFT = 38
const RIGHT = 8
const TOP = 8
const BOTTOM = HEIGHT - 20

export function drawLogits(id: string, { edges, counts }: Histogram): string {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const shares = counts.map((count) => (total === 0 ? 0 : (100 * count) / total))
  const most = shares.reduce((a, b) => Math.max(a, b), 0) || 1
  const x = createScale(0, 100, LEFT, WIDTH - RIGHT)
  const ranks = edges.map((edge, i) =>
    i === 0 ? 0 : i === counts.length ? 100 : 100 / (1 + Math.exp(-edge)),
  )
  const y = createScale(0, most, BOTTOM, TOP)
  let overfit = ''
  let others = ''
  let overfitShare = 0
  for (const [i, share] of shares.entries()) {
    if (edges[i + 1]! <= 0) overfitShare += share
    if (share === 0) continue
    const [from, to] = [x(ranks[i]!), x(ranks[i + 1]!)]
    const bar = `M${short(from + 0.5)} ${BOTTOM}V${short(y(share))}H${short(to - 0.5)}V${BOTTOM}z`
    if (edges[i + 1]! <= 0) overfit += bar
    else others += bar
  }
  const ticks = niceTicks(0, most, 3)
  const description =
    `Of ${formatNumber(total, 0)} ways to halve the history, in ${formatNumber(overfitShare, 1)} % the choice of one half was no better ` +
    `than the middle of all tries on the other, in ${formatNumber(100 - overfitShare, 1)} % it was above it.`
  return frameSvg(
    {
      id,
      size: 'any',
      width: WIDTH,
      height: HEIGHT,
      title: 'Rank of the choice on the other half',
      description,
    },
    `<path class="chart-grid" d="${ticks.map((tick) => `M${LEFT} ${short(y(tick))}H${WIDTH - RIGHT}`).join('')}"></path>` +
      `<path class="bar-loss" d="${overfit}"></path><path class="bar-gain" d="${others}"></path>` +
      `<path class="chart-zero" d="M${short(x(50))} ${TOP}V${BOTTOM}"></path>` +
      ticks
        .map((tick) =>
          drawLabel({
            x: LEFT - 6,
            y: y(tick),
            words: `${formatNumber(tick, tick % 1 ? 1 : 0)} %`,
            anchor: 'end',
          }),
        )
        .join('') +
      [0, 25, 50, 75, 100]
        .map((tick) =>
          drawLabel({
            ...{ x: x(tick), y: BOTTOM + 11, words: `${tick} %` },
            anchor: tick === 100 ? 'end' : 'middle',
          }),
        )
        .join(''),
  )
}
