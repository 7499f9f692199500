/**
 * What the committee is told of its own past: its verdicts on the ticker before this day and how they turned out, as far
 * as the bars up to as-of can tell. Every figure of it is evidence.
 */
import { dateOf } from '../market/series.ts'
import type { AsOfWindow } from '../market/window.ts'
import type { Evidence } from './decision.ts'
import { createLedger, numberMeasurements, type Origin } from './evidence/ledger.ts'
import type { Measurement } from './evidence/measurement.ts'
import { createQuoter, type Quoter } from './figures.ts'
import type { PriorVerdict } from './prior.ts'
import type { RememberedVerdict } from './reasoner.ts'
import { EXIT_WORDS, followTrade, rescaleTo, type FollowedTrade } from './settle.ts'

/** Verdicts that are remembered, the newest ones. */
export const REMEMBERED_VERDICTS = 8

export interface Memory {
  verdicts: RememberedVerdict[]
  evidence: Evidence[]
}

/** The newest verdict of each day before `asOf`, as many as are remembered, newest first. */
export async function recallVerdicts(
  asOf: string,
  find: (beforeAsOf: string) => Promise<PriorVerdict | null>,
): Promise<PriorVerdict[]> {
  const verdicts: PriorVerdict[] = []
  for (let before = asOf; verdicts.length < REMEMBERED_VERDICTS;) {
    const verdict = await find(before)
    if (verdict === null) break
    verdicts.push(verdict)
    before = verdict.as_of
  }
  return verdicts
}

/** Numbers the outcomes from `first` on. */
export function settleMemory(
  verdicts: readonly PriorVerdict[],
  window: AsOfWindow,
  first: number,
  origin: Origin,
): Memory {
  const settled = verdicts.map((verdict) => settleVerdict(verdict, window))
  const evidence = numberMeasurements(
    settled.flatMap(({ measured }) => measured),
    first,
    origin,
  )
  const quote = createQuoter(createLedger(evidence))
  return {
    evidence,
    verdicts: settled.map(({ verdict: { run_id, as_of, action }, tell }) => ({
      ...{ run_id, as_of, action, outcome: tell(quote) },
    })),
  }
}

interface SettledVerdict {
  verdict: PriorVerdict
  measured: Measurement[]
  tell(quote: Quoter): string
}

function settleVerdict(verdict: PriorVerdict, window: AsOfWindow): SettledVerdict {
  const name = `${verdict.action} of ${verdict.as_of}`
  if (verdict.action === 'BUY' || verdict.action === 'SELL')
    return { verdict, ...tellTrade(name, followTrade(verdict, window), window) }
  const scale = rescaleTo(verdict, window)
  if (scale === null) return { verdict, measured: [], tell: () => UNKNOWN }
  const value = 100 * (window.bar(window.length - 1).close / (verdict.close! * scale) - 1)
  const label = `Change since ${name}`
  const tell = (quote: Quoter) =>
    `No trade was asked for; the close has since moved by ${quote.signed(label)}.`
  return { verdict, measured: [{ label, value, unit: '%' }], tell }
}

const UNKNOWN = 'What became of it cannot be told from the bars there are.'

function tellTrade(
  name: string,
  followed: FollowedTrade | null,
  window: AsOfWindow,
): Omit<SettledVerdict, 'verdict'> {
  if (followed === null) return { measured: [], tell: () => UNKNOWN }
  if (followed.state === 'unmet') return { measured: [], tell: () => 'It has not met a bar yet.' }
  if (followed.state === 'unfilled')
    return { measured: [], tell: () => 'Its order would not have been filled.' }
  const { exit, returnPct, rMultiple, barsHeld } = followed
  const labels = { result: `Outcome of ${name}`, risk: `Outcome in R of ${name}`, held: `Holding of ${name}` }
  const end =
    exit.reason === 'open'
      ? 'It would still be open, with'
      : `It would have been ${EXIT_WORDS[exit.reason]} on ${dateOf(window.bars.time[exit.index]!)}, with`
  return {
    measured: [
      { label: labels.result, value: returnPct, unit: '%', meaning: 'costs not counted' },
      {
        ...{ label: labels.risk, value: rMultiple, unit: 'ratio' },
        meaning: 'gain or loss in multiples of the distance from entry to stop',
      },
      { label: labels.held, value: barsHeld, unit: 'bars' },
    ],
    tell: (quote) =>
      `${end} ${quote.signed(labels.result)}, ${quote.signed(labels.risk)} times its risk, after ${quote.count(labels.held)}.`,
  }
}
