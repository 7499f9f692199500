/** Assessments over the bundled bars, executed in memory: what most tests of the committee start from. */
import type { AssessmentInput } from '../../src/committee/assessment-input.ts'
import {
  createAssessmentWorkflow,
  type AssessmentOptions,
  type AssessmentWorkflow,
} from '../../src/committee/assessment.ts'
import { decisionSchema, type Decision } from '../../src/committee/decision.ts'
import { createMarket, type Market } from '../../src/market/market.ts'
import { createSampleVendor } from '../../src/market/vendors/sample.ts'
import type { RawBars, Vendor } from '../../src/market/vendor.ts'
import { createRunRecord, executeOver, type ExecuteOptions, type RunRecord } from './run-context.ts'

export const sampleMarket: Market = createMarket(createSampleVendor())

/** Twelve days from calm and nervous, rising and falling markets. */
export const TWELVE_DATES = [
  ...['2005-06-30', '2006-03-31', '2007-02-28', '2007-11-30', '2008-06-30', '2008-10-31'],
  ...['2009-05-29', '2010-02-26', '2010-08-31', '2011-06-30', '2012-06-29', '2013-02-28'],
]

export function createSampleAssessment(options: Partial<AssessmentOptions> = {}): AssessmentWorkflow {
  return createAssessmentWorkflow({
    market: sampleMarket,
    priorDecisions: () => Promise.resolve(null),
    config: { timeoutMinutes: 5 },
    ...options,
  })
}

export interface Assessed {
  decision: Decision
  record: RunRecord
  input: AssessmentInput
}

/** Admits and executes; the decision has passed its schema. */
export async function assess(
  workflow: AssessmentWorkflow,
  request: Record<string, unknown>,
  options: ExecuteOptions = {},
): Promise<Assessed> {
  const { input, ticker, as_of } = await workflow.admit(workflow.input.parse(request))
  const record = createRunRecord(ticker, as_of)
  await executeOver(workflow, input, record, options)
  return { decision: decisionSchema.parse(record.decision), record, input }
}

/** A market of one ticker with the given bars. */
export function createMarketOf(bars: RawBars): Market {
  const vendor: Vendor = {
    name: bars.vendor,
    bars: () => Promise.resolve(bars),
    listings: () => Promise.resolve([{ ticker: bars.ticker, first: null, last: null, problem: null }]),
    strays: () => Promise.resolve([]),
  }
  return createMarket(vendor)
}

/** The first `count` of some bars. */
export function takeBars(bars: RawBars, count: number): RawBars {
  const cut = (column: Float64Array) => column.slice(0, count)
  return {
    ...bars,
    ...{ time: cut(bars.time), open: cut(bars.open), high: cut(bars.high), low: cut(bars.low) },
    ...{ close: cut(bars.close), volume: cut(bars.volume), factor: cut(bars.factor) },
  }
}
