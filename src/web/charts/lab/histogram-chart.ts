/** How returns are spread, as SVG bars: losses left of zero, gains right of it, outermost bins holding what lies beyond. Pure. */
import { formatNumber } from '../../../core/format.ts'
import { createScale, niceTicks, shortNumber } from '../axes.ts'
import { drawLabel, frameSvg, short } from '../svg.ts'

export interface HistogramInput {
  id: string
  /** `Returns of days`. */
  title: string
  /** `day`, `trade`. */
  one: string
  /** One more than the counts, in percent, rising. */
  edges: number[]
  counts: number[]
}

const WIDTH = 360
const HEIGHT = 174
const LEFT = 34
/** Half of the last label stands beyond the axis. */
const RIGHT = 22
const TOP = 20
const BOTTOM = HEIGHT - 32

export function drawHistogram({ id, title, one, edges, counts }: HistogramInput): string {
  if (edges.length !== counts.length + 1 || counts.length === 0)
    throw new Error('a histogram needs one edge more than it has counts')
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  const x = createScale(edges[0]!, edges.at(-1)!, LEFT, WIDTH - RIGHT)
  const y = createScale(0, most || 1, BOTTOM, TOP)
  let gains = ''
  let losses = ''
  for (const [i, count] of counts.entries()) {
    if (count === 0) continue
    const [from, to] = [x(edges[i]!), x(edges[i + 1]!)]
    const bar = `M${short(from + 0.5)} ${BOTTOM}V${short(y(count))}H${short(Math.max(to - 0.5, from + 1))}V${BOTTOM}z`
    if ((edges[i]! + edges[i + 1]!) / 2 < 0) losses += bar
    else gains += bar
  }
  const ticks = niceTicks(0, most || 1, 3)
  const grid = ticks.map((tick) => `M${LEFT} ${short(y(tick))}H${WIDTH - RIGHT}`).join('')
  const zero =
    edges[0]! < 0 && edges.at(-1)! > 0
      ? `<path class="chart-zero" d="M${short(x(0))} ${TOP}V${BOTTOM}"></path>`
      : ''
  return frameSvg(
    { id, size: 'any', width: WIDTH, height: HEIGHT, title, description: describe(edges, counts, one) },
    drawLabel({ x: 2, y: 7, words: `${one}s` }) +
      drawLabel({ x: WIDTH - RIGHT, y: HEIGHT - 7, words: `return of a ${one}`, anchor: 'end' }) +
      `<path class="chart-grid" d="${grid}"></path>` +
      `<path class="bar-loss" d="${losses}"></path><path class="bar-gain" d="${gains}"></path>${zero}` +
      ticks
        .map((tick) => drawLabel({ x: LEFT - 6, y: y(tick), words: shortNumber(tick), anchor: 'end' }))
        .join('') +
      niceTicks(edges[0]!, edges.at(-1)!, 5)
        .map((tick) =>
          drawLabel({ x: x(tick), y: BOTTOM + 11, words: `${shortNumber(tick)} %`, anchor: 'middle' }),
        )
        .join(''),
  )
}

function describe(edges: readonly number[], counts: readonly number[], one: string): string {
  const total = counts.reduce((a, b) => a + b, 0)
  if (total === 0) return `There is no ${one} to count.`
  const below = counts.reduce((sum, count, i) => (edges[i + 1]! <= 0 ? sum + count : sum), 0)
  const fullest = counts.indexOf(counts.reduce((a, b) => Math.max(a, b)))
  return (
    `${formatNumber(total, 0)} ${total === 1 ? one : `${one}s`}. Most often, ${formatNumber(counts[fullest], 0)} times, ` +
    `between ${formatNumber(edges[fullest])} % and ${formatNumber(edges[fullest + 1])} %; ` +
    `${formatNumber((below / total) * 100, 0)} % of them below zero.`
  )
}
