/**
 * The statistics of a backtest as a dense table beside those of buying and holding: in four groups, each with its unit,
 * and what cannot be computed as a dash that says why.
 */
import { formatMinute, formatNumber, formatSigned } from '../../../core/format.ts'
import { UNIT_OF, type BacktestStats, type Statistic } from '../../../trading/statistics.ts'

type Figure = Statistic | 'start' | 'end'

interface Naming {
  label: string
  /** What it is, in a line. */
  about: string
}

const NAMES: Record<Figure, Naming> = {
  start: { label: 'From', about: 'First bar' },
  end: { label: 'To', about: 'Last bar' },
  duration_days: { label: 'Duration', about: 'From the first bar to the last' },
  exposure_time_pct: {
    label: 'Exposure',

    about: 'Share of the bars on which a trade was held; a strategy’s last one counts once it is closed',
  },
  equity_final: { label: 'Final equity', about: 'Cash and holdings at the last close' },
  equity_peak: { label: 'Peak equity', about: 'Highest value at any close' },
  commissions: {
    label: 'Commissions',
    about: 'Paid for trades; a strategy’s last one counts once it is closed',
  },
  return_pct: { label: 'Return', about: 'Final equity against the cash at the start' },
  buy_hold_return_pct: {
    label: 'Price change',

    about: 'Last close against the first close from which the strategy could trade',
  },
  return_ann_pct: {
    label: 'Return, annual',

    about:
      'Geometric mean of daily returns, over the trading days of a year; CAGR is the same by the calendar',
  },
  cagr_pct: {
    label: 'CAGR',
    about:
      'Compound annual growth by the calendar; differs from the annual return by how days are counted alone',
  },
  alpha_pct: {
    label: 'Alpha, whole span',

    about: 'Of all bars, not of a year: return that the market’s return times beta does not explain',
  },
  beta: {
    label: 'Beta',

    about: 'Covariance with the price’s log returns over their variance',
  },
  volatility_ann_pct: {
    label: 'Volatility, annual',

    about: 'Standard deviation of returns, of a year',
  },
  sharpe_ratio: {
    label: 'Sharpe',

    about: 'Annual return over annual volatility, no risk-free rate',
  },
  sortino_ratio: {
    label: 'Sortino',

    about: 'Annual return over the volatility of losses alone',
  },
  calmar_ratio: { label: 'Calmar', about: 'Annual return over the deepest drawdown' },
  max_drawdown_pct: { label: 'Max drawdown', about: 'Deepest fall from a peak of equity' },
  avg_drawdown_pct: {
    label: 'Avg drawdown',

    about: 'Mean of the deepest points of all drawdowns',
  },
  max_drawdown_duration_days: {
    label: 'Longest drawdown',

    about: 'From a peak until it was passed',
  },
  avg_drawdown_duration_days: { label: 'Avg drawdown time', about: 'Mean over all drawdowns' },
  trades: { label: 'Trades', about: 'Trades that were closed' },
  win_rate_pct: { label: 'Win rate', about: 'Share of trades that made money' },
  best_trade_pct: { label: 'Best trade', about: 'Highest return of a trade' },
  worst_trade_pct: { label: 'Worst trade', about: 'Lowest return of a trade' },
  avg_trade_pct: { label: 'Avg trade', about: 'Geometric mean of the trades’ returns' },
  max_trade_duration_days: { label: 'Longest trade', about: 'From entry to exit' },
  avg_trade_duration_days: { label: 'Avg trade time', about: 'Mean from entry to exit' },
  profit_factor: {
    label: 'Profit factor',

    about: 'Sum of the winning returns over that of the losing ones',
  },
  expectancy_pct: { label: 'Expectancy', about: 'Mean return of a trade' },
  sqn: { label: 'SQN', about: 'System quality number: √trades × mean result / its deviation' },
  kelly_criterion: {
    label: 'Kelly',

    about: 'Part of capital that Kelly’s formula would stake',
  },
}

const GROUPS: { title: string; figures: Figure[] }[] = [
  {
    title: 'Account',
    figures: [
      ...(['start', 'end', 'duration_days', 'exposure_time_pct', 'equity_final', 'equity_peak'] as const),
      'commissions',
    ],
  },
  {
    title: 'Return',
    figures: ['return_pct', 'return_ann_pct', 'cagr_pct', 'buy_hold_return_pct', 'alpha_pct', 'beta'],
  },
  {
    title: 'Risk',
    figures: [
      ...([
        'sharpe_ratio',
        'sortino_ratio',
        'calmar_ratio',
        'volatility_ann_pct',
        'max_drawdown_pct',
      ] as const),
      ...(['avg_drawdown_pct', 'max_drawdown_duration_days', 'avg_drawdown_duration_days'] as const),
    ],
  },
  {
    title: 'Trades',
    figures: [
      ...(['trades', 'win_rate_pct', 'profit_factor', 'expectancy_pct', 'avg_trade_pct'] as const),
      ...([
        'best_trade_pct',
        'worst_trade_pct',
        'avg_trade_duration_days',
        'max_trade_duration_days',
      ] as const),
      ...(['sqn', 'kelly_criterion'] as const),
    ],
  },
]

