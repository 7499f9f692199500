/**
 * What a report comes to, for a person: each sentence from a figure in it, the one that matters most first, then why
 * figures are missing. States; advises nothing.
 */
import { countOf, formatNumber } from '../../core/format.ts'
import type { Caveat } from '../backtest-result.ts'
import type { HonestyReport } from '../honesty-report.ts'
import { sayChance } from './say-chance.ts'

export interface Judged {
  isWalkForward: boolean
  /** Sets of parameters that differ; of these the report's `sampled` were looked at. */
  distinct: number
  /** Of all tries, those that a constraint refused after they were run. */
  refused: number
  /** Whether the best of all by mean return, set against its deviation, was better than doing nothing, and than holding. */
  isAboveZero: boolean
  isAboveHeld: boolean
  /** Whether that one is the one that was chosen: the tests against luck look at it, whatever was searched for. */
  isBestByMean: boolean
}

/** What voids every figure stands before all of them, the worse first. */
const CAVEATS: Readonly<Record<Caveat, string>> = {
  'looks-ahead': 'This strategy looks ahead: none of these figures mean anything.',
  'in-sample': 'The model was trained on these days: none of these figures test it.',
}

export function describeHonesty(report: HonestyReport, judged: Judged): string[] {
  const { isWalkForward, distinct } = judged
  const said = isWalkForward
    ? [describeWalkLuck(report, judged), describeWalkHeld(report, judged)]
    : [describeLuck(report, judged), describeHeld(report, judged)]
  const caveats = Object.entries(CAVEATS).filter(([name]) => report.caveats?.includes(name as Caveat))
  return [
    ...caveats.map(([, sentence]) => sentence),
    ...said,
    describeChoice(report),
    describeDeflated(report, isWalkForward),
    describeBand(report),
    describeLength(report),
    describeRefused(report, judged),
    describeSelection(report, distinct),
    ...describeGaps(report, isWalkForward),
  ].filter((sentence) => sentence !== null)
}

/** Hansen's consistent test against nothing. */
function describeLuck(
  { against_zero: test, trials, bootstrap }: HonestyReport,
  { isAboveZero, isBestByMean }: Judged,
): string | null {
  if (test.spa_consistent === null) return null
  if (!isAboveZero) return `None of ${countOf(trials, 'try', 'tries')} made more than doing nothing.`
  const chance = sayChance(test.spa_consistent, bootstrap.samples)
  return trials === 1
    ? `A try without skill would look this good by luck ${chance}.`
    : `Of ${formatNumber(trials, 0)} tries, the best${isBestByMean ? '' : ' by mean return, which is not the one chosen,'} would look this good by luck ${chance}.`
}

function describeHeld(
  { against_buy_and_hold: test, trials, bootstrap }: HonestyReport,
  { isAboveHeld }: Judged,
): string | null {
  if (test.spa_consistent === null) return null
  if (!isAboveHeld) {
    return trials === 1
      ? 'By mean return it is not ahead of buying and holding.'
      : 'By mean return no try is ahead of buying and holding.'
  }
  const chance = sayChance(test.spa_consistent, bootstrap.samples)
  return `If none had an edge over buying and holding, one would look this far ahead of it by luck ${chance}.`
}

function describeWalkLuck(
  { against_zero: test, bootstrap }: HonestyReport,
  { isAboveZero }: Judged,
): string | null {
  if (test.spa_consistent === null) return null
  if (!isAboveZero) return 'Out of sample it made no more than doing nothing.'
  return `Out of sample, a track without skill would look this good by luck ${sayChance(test.spa_consistent, bootstrap.samples)}.`
}

function describeWalkHeld(
  { against_buy_and_hold: test, bootstrap }: HonestyReport,
  { isAboveHeld }: Judged,
): string | null {
  if (test.spa_consistent === null) return null
  if (!isAboveHeld) return 'Out of sample, by mean return, it is not ahead of buying and holding.'
  return `Without an edge over buying and holding it would be this far ahead of it by luck ${sayChance(test.spa_consistent, bootstrap.samples)}.`
}

function describeChoice({ pbo }: HonestyReport): string | null {
  if (pbo.value === null) return null
  return `Chosen on one half of the history, the best try was no better than the middle of all tries on the other half ${sayChance(pbo.value, pbo.combinations)}.`
}

