/**
 * The price chart as SVG: closes over about a year up to the as-of date, volume below, and the verdict's levels. Pure;
 * drawn with echarts' server renderer. Colours are custom properties of the page's style sheet, so that one drawing
 * serves light and dark; nothing in it needs `style`, script or a font from elsewhere.
 */
import { LineChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { formatNumber, formatSigned } from '../../core/format.ts'
import { cleanSvg } from './clean-svg.ts'
import type { ChartLevel, PriceChartInput } from './charts.ts'
import { spread } from './spread.ts'

use([LineChart, GridComponent, SVGRenderer])

interface Size {
  name: 'wide' | 'narrow'
  width: number
  height: number
  /** Room for the axis at the left and for the levels' labels at the right. */
  left: number
  right: number
  ticks: number
}

const SIZES: Size[] = [
  { name: 'wide', width: 760, height: 268, left: 48, right: 96, ticks: 6 },
  { name: 'narrow', width: 340, height: 240, left: 40, right: 84, ticks: 3 },
]
const TOP = 10
const VOLUME_HEIGHT = 34
const AXIS_HEIGHT = 22
const LABEL_GAP = 14

/** Two drawings of the same, for wide and narrow pages; the style sheet shows one of them. */
export function drawPriceChart(input: PriceChartInput): string {
  if (input.close.length < 2) throw new Error('a price chart needs at least two bars')
  return SIZES.map((size) => drawAt(input, size)).join('')
}

function drawAt(input: PriceChartInput, base: Size): string {
  // Without levels nothing stands at the right.
  const size = input.levels.length > 0 ? base : { ...base, right: 12 }
  const plotHeight = size.height - TOP - AXIS_HEIGHT - VOLUME_HEIGHT - 6
  const [low, high] = priceRange(input)
  const dates = input.time.map((ms) => new Date(ms).toISOString().slice(0, 10))
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: size.width, height: size.height })
  try {
    chart.setOption({
      animation: false,
      grid: [
        { left: size.left, right: size.right, top: TOP, height: plotHeight },
        { left: size.left, right: size.right, top: TOP + plotHeight + 6, height: VOLUME_HEIGHT },
      ],
      xAxis: [
        { type: 'category', data: dates, gridIndex: 0, show: false, boundaryGap: false },
        {
          type: 'category',
          data: dates,
          gridIndex: 1,
          boundaryGap: false,
          axisTick: { show: false },
          axisLine: { lineStyle: { color: 'var(--line)' } },
          axisLabel: {
            color: 'var(--muted)',
            fontSize: 11,
            interval: everyNth(dates, size.ticks),
            formatter: (date: string) => monthOf(date),
          },
        },
      ],
      yAxis: [
        {
          gridIndex: 0,
          min: low,
          max: high,
          splitNumber: 4,
          splitLine: { lineStyle: { color: 'var(--line)' } },
          axisLabel: { color: 'var(--muted)', fontSize: 11, showMinLabel: false, showMaxLabel: false },
        },
        { gridIndex: 1, show: false, min: 0 },
      ],
      series: [
        {
          type: 'line',
          data: input.close,
          showSymbol: false,
          silent: true,
          lineStyle: { color: 'var(--accent)', width: 1.5 },
          ...(size.name === 'wide'
            ? { areaStyle: { color: 'var(--accent)', opacity: 0.07, origin: 'start' } }
            : {}),
        },
        {
          type: 'line',
          data: input.volume,
          xAxisIndex: 1,
          yAxisIndex: 1,
          showSymbol: false,
          silent: true,
          lineStyle: { width: 0 },
          areaStyle: { color: 'var(--muted)', opacity: 0.35 },
        },
      ],
    })
    const id = `price-chart-${size.name}`
    const levels = drawLevels(input.levels, size, plotHeight, low, high)
    return cleanSvg(chart.renderToSVGString(), {
      id,
      className: `chart chart-${size.name}`,
      title: titleOf(input, dates),
      description: describe(input, dates),
      extra: levels,
    })
  } finally {
    chart.dispose()
  }
}

/** All closes and all levels, with a little air. */
function priceRange(input: PriceChartInput): [number, number] {
  const values = [...input.close, ...input.levels.map((level) => level.price)]
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  const air = (high - low) * 0.06 || high * 0.01 || 1
  return [Math.max(0, low - air), high + air]
}

/** Dashed lines, with labels at the right that are pushed apart where the levels stand close together. */
function drawLevels(
  levels: readonly ChartLevel[],
  size: Size,
  plotHeight: number,
  low: number,
  high: number,
): string {
  const y = (price: number) => TOP + plotHeight * (1 - (price - low) / (high - low))
  const end = size.width - size.right
  const sorted = [...levels].sort((a, b) => b.price - a.price)
  const labelYs = spread(
    sorted.map((level) => y(level.price)),
    LABEL_GAP,
    TOP + 6,
    TOP + plotHeight,
  )
  return sorted
    .map((level, index) => {
      const at = y(level.price).toFixed(1)
      const labelAt = labelYs[index]!.toFixed(1)
      return (
        `<path d="M${size.left} ${at}H${end}L${end + 6} ${labelAt}" fill="none" stroke="var(--${level.tone})" stroke-dasharray="4 3"></path>` +
        `<text x="${end + 9}" y="${labelAt}" dominant-baseline="central" font-size="11" fill="var(--${level.tone})">${level.label} ${formatNumber(level.price)}</text>`
      )
    })
    .join('')
}

function titleOf(input: PriceChartInput, dates: readonly string[]): string {
  return `${input.ticker} close, ${dates[0]} to ${dates.at(-1)}`
}

function describe(input: PriceChartInput, dates: readonly string[]): string {
  const { close, levels } = input
  const first = close[0]!
  const last = close.at(-1)!
  let low = 0
  let high = 0
  for (let i = 1; i < close.length; i++) {
    if (close[i]! < close[low]!) low = i
    if (close[i]! > close[high]!) high = i
  }
  const sentences = [
    `From ${formatNumber(first)} to ${formatNumber(last)} (${formatSigned((last / first - 1) * 100, 1)} %).`,
    `Lowest close ${formatNumber(close[low])} on ${dates[low]}, highest ${formatNumber(close[high])} on ${dates[high]}.`,
    ...levels.map((level) => `${level.label} ${formatNumber(level.price)}.`),
  ]
  return sentences.join(' ')
}

/** Labels the first bar of a month, of as many months as fit. */
function everyNth(dates: readonly string[], ticks: number): (index: number) => boolean {
  const starts = dates.flatMap((date, i) =>
    i > 0 && date.slice(0, 7) !== dates[i - 1]!.slice(0, 7) ? i : [],
  )
  const step = Math.max(1, Math.ceil(starts.length / ticks))
  const chosen = new Set(starts.filter((_, i) => i % step === 0))
  return (index) => (starts.length > 0 ? chosen.has(index) : index === 0)
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function monthOf(date: string): string {
  const month = Number(date.slice(5, 7))
  return `${MONTHS[month - 1]} ’${date.slice(2, 4)}`
}
