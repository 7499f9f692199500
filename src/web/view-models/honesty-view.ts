/**
 * What a search says of its own luck, for a person: the sentences, then each figure with what it means, how it is judged
 * and where it comes from. A mark is a colour, an icon and a word; where it is set is said in docs/honesty.md.
 */
import { countOf, formatNumber } from '../../core/format.ts'
import type { HonestyReport, SnoopingTest } from '../../lab/honesty-report.ts'
import { drawLogits } from '../charts/lab/logits-chart.ts'
import type { StatusView } from './status-view.ts'

export interface HonestyRow {
  label: string
  value: string
  /** What it means, a short sentence; or why there is none. */
  meaning: string
  /** The work it comes from, and how it was computed. */
  source: string
  /** Null for a figure that is neither good nor bad in itself, or is not there. */
  status: StatusView | null
  /** The verdict rests on it: the few that are marked in colour. */
  decides: boolean
}

export interface HonestyView {
  /** What all of it comes to; null where nothing can be said. */
  verdict: StatusView | null
  /** The sentence that matters most; empty where nothing can be said. */
  lead: string
  sentences: string[]
  groups: { title: string; rows: HonestyRow[] }[]
  /** Empty where there was no cross-validation. */
  spreadHtml: string
  caption: string
  /** Why the Sharpe ratio of the statistics is another one; empty where it is not. */
  ratios: string
  /** What it rests on: `2,147 returns, 252 a year · …`. */
  basis: string
}

const GOOD: StatusView = { word: 'good', icon: '✓', tone: 'good' }
const DOUBTFUL: StatusView = { word: 'doubtful', icon: '!', tone: 'hold' }
const BAD: StatusView = { word: 'bad', icon: '✕', tone: 'bad' }

/** A figure that is told and does not decide. */
const ASIDE = { decides: false } as const

/** Probabilities that there is something: from 95 % good, from 80 % doubtful. */
const SURE = 0.95
const LIKELY = 0.8
/** Probabilities that it is luck: up to 5 % good, up to 20 % doubtful. */
const RARE = 0.05
const SELDOM = 0.2
/** Chances that a choice does not carry over: up to 20 % good, below a half doubtful. */
const OVERFIT = 0.5

/** Of the verdict, by the tone that the worst of the deciding figures has. */
const VERDICTS = {
  good: { ...GOOD, word: 'stands out' },
  hold: DOUBTFUL,
  bad: { ...BAD, word: 'likely luck' },
  void: { ...BAD, word: 'no test' },
} as const

/** `sharpe` is that of the statistics, of the same track; null where there is none. */
export function viewHonesty(report: HonestyReport, sharpe: number | null = null): HonestyView {
  const [lead = '', ...sentences] = report.sentences
  const { logits, combinations } = report.pbo
  return {
    ...{ verdict: judgeWhole(report), lead, sentences },
    groups: [
      { title: 'The Sharpe ratio', rows: viewRatio(report) },
      { title: 'The number of tries', rows: viewTries(report) },
      { title: 'Luck, all tries together', rows: viewLuck(report) },
    ],
    spreadHtml: logits ? drawLogits('honesty-logits', logits) : '',
    caption: `Rank of the choice among all tries on the other half (0 % the worst, 100 % the best), over ${formatNumber(combinations, 0)} halves`,
    ratios: compareRatios(report, sharpe),
    basis: describeBasis(report),
  }
}

/**
 * The worse of what luck is expected to bring (deflated Sharpe) and how often it does (the test against doing nothing). A
 * choice that does not carry over makes it doubtful at best, but not luck: where all tries are equally good, it is so too.
 * Figures that are void come to nothing, however good they are.
 */
function judgeWhole(report: HonestyReport): StatusView | null {
  const { dsr_trial_variance: deflated, against_zero, pbo, caveats = [] } = report
  if (caveats.length > 0) return VERDICTS.void
  const marks = [judgeSure(deflated?.probability ?? null), judgeRare(against_zero.spa_consistent)]
  const known = marks.flatMap((mark) => mark ?? [])
  if (known.length === 0) return null
  if (known.includes(BAD)) return VERDICTS.bad
  return known.includes(DOUBTFUL) || (pbo.value ?? 0) >= OVERFIT ? VERDICTS.hold : VERDICTS.good
}

