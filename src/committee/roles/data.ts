/** The data step: loads the as-of window once. What it returns is all that the committee ever sees of the market. */
import type { Market } from '../../market/market.ts'
import { hashSeries, seriesToJson, type SeriesJson } from '../../market/series.ts'
import type { RunContext } from '../../runs/workflow.ts'
import type { Evidence } from '../decision.ts'
import { numberMeasurements } from '../evidence/ledger.ts'
import { cite, joinBlocks } from '../figures.ts'
import { messagesNode, reportNode } from '../plan.ts'

/** The key under which others find the bars of an assessment. */
export const DATA_STEP = 'data'

export interface LoadedData {
  series: SeriesJson
  hash: string
  /** YYYY-MM-DD of the first and the last bar. */
  first: string
  last: string
  bars: number
}

export function loadData(ctx: RunContext<unknown>, market: Market, asOf: string): Promise<LoadedData> {
  return ctx.step(
    DATA_STEP,
    async (step): Promise<LoadedData> => {
      const window = await market.loadWindow(ctx.ticker, asOf, step.signal)
      const data = {
        series: seriesToJson(window),
        hash: hashSeries(window),
        first: window.first,
        last: window.last,
        bars: window.length,
      }
      step.log(
        'INFO',
        `${data.bars} bars of ${ctx.ticker} from ${market.name}, ${data.first} to ${data.last}`,
      )
      step.append(`- Asked ${market.name} for ${ctx.ticker} up to ${asOf}.\n`, messagesNode('data'))
      step.append(describeData(data, asOf), reportNode('data'))
      return data
    },
    { node: 'data' },
  )
}

/** The first evidence: how much there is to go by. */
export function measureData(data: LoadedData): Evidence[] {
  return numberMeasurements([{ label: 'Bars in window', value: data.bars, unit: 'bars' }], 1, {
    asOf: data.last,
    source: `${data.series.vendor} bars`,
    tool: 'load_bars',
  })
}

function describeData(data: LoadedData, asOf: string): string {
  const { ticker, vendor, adjustment } = data.series
  const [bars] = measureData(data)
  const prices =
    adjustment === 'adjusted'
      ? 'Prices are adjusted for splits and dividends so that those of the last bar are as they were traded.'
      : 'Prices are as they were traded, without adjustment for splits or dividends.'
  const gap = data.last < asOf ? `The last bar before ${asOf} is that of ${data.last}.` : ''
  return joinBlocks(
    `# Prices of ${ticker} up to ${asOf}`,
    `The ${vendor} source has ${cite(bars!)} bars from ${data.first} to ${data.last}. ${gap ? `${gap} ` : ''}${prices}`,
    'Nothing dated later was read, and the committee works on this copy alone.',
  )
}