/** The larger of both thresholds: what the number of tries asks for at least. */
function describeDeflated(report: HonestyReport, isWalkForward: boolean): string | null {
  const { trials, periods_per_year: periods, best, dsr_trial_variance: own, dsr_null_variance: none } = report
  const known = [own, none].filter((one) => one !== null && one.probability !== null)
  const hardest = known.sort((a, b) => b!.threshold - a!.threshold)[0]
  if (!hardest || best.sharpe_annual === null || trials < 2) return null
  const threshold = formatNumber(hardest.threshold * Math.sqrt(periods), 2)
  const subject = isWalkForward ? 'the track out of sample' : 'this one'
  const bound = isWalkForward
    ? ' Nobody chose that track, so this asks the most that could be asked of it.'
    : ''
  return (
    `Luck alone is expected to bring the best of ${formatNumber(trials, 0)} tries to a Sharpe ratio of ${threshold} a year; ` +
    `${subject} has ${formatNumber(best.sharpe_annual, 2)}, and its true ratio lies above that with ${sayPercent(hardest.probability!)} probability.${bound}`
  )
}

function describeBand({ best }: HonestyReport): string | null {
  const band = best.sharpe_annual_band
  if (band === null) return null
  return `Its Sharpe ratio of ${formatNumber(best.sharpe_annual, 2)} a year could as well have been anything from ${formatNumber(band.low, 2)} to ${formatNumber(band.high, 2)} (${formatNumber(band.level * 100, 0)} % of resamples).`
}

function describeLength(report: HonestyReport): string | null {
  const { min_backtest_years: needed, backtest_years: years, trials } = report
  if (needed === null || trials < 2 || report.observations === 0) return null
  const asked = formatNumber(needed, 1)
  return needed > years
    ? `${sayYears(years)} of history are too short for so many tries: below ${asked} years, a Sharpe ratio of 1 is what luck alone is expected to reach.`
    : `${sayYears(years)} of history are long enough that ${formatNumber(trials, 0)} tries without skill are not expected to reach a Sharpe ratio of 1 (that takes under ${asked} years).`
}

function describeRefused({ trials }: HonestyReport, { refused }: Judged): string | null {
  if (refused === 0) return null
  return `${formatNumber(refused, 0)} of ${countOf(trials, 'try', 'tries')} ${refused === 1 ? 'was' : 'were'} refused by the constraint; they count as tries, for refusing them took a look at what they made.`
}

function describeSelection({ sampled }: HonestyReport, distinct: number): string | null {
  if (sampled === distinct) return null
  return `Where tries are compared with each other, ${formatNumber(sampled, 0)} evenly chosen ones stand for all ${formatNumber(distinct, 0)}, the best among them.`
}

function describeGaps(report: HonestyReport, isWalkForward: boolean): string[] {
  const { best, trials, observations, pbo } = report
  const least = 2 * pbo.blocks
  const gaps: string[] = []
  if (trials === 0) gaps.push('No try was run, so there is nothing to judge.')
  else if (!isWalkForward && best.trial === null) gaps.push('No try could be chosen, so none is judged.')
  else if (best.sharpe === null)
    gaps.push(
      `${isWalkForward ? 'What was traded out of sample' : 'The best try'} has returns that do not vary (no trade, perhaps), so it has no Sharpe ratio and nothing that follows from one.`,
    )
  else if (best.sharpe <= 0)
    gaps.push('Its Sharpe ratio is not above 0, so no length of track would show that it is.')
  if (observations < least) {
    gaps.push(
      `${countOf(observations, 'return')} are too few for resamples and for ${pbo.blocks} blocks; ${least} are needed.`,
    )
  } else if (pbo.value === null && trials > 0) {
    gaps.push('With a single try there is no choice that could be overfit.')
  }
  return gaps
}

function sayPercent(probability: number): string {
  if (probability < 0.005) return 'under 1 %'
  if (probability >= 0.995) return 'over 99 %'
  return `${formatNumber(probability * 100, 0)} %`
}

function sayYears(years: number): string {
  return `${formatNumber(years, 1)} years`
}
