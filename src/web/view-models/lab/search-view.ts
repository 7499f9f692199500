/** How far a search is and the best it has found: small, for it changes with every piece of it that ends. */
import { countOf, formatNumber } from '../../../core/format.ts'
import type { SearchState } from '../../../lab/lab-state.ts'
import { SMALLER_IS_BETTER, type Statistic } from '../../../trading/statistics.ts'
import { trialHref } from '../trials-link.ts'
import { formatParam } from './params-view.ts'
import { formatStatistic, labelStatistic } from './statistics-view.ts'

export interface SearchView {
  /** `2,500 of 10,000 tries run`. */
  done: string
  /** 0–100. */
  percent: number
  /** `120 left out by the constraint`, `3 failed`. */
  besides: string[]
  /** `the highest Sharpe`. */
  objective: string
  best: BestView | null
}

export interface BestView {
  href: string
  number: string
  params: { name: string; value: string }[]
  figures: { label: string; text: string; isObjective: boolean }[]
}

const SHOWN: Statistic[] = ['sharpe_ratio', 'return_pct', 'max_drawdown_pct', 'trades', 'win_rate_pct']

export function viewSearch(runId: string, search: SearchState): SearchView {
  const { planned, evaluated, refused, failed, maximize, best } = search
  const run = evaluated + refused + failed
  return {
    done: `${formatNumber(run, 0)} of ${countOf(planned, 'try', 'tries')} run`,
    percent: planned === 0 ? 0 : Math.min(100, Math.floor((run / planned) * 100)),
    besides: [
      ...(refused > 0 ? [`${formatNumber(refused, 0)} left out by the constraint`] : []),
      ...(failed > 0 ? [`${formatNumber(failed, 0)} could not be run`] : []),
    ],
    objective: `the ${SMALLER_IS_BETTER.has(maximize) ? 'lowest' : 'highest'} ${nameInText(maximize)}`,
    best: best && {
      href: trialHref(runId, best.trial),
      number: formatNumber(best.trial, 0),
      params: Object.entries(best.params).map(([name, value]) => ({ name, value: formatParam(value) })),
      figures: [maximize, ...SHOWN.filter((name) => name !== maximize)].map((name) => ({
        label: labelStatistic(name),
        text: formatStatistic(name, best.stats[name]),
        isObjective: name === maximize,
      })),
    },
  }
}

/** Names of people and what stands in capitals keep them. */
export function nameInText(name: Statistic): string {
  const label = labelStatistic(name)
  const isKept = /^(Sharpe|Sortino|Calmar|Kelly|[A-Z]{2})/.test(label)
  return isKept ? label : label.charAt(0).toLowerCase() + label.slice(1)
}
