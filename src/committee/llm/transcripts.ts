/** What others of the committee said, as a role reads it: fenced, for a colleague's words are data too. */
import { ROLE_LABELS, type Role } from '../plan.ts'
import type { Analyst } from '../assessment-input.ts'
import type {
  AnalystFinding,
  CaseTurn,
  Debate,
  RememberedVerdict,
  ResearchFinding,
  RiskFinding,
  TradeFinding,
} from '../reasoner.ts'
import { clip } from './evidence-table.ts'
import { fence } from './fence.ts'

/** Longer than what is asked for; what goes beyond is cut, so that no one's length crowds out the others. */
const MAX_REPORT_CHARS = 4_000
/** The risk voices are asked for half as much. */
const MAX_VOICE_CHARS = 2_500

export function renderReports(reports: Readonly<Partial<Record<Analyst, AnalystFinding>>>): string {
  return Object.entries(reports)
    .map(([analyst, { summary, report }]) =>
      fence(
        `report of the ${nameRole(analyst as Analyst)}`,
        `In short: ${summary}\n\n${clip(report, MAX_REPORT_CHARS)}`,
      ),
    )
    .join('\n\n')
}

/** Earlier verdicts and what became of them; empty text where there is none. */
export function renderMemory(memory: readonly RememberedVerdict[]): string {
  if (memory.length === 0) return ''
  const lines = memory.map(({ as_of, action, outcome }) => `${as_of}: ${action}. ${outcome}`)
  return fence('earlier verdicts of this committee, newest first', lines.join('\n'))
}

/** Where each side stands, the bull first, for it speaks first. */
export function renderDebate({ bull, bear }: Debate): string {
  return [renderCase('bull', bull), renderCase('bear', bear)].filter((text) => text !== '').join('\n\n')
}

/**
 * One side of the debate after its turns: its last report and points, the names of those it dropped on the way, and all it
 * answered. Earlier reports are left out, for the last one says what became of them; empty text before the first.
 */
function renderCase(side: 'bull' | 'bear', turns: readonly CaseTurn[]): string {
  const last = turns.at(-1)
  if (!last) return ''
  const kept = new Set(last.claims.map(({ id }) => id))
  const dropped = new Map(
    turns.flatMap(({ claims }) => claims.flatMap(({ id, name }) => (kept.has(id) ? [] : [[id, name]]))),
  )
  const answers = turns.flatMap(({ answer }, index) =>
    answer
      ? [
          `- round ${index + 1}, to the claim ${answer.claim}, which it would cut by ${describeCut(answer.discount)}: ${answer.text}`,
        ]
      : [],
  )
  const lines = [
    clip(last.report, MAX_REPORT_CHARS),
    ...listUnder(
      'Claims:',
      last.claims.map(
        ({ id, name, text, evidence }) => `- claim ${id} (${name}): ${text} [${evidence.join(', ')}]`,
      ),
    ),
    ...(dropped.size > 0
      ? listUnder(
          'Claims made before and dropped:',
          Array.from(dropped, ([id, name]) => `- claim ${id} (${name})`),
        )
      : []),
    ...listUnder('Answers to the other side:', answers),
  ]
  return fence(`the ${side}, round ${turns.length}`, lines.join('\n'))
}

function listUnder(head: string, items: readonly string[]): string[] {
  return ['', head, ...(items.length > 0 ? items : ['(none)'])]
}

export function renderResearch({ report, stance, reason }: ResearchFinding): string {
  return fence(
    'report of the research manager',
    `${clip(report, MAX_REPORT_CHARS)}\n\nStance: ${stance}. ${reason}`,
  )
}

export function renderTrade({ report, stance, reason, levels, caution }: TradeFinding): string {
  const lines = [
    clip(report, MAX_REPORT_CHARS),
    '',
    `Stance: ${stance}. ${reason}`,
    levels ? 'Entry, stop and target are in the evidence.' : 'No trade is asked for.',
    ...(caution ? [`Caution: ${caution}`] : []),
  ]
  return fence('report of the trader', lines.join('\n'))
}

export function renderVoice(role: Role, { report, argument, agrees }: RiskFinding): string {
  const stance = agrees ? 'Would carry the trade.' : 'Would not carry the trade.'
  return fence(`the ${nameRole(role)}`, `${clip(report, MAX_VOICE_CHARS)}\n\n${stance} ${argument}`)
}

function describeCut(discount: number): string {
  if (discount === 0) return 'nothing: the point stands'
  return discount >= 0.35 ? 'much' : discount > 0.1 ? 'some' : 'a little'
}

function nameRole(role: Role): string {
  return ROLE_LABELS[role].toLowerCase()
}
