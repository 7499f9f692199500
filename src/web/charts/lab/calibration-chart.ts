/** How often what a model called likely came true, as SVG: on the diagonal its probabilities can be taken at their word. Pure. */
import { formatNumber } from '../../../core/format.ts'
import { createScale } from '../axes.ts'
import { drawLabel, frameSvg, short } from '../svg.ts'

export interface CalibrationPoint {
  /** 0..1. */
  predicted: number
  observed: number
  count: number
}

export interface CalibrationInput {
  id: string
  title: string
  points: CalibrationPoint[]
}

const WIDTH = 340
const HEIGHT = 250
const LEFT = 56
const RIGHT = 18
const TOP = 10
const BOTTOM = HEIGHT - 36
const TICKS = [0, 0.25, 0.5, 0.75, 1]

export function drawCalibration({ id, title, points }: CalibrationInput): string {
  const x = createScale(0, 1, LEFT, WIDTH - RIGHT)
  const y = createScale(0, 1, BOTTOM, TOP)
  const most = points.reduce((count, point) => Math.max(count, point.count), 1)
  const shown = points.filter(({ count }) => count > 0)
  const line = shown
    .map(({ predicted, observed }, i) => `${i === 0 ? 'M' : 'L'}${short(x(predicted))} ${short(y(observed))}`)
    .join('')
  // By area, so that a tenth with twice as many looks twice as large.
  const dots = shown
    .map(({ predicted, observed, count }) => {
      const words = `${count} forecasts of about ${formatNumber(predicted * 100, 0)} %: ${formatNumber(observed * 100, 0)} % rose`
      return `<circle class="calib-dot" cx="${short(x(predicted))}" cy="${short(y(observed))}" r="${short(2.5 + 5.5 * Math.sqrt(count / most))}"><title>${words}</title></circle>`
    })
    .join('')
  const grid = TICKS.map(
    (tick) => `M${LEFT} ${short(y(tick))}H${WIDTH - RIGHT}M${short(x(tick))} ${TOP}V${BOTTOM}`,
  )
  return frameSvg(
    { id, size: 'any', width: WIDTH, height: HEIGHT, title, description: describe(shown) },
    `<path class="chart-grid" d="${grid.join('')}"></path>` +
      `<path class="chart-ideal" d="M${LEFT} ${BOTTOM}L${WIDTH - RIGHT} ${TOP}"></path>` +
      `<path class="chart-line" d="${line}"></path>${dots}` +
      TICKS.map((tick) => drawLabel({ x: LEFT - 6, y: y(tick), words: percent(tick), anchor: 'end' })).join(
        '',
      ) +
      TICKS.map((tick) =>
        drawLabel({ x: x(tick), y: BOTTOM + 11, words: percent(tick), anchor: 'middle' }),
      ).join('') +
      drawLabel({
        ...{
          x: (LEFT + WIDTH - RIGHT) / 2,
          y: HEIGHT - 8,
          words: 'forecast that it rises',
          anchor: 'middle',
        },
        className: 'chart-name',
      }) +
      `<text class="chart-name" transform="translate(9 ${(TOP + BOTTOM) / 2}) rotate(-90)" text-anchor="middle">share that rose</text>`,
  )
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`
}

function describe(points: readonly CalibrationPoint[]): string {
  if (points.length === 0) return 'There is no forecast to hold against what came.'
  return points
    .map(
      ({ predicted, observed, count }) =>
        `Forecast ${percent(predicted)}: ${percent(observed)} rose, of ${formatNumber(count, 0)}.`,
    )
    .join(' ')
}
