/**
 * The parts that show what a backtest has found: its headlines, equity with its drawdown and the trades, all statistics
 * beside buying and holding, returns by month and how they are spread, and the trades as a table. The same for a job and
 * for one trial of a search; what there is to show, and why there is nothing, is told by whoever asks.
 */
import type { BacktestResult, SeriesFacts } from '../../../lab/backtest-result.ts'
import type { BacktestStats } from '../../../trading/statistics.ts'
import type { Region } from '../../page.ts'
import { viewCaveats } from '../../view-models/lab/caveats-view.ts'
import { viewCurve } from '../../view-models/lab/curve-view.ts'
import type { JobAsk } from '../../view-models/lab/job-ask.ts'
import { viewMonths } from '../../view-models/lab/months-view.ts'
import { describeParams } from '../../view-models/lab/params-view.ts'
import { viewSeries } from '../../view-models/lab/series-view.ts'
import { viewStatistics } from '../../view-models/lab/statistics-view.ts'
import { viewTrades } from '../../view-models/lab/trades-view.ts'
import type { PageKit } from '../page-deps.ts'

/** What is known before trades and curves are there. */
export interface ResultFigures {
  stats: BacktestStats | null
  buyAndHold: BacktestStats | null
  series: readonly SeriesFacts[]
  notes: readonly string[]
  /** Of what is shown; null where they are not known yet, or many took part. */
  params: Readonly<Record<string, number>> | null
}

export interface ResultSource {
  /** Names what is shown: `run ID`, `trial ID 12`. */
  key: string
  /** `Statistics`, `Statistics of the best trial`. */
  title: string
  ask: JobAsk
  /** Where the trades are to be had as CSV; empty for nowhere. */
  csvHref: string
  watch: Region['watch']
  figures(): Promise<ResultFigures>
  /** Null while there is none. */
  result(): Promise<BacktestResult | null>
  /** What other parts of the page are not there yet, as within a sentence; none where left out. */
  awaited?(): Promise<readonly string[]>
  /** When these come, or why they do not, in a sentence; empty for none. */
  absence(names: readonly string[]): string
}

/** What comes with the result itself. */
const AWAITED = ['equity', 'monthly returns', 'the distribution of returns', 'trades']

export function createResultRegions({ charts }: Pick<PageKit, 'charts'>, source: ResultSource): Region[] {
  const { ask, watch, absence } = source
  const region = (
    id: string,
    template: string,
    asked: string,
    show: (result: BacktestResult) => Promise<object>,
  ) => ({
    id,
    key: `${id}:${source.key}:${asked}`,
    template,
    watch,
    data: async () => {
      const result = await source.result()
      return result === null ? { isThere: false } : { isThere: true, ...(await show(result)) }
    },
  })
  return [
    {
      id: 'job-statistics',
      key: `job-statistics:${source.key}`,
      template: 'lab/statistics',
      watch,
      data: async () => {
        const { stats, buyAndHold, series, notes, params } = await source.figures()
        return {
          title: source.title,
          // The one place that says what is still to come; the parts themselves are not shown until then.
          empty: absence([
            ...((await source.awaited?.()) ?? []),
            ...(stats ? [] : ['statistics']),
            ...((await source.result()) ? [] : AWAITED),
          ]),
          headlines: stats && viewStatistics(stats, buyAndHold).headlines,
          params: params ? describeParams(params) : '',
          series: viewSeries(series),
          notes,
          caveats: viewCaveats((await source.result())?.caveats),
        }
      },
    },
    region('job-equity', 'lab/equity', ask.href({}), async (result) => {
      const { chart, ...view } = viewCurve('job-equity-chart', result, ask)
      return {
        ...view,
        svg: chart ? await charts.draw('drawEquityChart', chart) : '',
        kept: ask.kept('from', 'to'),
        action: ask.href({}).split('?')[0],
        allHref: ask.href({ from: null, to: null }, 'job-equity'),
      }
    }),
    {
      id: 'job-figures',
      key: `job-figures:${source.key}`,
      template: 'lab/figures',
      watch,
      data: async () => {
        const { stats, buyAndHold } = await source.figures()
        return {
          groups: stats && viewStatistics(stats, buyAndHold).groups,
          hasHold: buyAndHold !== null,
        }
      },
    },
    region('job-months', 'lab/months', '', async (result) => viewMonths(result.months)),
    region(
      'job-distribution',
      'lab/distribution',
      '',
      async ({ daily_returns: daily, trade_returns: ofTrades }) => ({
        svgDaily: isCounted(daily)
          ? await charts.draw('drawHistogram', {
              ...{ id: 'job-daily', title: 'Returns of days', one: 'day' },
              ...{ edges: daily.edges, counts: daily.counts },
            })
          : '',
        svgTrades: isCounted(ofTrades)
          ? await charts.draw('drawHistogram', {
              ...{ id: 'job-of-trades', title: 'Returns of trades', one: 'trade' },
              ...{ edges: ofTrades.edges, counts: ofTrades.counts },
            })
          : '',
      }),
    ),
    region('job-trades', 'lab/trades', ask.href({}), async (result) => ({
      ...viewTrades(result.trades, ask),
      csvHref: source.csvHref,
    })),
  ]
}

function isCounted({ edges, counts }: { edges: number[]; counts: number[] }): boolean {
  return counts.some((count) => count > 0) && edges.length === counts.length + 1
}