/** What is said first, in large. */
const HEADLINES: Statistic[] = [
  ...(['return_pct', 'cagr_pct', 'sharpe_ratio', 'max_drawdown_pct', 'trades', 'win_rate_pct'] as const),
]

export interface FigureView {
  text: string
  /** Why there is none; empty where there is one. */
  why: string
  tone: 'gain' | 'loss' | ''
}

export interface StatisticRow {
  label: string
  about: string
  value: FigureView
  hold: FigureView
}

export interface StatisticsView {
  headlines: {
    label: string
    about: string
    text: string
    why: string
    tone: FigureView['tone']
    hold: string
  }[]
  groups: { title: string; rows: StatisticRow[] }[]
}

/** All of them; a group's rows in the order in which they are read. */
export function viewStatistics(stats: BacktestStats, buyAndHold: BacktestStats | null): StatisticsView {
  return {
    headlines: HEADLINES.map((name) => {
      const { label, about } = NAMES[name]
      const hold = buyAndHold && name !== 'trades' ? viewFigure(name, buyAndHold).text : ''
      return { label, about, ...viewFigure(name, stats), hold: hold === '–' ? '' : hold }
    }),
    groups: GROUPS.map(({ title, figures }) => ({
      title,
      rows: figures.map((name) => ({
        label: NAMES[name].label,
        about: NAMES[name].about,
        value: viewFigure(name, stats),
        hold: buyAndHold ? viewFigure(name, buyAndHold) : { text: '', why: '', tone: '' },
      })),
    })),
  }
}

/** As they stand in a table: groups and their figures in order. */
export function groupStatistics(): readonly { title: string; figures: readonly Figure[] }[] {
  return GROUPS
}

/** `Sharpe`. */
export function labelStatistic(name: Statistic): string {
  return NAMES[name].label
}

export function describeStatistic(name: Statistic): string {
  return NAMES[name].about
}

export function isInPercent(name: Statistic): boolean {
  return UNIT_OF[name] === 'pct' || UNIT_OF[name] === 'change'
}

/** `0.37`, `+462.64 %`, `2,148 d`, `56,263.52`. */
export function formatStatistic(name: Statistic, value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  switch (UNIT_OF[name]) {
    case 'pct':
      return `${formatNumber(value, decimalsOf(value))} %`
    case 'change':
      return `${formatSigned(value, decimalsOf(value))} %`
    case 'days':
      return `${formatNumber(value, 0)} d`
    case 'count':
      return formatNumber(value, 0)
    case 'money':
      return formatNumber(value)
    case 'ratio':
      return formatNumber(value, Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 10 ? 2 : 3)
  }
}

/** Hundredths of a percent mean nothing beside hundreds. */
function decimalsOf(pct: number): number {
  return Math.abs(pct) >= 1_000 ? 0 : Math.abs(pct) >= 100 ? 1 : 2
}

function viewFigure(name: Figure, stats: BacktestStats): FigureView {
  if (name === 'start' || name === 'end') return { text: formatMinute(stats[name]), why: '', tone: '' }
  const value = stats[name]
  const text = formatStatistic(name, value)
  return { text, why: text === '–' ? explainNone(name, stats) : '', tone: toneOf(name, value) }
}

function toneOf(name: Statistic, value: number | null): FigureView['tone'] {
  if (UNIT_OF[name] !== 'change' || value === null || value === 0) return ''
  return value > 0 ? 'gain' : 'loss'
}

/** Why a figure is not there, as far as the others tell. */
function explainNone(name: Statistic, stats: BacktestStats): string {
  const ofTrades = GROUPS[3]!.figures.includes(name)
  if (ofTrades && !stats.trades) return 'No trade was closed'
  switch (name) {
    case 'sharpe_ratio':
    case 'beta':
    case 'alpha_pct':
      return 'The returns do not vary, or there are too few of them'
    case 'sortino_ratio':
      return 'There is no losing period to measure against'
    case 'calmar_ratio':
    case 'max_drawdown_duration_days':
    case 'avg_drawdown_duration_days':
    case 'avg_drawdown_pct':
      return 'There was no drawdown'
    case 'profit_factor':
    case 'kelly_criterion':
      return 'There is no losing trade, or no winning one, to set against the others'
    case 'sqn':
      return 'Needs at least two trades with different results'
    case 'return_ann_pct':
    case 'volatility_ann_pct':
    case 'cagr_pct':
      return 'Too few bars to speak of a year'
    default:
      return 'Cannot be computed from these bars'
  }
}
