/** What others of the committee said, as a role reads it: fenced, for a colleague's words are data too. */
import { ROLE_LABELS, type Role } from '../plan.ts'
import type { Analyst } from '../assessment-input.ts'
import type {
  CaseTurn,
  Debate,
  RememberedVerdict,
  ResearchFinding,
  RiskFinding,
  TradeFinding,
} from '../reasoner.ts'
import { fence } from './fence.ts'

export function renderReports(reports: Readonly<Partial<Record<Analyst, string>>>): string {
  return Object.entries(reports)
    .map(([analyst, report]) => fence(`report of the ${nameRole(analyst as Analyst)}`, report))
    .join('\n\n')
}

/** Earlier verdicts and what became of them; empty text where there is none. */
export function renderMemory(memory: readonly RememberedVerdict[]): string {
  if (memory.length === 0) return ''
  const lines = memory.map(({ as_of, action, outcome }) => `${as_of}: ${action}. ${outcome}`)
  return fence('earlier verdicts of this committee, newest first', lines.join('\n'))
}

/** Turn by turn in the order spoken: in each round the bull, then the bear. */
export function renderDebate({ bull, bear }: Debate): string {
  return bull
    .flatMap((turn, index) => [
      renderCaseTurn('bull', index + 1, turn),
      bear[index] ? renderCaseTurn('bear', index + 1, bear[index]) : '',
    ])
    .filter((text) => text !== '')
    .join('\n\n')
}

export function renderCaseTurn(side: 'bull' | 'bear', round: number, turn: CaseTurn): string {
  const claims = turn.claims.map(
    ({ id, name, text, evidence }) => `- claim ${id} (${name}): ${text} [${evidence.join(', ')}]`,
  )
  const { answer } = turn
  const answered = answer
    ? `Answer to the claim ${answer.claim}, which it would cut by ${describeCut(answer.discount)}: ${answer.text}`
    : 'No answer to the other side.'
  const lines = [turn.report, '', 'Claims:', ...(claims.length > 0 ? claims : ['(none)']), '', answered]
  return fence(`the ${side}, round ${round}`, lines.join('\n'))
}

export function renderResearch({ report, stance, reason }: ResearchFinding): string {
  return fence('report of the research manager', `${report}\n\nStance: ${stance}. ${reason}`)
}

export function renderTrade({ report, stance, reason, levels, caution }: TradeFinding): string {
  const lines = [
    report,
    '',
    `Stance: ${stance}. ${reason}`,
    levels ? 'Entry, stop and target are in the evidence.' : 'No trade is asked for.',
    ...(caution ? [`Caution: ${caution}`] : []),
  ]
  return fence('report of the trader', lines.join('\n'))
}

export function renderVoice(role: Role, { report, argument, agrees }: RiskFinding): string {
  const stance = agrees ? 'Would carry the trade.' : 'Would not carry the trade.'
  return fence(`the ${nameRole(role)}`, `${report}\n\n${stance} ${argument}`)
}

function describeCut(discount: number): string {
  if (discount === 0) return 'nothing: the point stands'
  return discount >= 0.35 ? 'much' : discount > 0.1 ? 'some' : 'a little'
}

function nameRole(role: Role): string {
  return ROLE_LABELS[role].toLowerCase()
}
