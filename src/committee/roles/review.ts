/**
 * The end of an assessment in which a role gave no answer that can be used: nobody guesses on from there. Those who had
 * not spoken are left out, saying why, and a person is asked to look at what there is.
 */
import { createLedger, numberMeasurements, type Ledger } from '../evidence/ledger.ts'
import { measure, type MeasuringTool } from '../evidence/tools.ts'
import { RISK_VOICES, ROLE_LABELS, type Role } from '../plan.ts'
import { NO_CONFIDENCE, type UnreadableAnswerError, type VerdictFinding } from '../reasoner.ts'
import { draftDecision, type DecisionDraft } from './draft.ts'
import { addedTo, originOf, showEvidence, type Room } from './room.ts'
import type { Minutes } from './minutes.ts'
import { findPast, type Archive } from './past.ts'
import { caseStep } from './research.ts'

/** Those who speak after the analysts, in this order. */
const LATER_ROLES: readonly Role[] = [
  ...(['bull', 'bear', 'research_manager', 'trader'] as const),
  ...RISK_VOICES,
  'portfolio_manager',
]

export interface Unfinished {
  /** Of the debate. */
  rounds: number
  /** Measure what a person needs to look at, as far as it is not known yet. */
  tools: readonly MeasuringTool[]
}

export async function endInReview(
  room: Room,
  failure: UnreadableAnswerError,
  { rounds, tools }: Unfinished,
  minutes: Minutes,
  archive: Archive,
): Promise<DecisionDraft> {
  const label = ROLE_LABELS[failure.role].toLowerCase()
  for (const role of LATER_ROLES) {
    // The node of the one that failed shows its failure.
    if (role === failure.role) continue
    const taken = minutes.reports.filter((report) => report.role === role).length
    for (const key of listSteps(role, rounds).slice(taken))
      await room.ctx.skip(key, `the ${label} gave no usable answer, so a person has to decide`, role)
  }
  const before = minutes.ledger
  const ledger = measureMissing(room, tools, before)
  await showEvidence(room, addedTo(before, ledger))
  return room.ctx.step('review', async (step) => {
    step.log('WARN', `no verdict: ${failure.message}`)
    const past = await findPast(room, archive)
    const { gaps, unverified } = minutes
    const verdict = askForPerson(room, failure, label, minutes)
    const calibration = 'uncalibrated' as const
    return draftDecision(
      room,
      { verdict, levels: null, size: null, past, calibration, unverified: [...unverified], gaps },
      ledger,
    )
  })
}

/** A role's steps in the order in which it takes them: those of the debate speak once a round. */
function listSteps(role: Role, rounds: number): string[] {
  if (role !== 'bull' && role !== 'bear') return [role]
  return Array.from({ length: rounds }, (_, index) => caseStep(role, index + 1))
}

function askForPerson(
  { ticker }: Room,
  { role, message }: UnreadableAnswerError,
  label: string,
  { reports }: Minutes,
): VerdictFinding {
  const reason = `The ${label} gave no answer that can be used: ${message}`
  return {
    ...{ action: 'REVIEW', rating: null, voice: null, confidence: 0, confidence_basis: NO_CONFIDENCE },
    summary: `A person has to look at ${ticker}. ${reason}`,
    rationale: [{ text: reason, evidence: [] }],
    dissent: [],
    raw_text: [
      ...reports.map((report) => `${ROLE_LABELS[report.role]}:\n${report.text}`),
      `${ROLE_LABELS[role]}:\n${message}`,
    ].join('\n\n'),
  }
}

/** Pure: of the bars that the data step loaded. */
function measureMissing(room: Room, tools: readonly MeasuringTool[], before: Ledger): Ledger {
  const called = new Set(before.items.map((item) => item.tool))
  return tools
    .filter((tool) => !called.has(tool.name))
    .reduce((ledger, tool) => {
      const origin = { ...originOf(room), tool: tool.name }
      const measured = numberMeasurements(measure(tool, room.window), ledger.next, origin)
      return createLedger([...ledger.items, ...measured])
    }, before)
}