function compareRatios({ best }: HonestyReport, sharpe: number | null): string {
  const [here, there] = [best.sharpe_annual, sharpe].map((value) => formatNumber(value))
  if (best.sharpe_annual === null || sharpe === null || here === there) return ''
  return `Sharpe ${here} here: mean of the returns over their deviation, as these tests take it; ${there} in the statistics: compounded annual return over annual volatility, as backtesting.py has it.`
}

function viewRatio(report: HonestyReport): HonestyRow[] {
  const { best, psr, min_track_record: needed, observations } = report
  const band = best.sharpe_annual_band
  const none = 'There is none: the returns do not vary, or nothing was chosen.'
  return [
    {
      ...ASIDE,
      label: 'Sharpe, annual',
      value: formatRatio(best.sharpe_annual),
      meaning:
        best.sharpe === null
          ? none
          : `${formatNumber(best.sharpe, 4)} per return; skewness ${formatNumber(best.skewness)}, kurtosis ${formatNumber(best.kurtosis)}.`,
      source: 'Arithmetic mean of simple returns / their standard deviation × √returns in a year',
      status: null,
    },
    {
      ...ASIDE,
      label: 'Band',
      value: band ? `${formatNumber(band.low)} to ${formatNumber(band.high)}` : '–',
      meaning: band
        ? `Where ${formatNumber(band.level * 100, 0)} % of resamples of its own returns have it.`
        : 'Not drawn: too few returns, or none that vary.',
      source: 'Politis & Romano 1994, stationary bootstrap; percentiles',
      status: band && (band.low > 0 ? GOOD : band.high > 0 ? DOUBTFUL : BAD),
    },
    {
      ...ASIDE,
      label: 'Probabilistic Sharpe',
      value: formatShare(psr),
      meaning: psr === null ? none : 'Probability that the true ratio is above 0, had it been the only try.',
      source: 'Bailey & López de Prado 2012',
      status: judgeSure(psr),
    },
    {
      ...ASIDE,
      label: 'Minimum track record',
      value: needed === null ? '–' : sayLength(needed, report.periods_per_year),
      meaning:
        needed === null
          ? 'No length is enough for a ratio that is not above 0.'
          : `${countOf(Math.ceil(needed), 'return')}: from then on it is above 0 with 95 % probability; there are ${formatNumber(observations, 0)}.`,
      source: 'Bailey & López de Prado 2012',
      status: needed === null ? (best.sharpe === null ? null : BAD) : needed <= observations ? GOOD : BAD,
    },
  ]
}

function viewTries(report: HonestyReport): HonestyRow[] {
  const {
    trials,
    best,
    min_backtest_years: needed,
    backtest_years: years,
    periods_per_year: periods,
  } = report
  /** A track that no single try has made. */
  const isWalk = best.trial === null
  const rows = [
    {
      of: report.dsr_trial_variance,
      label: 'Deflated Sharpe',
      by: 'as far apart as these tries are',
      decides: true,
    },
    {
      of: report.dsr_null_variance,
      label: 'Deflated Sharpe, no skill',
      by: 'if none had any skill',
      decides: false,
    },
  ].map(({ of, label, by, decides }): HonestyRow => {
    const threshold = formatNumber(of && of.threshold * Math.sqrt(periods))
    return {
      label,
      decides,
      value: formatShare(of?.probability ?? null),
      meaning:
        of === null
          ? trials < 2 && best.sharpe !== null
            ? 'A single try has nothing to be set against.'
            : 'There is no ratio to deflate.'
          : `Probability that the true ratio is above ${threshold} a year, the best expected of ${formatNumber(trials, 0)} tries by luck, ${by}${isWalk ? '; the track was not chosen among them, so this is the hardest it can be judged' : ''}.`,
      source: 'Bailey & López de Prado 2014',
      status: judgeSure(of?.probability ?? null),
    }
  })
  return [
    ...rows,
    {
      ...ASIDE,
      label: 'Minimum backtest',
      value: needed === null ? '–' : `${formatNumber(needed, 1)} years`,
      meaning:
        needed === null
          ? 'Nothing was tried.'
          : `Below it luck alone is expected to reach an annual ratio of 1; there are ${formatNumber(years, 1)} years.`,
      source: 'Bailey, Borwein, López de Prado & Zhu 2014',
      status: needed === null ? null : needed <= years ? GOOD : BAD,
    },
  ]
}

