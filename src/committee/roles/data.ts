/** The data step: loads the as-of window once. What it returns is all that the committee ever sees of the market. */
import { formatNumber } from '../../core/format.ts'
import type { Market } from '../../market/market.ts'
import { hashSeries, seriesToJson, type SeriesJson } from '../../market/series.ts'
import { findSplitJumps } from '../../market/splits.ts'
import type { RunContext } from '../../runs/workflow.ts'
import type { Evidence } from '../decision.ts'
import { createLedger, numberMeasurements } from '../evidence/ledger.ts'
import { citeCount, joinBlocks, joinWords } from '../figures.ts'
import { DATA_STEP, messagesNode, reportNode } from '../plan.ts'

const BARS_LABEL = 'Bars in window'

/** Jumps that are told of, the latest ones. */
const MAX_JUMPS_NAMED = 3

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
      const jumps = window.adjustment === 'raw' ? findSplitJumps(window.bars) : []
      const splits = jumps.slice(-MAX_JUMPS_NAMED).map((jump) => window.bar(jump.index).date)
      for (const jump of jumps.slice(-MAX_JUMPS_NAMED)) {
        const { date } = window.bar(jump.index)
        const times = formatNumber(jump.change)
        step.log(
          'WARN',
          `${date} opened at ${times} times the close before: a split that the prices are not adjusted for?`,
        )
      }
      step.append(`- Asked ${market.name} for ${ctx.ticker} up to ${asOf}.\n`, messagesNode('data'))
      step.append(describeData(data, asOf, splits), reportNode('data'))
      return data
    },
    { node: 'data' },
  )
}

/** The first evidence: how much there is to go by. */
export function measureData(data: LoadedData): Evidence[] {
  return numberMeasurements([{ label: BARS_LABEL, value: data.bars, unit: 'bars' }], 1, {
    asOf: data.last,
    source: `${data.series.vendor} bars, ${describeAdjustment(data.series)}`,
    tool: 'load_bars',
  })
}

/** Which prices these are, in a few words. */
export function describeAdjustment({ adjustment }: Pick<SeriesJson, 'adjustment'>): string {
  return adjustment === 'adjusted'
    ? 'adjusted for splits and dividends'
    : 'prices as the file has them, not adjusted'
}

function describeData(data: LoadedData, asOf: string, splits: readonly string[]): string {
  const { ticker, vendor, adjustment } = data.series
  const bars = createLedger(measureData(data)).get(BARS_LABEL)
  const suspects =
    splits.length > 0
      ? ` The jump of ${joinWords(splits)} looks like a split: averages and levels over it mean nothing.`
      : ''
  const prices =
    adjustment === 'adjusted'
      ? 'Prices are adjusted for splits and dividends so that those of the last bar are as they were traded.'
      : `Prices are as the file has them, not adjusted for splits or dividends.${suspects}`
  const gap = data.last < asOf ? `The last bar before ${asOf} is that of ${data.last}.` : ''
  return joinBlocks(
    `# Prices of ${ticker} up to ${asOf}`,
    `The ${vendor} source has ${citeCount(bars)} from ${data.first} to ${data.last}. ${gap ? `${gap} ` : ''}${prices}`,
    'Nothing dated later was read, and the committee works on this copy alone.',
  )
}
