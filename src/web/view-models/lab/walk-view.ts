/** A walk-forward as it is read: what each fold was trained and tested on, what it kept out of sample, how stable it was. */
import { countOf, formatNumber } from '../../../core/format.ts'
import { isIdleFold, type FoldResult, type Span, type WalkResult } from '../../../lab/lab-state.ts'
import type { Statistic } from '../../../trading/statistics.ts'
import type { FoldBar, FoldsInput } from '../../charts/lab/folds-chart.ts'
import { formatParams } from './params-view.ts'
import { formatStatistic, labelStatistic } from './statistics-view.ts'

export interface FoldRow {
  number: string
  train: string
  test: string
  tries: string
  params: string[]
  /** In and out of sample, of each figure shown. */
  figures: { inSample: string; outOfSample: string; tone: 'gain' | 'loss' | '' }[]
  /** Nothing was traded in its test. */
  isIdle: boolean
}

export interface WalkView {
  chart: FoldsInput
  /** `8 of 12 folds`. */
  done: string
  names: string[]
  figures: string[]
  rows: FoldRow[]
  /** Empty until all of it is done. */
  summary: { label: string; text: string }[]
  stability: { name: string; text: string }[]
  /** What these figures and words mean, a sentence each. */
  meanings: string[]
}

const MEASURE: Statistic = 'cagr_pct'
const FIGURES: Statistic[] = [MEASURE, 'sharpe_ratio', 'max_drawdown_pct']

/** Deviation over range up to which a parameter counts as holding still; above the second it wanders over all of it. */
const STEADY = 0.1
const WANDERING = 0.25

/** `folds` is not empty. */
export function viewWalk(folds: readonly FoldResult[], walk: WalkResult | null): WalkView {
  const names = [...new Set(folds.flatMap(({ params }) => Object.keys(params)))]
  return {
    chart: {
      id: 'job-folds-chart',
      title: `${countOf(folds.length, 'fold')}: trained, tested, and what they made`,
      measure: labelStatistic(MEASURE),
      folds: folds.map(barOf),
    },
    done: `${folds.length} of ${countOf(folds[0]!.folds, 'fold')}`,
    names,
    figures: FIGURES.map(labelStatistic),
    rows: folds.map((fold) => ({
      number: String(fold.fold + 1),
      train: nameSpan(fold.train),
      test: nameSpan(fold.test),
      tries: formatNumber(fold.evaluated, 0),
      params: formatParams(names, fold.params),
      figures: FIGURES.map((name) => ({
        inSample: formatStatistic(name, fold.in_sample[name]),
        outOfSample: formatStatistic(name, fold.out_of_sample[name]),
        tone: toneOf(name === MEASURE ? fold.out_of_sample[name] : null),
      })),
      isIdle: isIdleFold(fold),
    })),
    summary: walk ? summarize(walk, folds) : [],
    stability: walk
      ? Object.entries(walk.stability).map(([name, value]) => describeStability(name, value))
      : [],
    meanings: walk ? explain(walk, folds) : [],
  }
}

function barOf({ fold, train, test, in_sample, out_of_sample }: FoldResult): FoldBar {
  const daysOf = ({ first, last }: Span) => ({ from: Date.parse(first), to: Date.parse(last) })
  return {
    number: fold + 1,
    train: daysOf(train),
    test: daysOf(test),
    inSample: in_sample[MEASURE],
    outOfSample: out_of_sample[MEASURE],
  }
}

function nameSpan({ first, last }: Span): string {
  return `${first.slice(0, 10)} – ${last.slice(0, 10)}`
}

function toneOf(value: number | null): 'gain' | 'loss' | '' {
  return value === null || value === 0 ? '' : value > 0 ? 'gain' : 'loss'
}

function summarize(
  { efficiency, profitable_folds: won }: WalkResult,
  folds: readonly FoldResult[],
): WalkView['summary'] {
  const idle = folds.filter(isIdleFold).length
  return [
    { label: 'Efficiency', text: efficiency === null ? '–' : `${formatNumber(efficiency * 100, 0)} %` },
    { label: 'Folds that made money', text: `${won} of ${folds.length}` },
    ...(idle > 0 ? [{ label: 'Folds without a trade', text: `${idle} of ${folds.length}` }] : []),
  ]
}

function explain({ efficiency, stability, stats }: WalkResult, folds: readonly FoldResult[]): string[] {
  const made = formatStatistic(MEASURE, stats[MEASURE])
  const isSearched = Object.values(stability).some((value) => value !== null)
  return [
    efficiency === null
      ? 'Efficiency: none, for the folds made no money in sample that a part could be kept of.'
      : `Efficiency: what all tests as one account made a year (${made}) as a part of what the folds made a year in sample on average; half or more is good, below 0 it lost money.`,
    ...(isSearched
      ? [
          `A parameter: how far apart the values are that the folds chose, as standard deviation over the width of the range searched. 0 is the same in all and 0.5 from end to end; up to ${STEADY} it is steady, up to ${WANDERING} it moves, above it wanders: what was best in one fold was not in the next.`,
        ]
      : []),
    ...(folds.some(isIdleFold)
      ? ['No trade: a test begins in cash, and no new signal came before its end.']
      : []),
  ]
}

function describeStability(name: string, value: number | null): WalkView['stability'][number] {
  if (value === null) return { name, text: 'not searched' }
  const word = value <= STEADY ? 'steady' : value <= WANDERING ? 'moves' : 'wanders'
  return { name, text: `${word} (${formatNumber(value)})` }
}