function viewLuck({ pbo, against_zero, against_buy_and_hold, bootstrap }: HonestyReport): HonestyRow[] {
  const { value, strict, blocks } = pbo
  return [
    {
      label: 'Probability of overfitting',
      decides: true,
      value: formatShare(value),
      meaning:
        value === null
          ? 'Needs two tries and two returns in each block.'
          : `How often the best of one half is not above the middle on the other${formatShare(strict) === formatShare(value) ? '' : `; ${formatShare(strict)} without ties`}.`,
      source: `Bailey, Borwein, López de Prado & Zhu 2017: cross-validation over halves of ${blocks} blocks, λ ≤ 0`,
      status: value === null ? null : value <= SELDOM ? GOOD : value < OVERFIT ? DOUBTFUL : BAD,
    },
    ...viewTest('Against doing nothing', against_zero, bootstrap.samples, true),
    ...viewTest('Against buy & hold', against_buy_and_hold, bootstrap.samples, false),
  ]
}

function viewTest(label: string, test: SnoopingTest, samples: number, isFirst: boolean): HonestyRow[] {
  const { spa_consistent: spa, spa_lower: lower, spa_upper: upper, reality_check: check } = test
  const none = 'Not drawn: too few returns, or none that vary.'
  return [
    {
      label,
      decides: isFirst,
      value: formatChance(spa, samples),
      meaning:
        spa === null
          ? none
          : `How often luck alone looks as good${isFirst ? ' (a p-value, as all four are)' : ''}${sayBounds([lower, spa, upper], samples)}.`,
      source: 'Hansen 2005, test for superior predictive ability: consistent, lower and upper',
      status: judgeRare(spa),
    },
    {
      ...ASIDE,
      label: `${label}, unscaled`,
      value: formatChance(check, samples),
      meaning: check === null ? none : 'The same by mean returns that are not set against their risk.',
      source: 'White 2000, reality check',
      status: judgeRare(check),
    },
  ]
}

/** What the stricter and the more lenient test say, where that is something else. */
function sayBounds(values: readonly (number | null)[], samples: number): string {
  const [lower, said, upper] = values.map((value) => formatChance(value, samples))
  return lower === said && upper === said ? '' : `; ${lower} by the lower and ${upper} by the upper test`
}

/** `about 11 years`. */
function sayLength(returns: number, periodsPerYear: number): string {
  const years = returns / periodsPerYear
  return `about ${formatNumber(years, years < 10 ? 1 : 0)} years`
}

function judgeSure(probability: number | null): StatusView | null {
  if (probability === null) return null
  return probability >= SURE ? GOOD : probability >= LIKELY ? DOUBTFUL : BAD
}

function judgeRare(probability: number | null): StatusView | null {
  if (probability === null) return null
  return probability <= RARE ? GOOD : probability <= SELDOM ? DOUBTFUL : BAD
}

function formatRatio(value: number | null): string {
  return formatNumber(value, 3)
}

/** `0.2 %`; never 0 or 100 for what is neither. */
function formatShare(value: number | null): string {
  if (value === null) return '–'
  if (value > 0 && value < 0.0005) return '< 0.1 %'
  if (value < 1 && value > 0.9995) return '> 99.9 %'
  return `${formatNumber(value * 100, 1)} %`
}

/** So many resamples cannot tell less than one of them. */
function formatChance(value: number | null, samples: number): string {
  if (value === 0 && samples > 0) return `< ${formatNumber(100 / samples, 1)} %`
  return formatShare(value)
}

function describeBasis({
  trials,
  sampled,
  observations,
  periods_per_year: periods,
  bootstrap,
  pbo,
}: HonestyReport): string {
  return [
    `${countOf(trials, 'try', 'tries')}${sampled === trials ? '' : `, ${formatNumber(sampled, 0)} of them looked at one by one`}`,
    `${countOf(observations, 'return')}, ${periods} a year`,
    bootstrap.samples > 0 &&
      `${countOf(bootstrap.samples, 'resample')} in blocks of ${bootstrap.mean_block} on average, seed ${bootstrap.seed}`,
    pbo.combinations > 0 && `${formatNumber(pbo.combinations, 0)} halves of ${pbo.blocks} blocks`,
  ]
    .filter((part) => part !== false)
    .join(' · ')
}
