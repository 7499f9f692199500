/** From a verdict to the lab: the committee's plain rule, ready to be tried on what the verdict knew. */
import type { Decision } from '../../committee/decision.ts'
import { movePoint } from '../../lab/job-fields.ts'
import { RULE_COMMISSION } from '../../trading/plain-rule/rule-commission.ts'

export interface LabLink {
  href: string
  /** Which question the lab is opened with. */
  text: string
  about: string
}

/** The last day is that of the verdict: the form is filled so that nothing after it is seen. */
export function linkToLab({ ticker, as_of }: Pick<Decision, 'ticker' | 'as_of'>): LabLink {
  const form = new URLSearchParams({
    ...{ kind: 'backtest', strategy: 'committee-rule', ticker, end: as_of },
    commission_pct: movePoint(String(RULE_COMMISSION), 2),
  })
  return {
    href: `/lab/new?${form}`,
    text: 'How did this setup do before?',
    about: `Opens the lab with the committee’s plain rule on ${ticker}, on bars up to ${as_of}.`,
  }
}
