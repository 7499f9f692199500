/**
 * The decision as a page: Markdown that says what to do, at which prices, how much, why, and what speaks against it, with
 * the evidence it cites at its end. What depends on an earlier verdict is not on it, so that the same evidence gives the
 * same page. Whoever reasoned wrote the sentences; the page around them is made here alone.
 */
import { formatNumber, formatPct } from '../core/format.ts'
import { describeCalibrated, formatEvidence, type Decision, type Evidence } from './decision.ts'
import { carryLabel, prefixOf, REFERENCE_EQUITY_LABEL } from './carry.ts'
import type { Ledger } from './evidence/ledger.ts'
import { capitalise, citedIds, createQuoter, joinBlocks, listItems, tabulate } from './figures.ts'
import { ROLE_LABELS, type RiskVoice, type Role } from './plan.ts'
import { toProseLine } from './prose-line.ts'
import { escapeText } from './quoted-text.ts'
import type { Thinking } from './state.ts'

export type PageFacts = Pick<
  Decision,
  | 'ticker'
  | 'as_of'
  | 'action'
  | 'rating'
  | 'confidence_basis'
  | 'calibration'
  | 'unverified'
  | 'summary'
  | 'rationale'
  | 'dissent'
  | 'position'
> & {
  /** Null where the verdict opens no position. */
  voice: RiskVoice | null
  adjustment: string
  window: Decision['provenance']['data_window']
  vendor: string
  mode: Decision['provenance']['mode']
  /** Null where rules reason. */
  thinking: Thinking | null
}

const CAP_NAMES: Readonly<Record<string, string>> = {
  fractional_kelly: 'Fractional Kelly on the record of the plain rule',
  risk_per_trade: 'Risk of one trade',
  max_position: 'Largest single position',
  leverage: 'No leverage',
  whole_shares: 'Whole shares',
}

const RISK_LABELS = ['ATR 14', 'Annualised volatility', 'Max drawdown', 'VaR 95']

export function composePage(facts: PageFacts, ledger: Ledger): string {
  const quote = createQuoter(ledger)
  const isTrade = facts.action === 'BUY' || facts.action === 'SELL'
  const rated = facts.rating && facts.rating.toUpperCase() !== facts.action ? ` (${facts.rating})` : ''
  const basis = toProseLine(facts.confidence_basis)
  const body = joinBlocks(
    `# ${facts.ticker}: ${facts.action}${rated}`,
    facts.action === 'REVIEW'
      ? `As of ${facts.as_of}. ${basis}.`
      : `As of ${facts.as_of}. Confidence ${quote.of('Confidence')}, ${describeCalibration(facts, ledger)}. ${basis}.`,
    toProseLine(facts.thinking?.warning ?? ''),
    toProseLine(facts.summary),
    isTrade ? describeLevels(facts.voice, ledger) : '',
    isTrade ? describePosition(facts, ledger) : '',
    joinBlocks('## Why', listItems(facts.rationale.map(({ text }) => toProseLine(text)))),
    facts.dissent.length > 0
      ? joinBlocks(
          '## What speaks against it',
          listItems(facts.dissent.map(({ role, text }) => `**${nameRole(role)}.** ${toProseLine(text)}`)),
        )
      : '',
    describeRisk(ledger),
    describeUnverified(facts),
  )
  return `${joinBlocks(body, listCited(body, ledger), describeSource(facts))}\n`
}

function describeCalibration({ calibration, mode }: PageFacts, { items }: Ledger): string {
  return calibration === 'uncalibrated'
    ? calibration
    : `calibrated on ${formatNumber(calibration.n, 0)} settled verdicts ${describeCalibrated(mode, items)} with a Brier score of ${formatNumber(calibration.brier)}`
}

