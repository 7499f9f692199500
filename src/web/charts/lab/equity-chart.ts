/**
 * The account over time as SVG: equity beside buying and holding, the drawdown below, and the price with every trade on
 * it, a win told from a loss by its mark as well as by its colour. Pure. What stretch of time is shown is the caller's
 * choice; times and columns are those of a backtest's curve.
 */
import { formatNumber, formatSigned } from '../../../core/format.ts'
import {
  createLogScale,
  createScale,
  linePath,
  logTicks,
  niceTicks,
  shortNumber,
  timeTicks,
  type Scale,
} from '../axes.ts'
import { drawLabel, frameSvg, short } from '../svg.ts'

export interface TradeMark {
  /** Milliseconds since the epoch. */
  from: number
  to: number
  entry: number
  exit: number
  isShort: boolean
  /** Money made; a loss where negative. */
  pnl: number
}

/** Columns of equal length, oldest first; at least two points. */
export interface EquityChartInput {
  id: string
  /** `GOOG`: whose close is drawn. */
  ticker: string
  /** `sma-cross, fast 10, slow 20`. */
  name: string
  time: number[]
  equity: number[]
  drawdown_pct: number[]
  buy_and_hold: number[]
  close: number[]
  trades: TradeMark[]
  /** Equal distances are equal ratios, for money and prices. */
  isLog?: boolean
}

interface Size {
  name: 'wide' | 'narrow'
  width: number
  left: number
  right: number
  equity: number
  drawdown: number
  price: number
  ticks: number
}

const SIZES: Size[] = [
  { name: 'wide', width: 760, left: 46, right: 8, equity: 200, drawdown: 58, price: 130, ticks: 9 },
  { name: 'narrow', width: 340, left: 38, right: 6, equity: 150, drawdown: 44, price: 110, ticks: 4 },
]
const TOP = 8
const GAP = 24
const AXIS = 20

/** Two drawings of the same, for wide and narrow pages; the style sheet shows one of them. */
export function drawEquityChart(input: EquityChartInput): string {
  if (input.time.length < 2) throw new Error('an equity chart needs at least two points')
  return SIZES.map((size) => drawAt(input, size)).join('')
}

function drawAt(input: EquityChartInput, size: Size): string {
  const { time } = input
  const first = time[0]!
  const last = time.at(-1)!
  const x = createScale(first, last, size.left, size.width - size.right)
  const xs = time.map(x)
  const drawdownTop = TOP + size.equity + GAP
  const priceTop = drawdownTop + size.drawdown + GAP
  const bottom = priceTop + size.price
  const height = bottom + AXIS
  const panes = [
    drawEquity(input, xs, size, TOP),
    drawDrawdown(input, xs, size, drawdownTop),
    drawPrice(input, xs, x, size, priceTop),
  ]
  const days = timeTicks(first, last, size.ticks)
    .map(({ at, label }) => {
      // A label whose middle is at the very edge would be cut.
      const anchor = x(at) > size.width - 18 ? ('end' as const) : ('middle' as const)
      return drawLabel({ x: Math.min(x(at), size.width - 1), y: bottom + 12, words: label, anchor })
    })
    .join('')
  const lines = timeTicks(first, last, size.ticks)
    .map(({ at }) => `M${short(x(at))} ${TOP}V${short(bottom)}`)
    .join('')
  return frameSvg(
    {
      ...{ id: input.id, size: size.name, width: size.width, height },
      title: `Equity of ${input.name}, ${dayOf(first)} to ${dayOf(last)}`,
      description: describe(input),
      attributes: ` data-from="${first}" data-to="${last}" data-left="${size.left}" data-right="${size.width - size.right}"`,
    },
    `<path class="chart-grid" d="${lines}"></path>${panes.join('')}${days}`,
  )
}

interface Pane {
  top: number
  height: number
  low: number
  high: number
  count: number
  words?: (value: number) => string
  isLog?: boolean
}

function drawGrid(
  size: Size,
  { top, height, low, high, count, words = shortNumber, isLog = false }: Pane,
): string {
  const y = scaleOf(isLog, low, high, top + height, top)
  const ticks = isLog ? logTicks(low, high, count) : niceTicks(low, high, count)
  const lines = ticks.map((tick) => `M${size.left} ${short(y(tick))}H${size.width - size.right}`).join('')
  const labels = ticks.map((tick) =>
    drawLabel({ x: size.left - 6, y: y(tick), words: words(tick), anchor: 'end' }),
  )
  return `<path class="chart-grid" d="${lines}"></path>${labels.join('')}`
}

function drawEquity(input: EquityChartInput, xs: number[], size: Size, top: number): string {
  const isLog = isRatioScaled(input)
  const [low, high] = rangeOf([input.equity, input.buy_and_hold], isLog)
  const y = scaleOf(isLog, low, high, top + size.equity, top)
  const draw = (values: number[], className: string) =>
    `<path class="${className}" d="${linePath(xs, values.map(y))}"></path>`
  return (
    drawGrid(size, { top, height: size.equity, low, high, count: size.name === 'wide' ? 5 : 4, isLog }) +
    draw(input.buy_and_hold, 'chart-hold') +
    draw(input.equity, 'chart-line')
  )
}

