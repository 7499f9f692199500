/** From a verdict to the lab: the committee's plain rule, ready to be tried on what the verdict knew. */
import type { Decision } from '../../committee/decision.ts'

export interface LabLink {
  href: string
  /** Which question the lab is opened with. */
  text: string
  about: string
}

/** The costs by which the committee measures its own rule, in percent of the traded value on each side. */
const COMMISSION_PCT = '0.1'

/** The last day is that of the verdict: the form is filled so that nothing after it is seen. */
export function linkToLab({ ticker, as_of }: Pick<Decision, 'ticker' | 'as_of'>): LabLink {
  const form = new URLSearchParams({
    ...{ kind: 'backtest', strategy: 'committee-rule', ticker, end: as_of },
    commission_pct: COMMISSION_PCT,
  })
  return {
    href: `/lab/new?${form}`,
    text: 'How did this setup do before?',
    about: `Opens the lab with the committee’s plain rule on ${ticker}, on bars up to ${as_of}.`,
  }
}