function describeUnverified({ unverified }: PageFacts): string {
  if (unverified.length === 0) return ''
  const first = new Map(unverified.toReversed().map((figure) => [figure.number, figure]))
  const items = unverified
    .filter((figure) => first.get(figure.number) === figure)
    .map(({ number, text }) => `**${escapeText(number)}** in “${escapeText(text)}”`)
  return joinBlocks(
    '## Figures that nothing bears out',
    'They were said, but match no evidence: do not rely on them.',
    listItems(items),
  )
}

function describeLevels(voice: RiskVoice | null, ledger: Ledger): string {
  const row = (name: string, label: string) => {
    const item = ledger.get(label)
    return [name, formatEvidence(item), `[${item.id}]`]
  }
  return joinBlocks(
    '## Levels',
    tabulate(
      ['Level', 'Price', 'Evidence'],
      [
        row('Entry', 'Entry'),
        row('Stop loss', 'Stop'),
        row('Take profit', carryLabel(voice, 'target')),
        row('Reward to risk', carryLabel(voice, 'reward to risk')),
      ],
      ['', 'right', ''],
    ),
  )
}

function describePosition({ voice, position }: PageFacts, ledger: Ledger): string {
  if (voice === null)
    return joinBlocks('## Position', 'None is opened: the sale is an exit from what is held.')
  const quote = createQuoter(ledger)
  const prefix = prefixOf(voice)
  const size =
    `${quote.of(`${prefix} size`)} of equity: ${quote.of(`${prefix} shares`)} shares worth ${quote.of(`${prefix} notional`)}, ` +
    `with ${quote.of(`${prefix} amount at risk`)} between entry and stop, worked out for a reference equity of ${quote.of(REFERENCE_EQUITY_LABEL)}.`
  const caps = tabulate(
    ['What held it back', 'From', 'To'],
    position.caps.map(({ rule, from, to }) => [CAP_NAMES[rule] ?? rule, ...formatStep(from, to)]),
    ['', 'right', 'right'],
  )
  return joinBlocks(
    '## Position',
    `${capitalise(position.method)}. ${size}`,
    position.caps.length > 0 ? caps : 'No cap had to be applied.',
  )
}

/** Two fractions in percent, with as many decimals as it takes to tell them apart. */
function formatStep(from: number, to: number): [string, string] {
  let decimals = 1
  while (decimals < 4 && formatPct(100 * from, decimals) === formatPct(100 * to, decimals)) decimals++
  return [formatPct(100 * from, decimals), formatPct(100 * to, decimals)]
}

function describeRisk(ledger: Ledger): string {
  const table = createQuoter(ledger).table(RISK_LABELS)
  const period =
    'Drawdown, volatility and VaR are those of the last year of bars, or of all there are; VaR is of one day.'
  return table === '' ? '' : joinBlocks('## What it can cost', period, table)
}

function listCited(body: string, ledger: Ledger): string {
  const cited = new Set(citedIds(body))
  const items = ledger.items.filter((item) => cited.has(item.id))
  if (items.length === 0) return ''
  const row = (item: Evidence) => [
    `[${item.id}]`,
    item.label,
    escapeText(formatEvidence(item)),
    item.as_of,
    `\`${item.tool}\``,
  ]
  return joinBlocks(
    '## Evidence cited',
    tabulate(['Evidence', 'Measure', 'Value', 'As of', 'Tool'], items.map(row), ['', '', 'right', '', '']),
  )
}

function describeSource({ vendor, window, mode, thinking, adjustment }: PageFacts): string {
  const models = [...new Set(Object.values(thinking?.models ?? {}))].map(
    (model) => `\`${model.replaceAll('`', '')}\``,
  )
  const named = models.length > 0 ? ` (${models.join(', ')})` : ''
  const by = mode === 'rules' ? 'rules' : `language models${named}`
  return `Judged by ${by} on ${vendor} bars from ${window.first} to ${window.last}, ${adjustment}. No bar after that was read.`
}

function nameRole(role: string): string {
  return ROLE_LABELS[role as Role] ?? role
}