function drawDrawdown(input: EquityChartInput, xs: number[], size: Size, top: number): string {
  const low = Math.min(-1, ...lowestOf(input.drawdown_pct)) * 1.04
  const y = createScale(low, 0, top + size.drawdown, top)
  const line = linePath(xs, input.drawdown_pct.map(y))
  const area = `${line}L${short(xs.at(-1)!)} ${short(top)}L${short(xs[0]!)} ${short(top)}Z`
  const words = (value: number) => (value === 0 ? '0' : `${shortNumber(value)} %`)
  return (
    drawLabel({ x: size.left, y: top - 10, words: 'Drawdown' }) +
    drawGrid(size, { top, height: size.drawdown, low, high: 0, count: 2, words }) +
    `<path class="chart-under" d="${area}"></path><path class="chart-under-line" d="${line}"></path>`
  )
}

function drawPrice(input: EquityChartInput, xs: number[], x: Scale, size: Size, top: number): string {
  const first = input.time[0]!
  const last = input.time.at(-1)!
  const shown = input.trades.filter((trade) => trade.to >= first && trade.from <= last)
  const isLog = isRatioScaled(input)
  const [low, high] = rangeOf([input.close, shown.flatMap(({ entry, exit }) => [entry, exit])], isLog)
  const y = scaleOf(isLog, low, high, top + size.price, top)
  const words =
    size.name === 'wide' ? `${input.ticker} close, with the trades` : `${input.ticker}, with the trades`
  return (
    drawLabel({ x: size.left, y: top - 10, words }) +
    drawGrid(size, { top, height: size.price, low, high, count: 3, isLog }) +
    `<path class="chart-price" d="${linePath(xs, input.close.map(y))}"></path>` +
    drawTrades(shown, x, y, [first, last])
  )
}

/** One path for each sort of mark: many trades cost little more than few. */
function drawTrades(
  trades: readonly TradeMark[],
  x: Scale,
  y: Scale,
  [first, last]: [number, number],
): string {
  const paths: Record<string, string> = {}
  const add = (name: string, path: string) => (paths[name] = (paths[name] ?? '') + path)
  const isShown = (at: number) => at >= first && at <= last
  for (const { from, to, entry, exit, isShort, pnl } of trades) {
    const result = pnl < 0 ? 'loss' : 'win'
    if (isShown(from) && isShown(to))
      add(`${result}-way`, `M${short(x(from))} ${short(y(entry))}L${short(x(to))} ${short(y(exit))}`)
    if (isShown(from)) add(isShort ? 'short' : 'long', triangle(x(from), y(entry), isShort ? 1 : -1))
    if (isShown(to)) add(result, (pnl < 0 ? cross : dot)(x(to), y(exit)))
  }
  return ['win-way', 'loss-way', 'long', 'short', 'win', 'loss']
    .filter((name) => paths[name])
    .map((name) => `<path class="mark-${name}" d="${paths[name]}"></path>`)
    .join('')
}

/** Points up from below to a long entry (−1), down from above to a short one (1): beside the mark of the trade before. */
function triangle(x: number, y: number, way: 1 | -1): string {
  return `M${short(x)} ${short(y - way * 4)}l-3 ${-way * 5}h6z`
}

function dot(x: number, y: number): string {
  return `M${short(x - 2.2)} ${short(y)}a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0-4.4 0`
}

function cross(x: number, y: number): string {
  return `M${short(x - 2.4)} ${short(y - 2.4)}l4.8 4.8m0-4.8l-4.8 4.8`
}

function scaleOf(isLog: boolean, ...bounds: [number, number, number, number]): Scale {
  return isLog ? createLogScale(...bounds) : createScale(...bounds)
}

/** What was lost altogether has no ratio. */
function isRatioScaled({ isLog, equity, buy_and_hold, close }: EquityChartInput): boolean {
  return isLog === true && [equity, buy_and_hold, close].every((column) => column.every((value) => value > 0))
}

/** Of all values, with a little air; never without extent. */
function rangeOf(columns: readonly number[][], isLog: boolean): [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const column of columns) {
    for (const value of column) {
      if (!Number.isFinite(value)) continue
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  if (!(low <= high)) return [0, 1]
  if (isLog) return [low / 1.04, high * 1.04]
  const air = (high - low) * 0.04 || Math.abs(high) * 0.01 || 1
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air]
}

function lowestOf(values: readonly number[]): number[] {
  let low = 0
  for (const value of values) if (value < low) low = value
  return [low]
}

function describe({
  time,
  equity,
  buy_and_hold: hold,
  drawdown_pct: drawdown,
  trades,
  ticker,
}: EquityChartInput) {
  const change = (values: readonly number[]) =>
    `from ${formatNumber(values[0])} to ${formatNumber(values.at(-1))} (${formatSigned((values.at(-1)! / values[0]! - 1) * 100, 1)} %)`
  let deepest = 0
  for (let i = 1; i < drawdown.length; i++) if (drawdown[i]! < drawdown[deepest]!) deepest = i
  const inside = trades.filter(({ from, to }) => to >= time[0]! && from <= time.at(-1)!)
  const wins = inside.filter(({ pnl }) => pnl > 0).length
  return [
    `Equity ${change(equity)}; bought and held ${change(hold)}.`,
    `Deepest drawdown ${formatNumber(drawdown[deepest], 1)} % on ${dayOf(time[deepest]!)}.`,
    `${inside.length} trades marked on the close of ${ticker}, ${wins} of them won.`,
  ].join(' ')
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
