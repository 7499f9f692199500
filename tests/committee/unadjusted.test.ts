/** Prices whose file has no adjusted close: taken as they are, said to be so, with a warning where a split shows. */
import { describe, expect, it } from 'vitest'
import { parseBarsCsv } from '../../src/market/csv.ts'
import { assess, createMarketOf, createSampleAssessment } from '../support/assessments.ts'
import { contentOf } from '../support/run-context.ts'
import { readSampleRows } from '../support/sample-bars.ts'

const AS_OF = '2005-06-30'

function barsWithoutAdjustedClose(ticker: string) {
  const rows = readSampleRows(ticker).map(
    ({ date, open, high, low, close, volume }) => `${date},${open},${high},${low},${close},${volume}`,
  )
  return parseBarsCsv(['Date,Open,High,Low,Close,Volume', ...rows].join('\n'), { ticker, vendor: 'csv' })
}

function assessUnadjusted(ticker: string) {
  const market = createMarketOf(barsWithoutAdjustedClose(ticker))
  return assess(createSampleAssessment({ market }), { ticker, as_of: AS_OF })
}

describe('a file without an adjusted close', () => {
  it('is said to be unadjusted in series, evidence, report and verdict', async () => {
    const { decision, record } = await assessUnadjusted('IBM')
    const { series } = JSON.parse(record.results.get('data')!) as { series: Record<string, unknown> }
    expect(series).toMatchObject({ adjustment: 'raw', adjusted_to: null })
    const measured = decision.evidence.find((item) => item.label === 'Last close')!
    expect(measured.source).toContain('prices as the file has them, not adjusted')
    expect(contentOf(record, 'data_report')).toContain('Prices are as the file has them, not adjusted')
    expect(decision.markdown).toContain('prices as the file has them, not adjusted')
    expect(decision.markdown).not.toContain('adjusted for splits')
  })

  it('is warned of where a day opens as after a split', async () => {
    const { record } = await assessUnadjusted('AAPL')
    const warnings = record.logs.filter(({ key, severity }) => key === 'data' && severity === 'WARN')
    expect(warnings.map(({ message }) => message).join()).toMatch(/2005-02-28 opened at 0\.5\d times/)
    expect(contentOf(record, 'data_report')).toContain('2005-02-28 looks like a split')
  })

  it('is not warned of where there was none, nor is a file that is adjusted', async () => {
    const { record } = await assessUnadjusted('GOOG')
    const adjusted = await assess(createSampleAssessment(), { ticker: 'AAPL', as_of: AS_OF })
    for (const logs of [record.logs, adjusted.record.logs])
      expect(logs.filter(({ key, severity }) => key === 'data' && severity === 'WARN')).toEqual([])
  })
})

describe('volume', () => {
  it('is quoted in ratios only: a split after the day, which the vendor states it in, shows nowhere', async () => {
    const bars = barsWithoutAdjustedClose('IBM')
    const doubled = { ...bars, volume: bars.volume.map((value) => 2 * value) }
    const [one, other] = await Promise.all(
      [bars, doubled].map((given) =>
        assess(createSampleAssessment({ market: createMarketOf(given) }), { ticker: 'IBM', as_of: AS_OF }),
      ),
    )
    expect(other!.decision.evidence).toEqual(one!.decision.evidence)
    expect(other!.decision.markdown).toBe(one!.decision.markdown)
  })
})
