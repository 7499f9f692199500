/**
 * The minutes of one assessment: who has spoken, what they brought, and what in their words nothing bears out. They hold
 * only what journaled steps returned, so that a later execution writes the same ones.
 */
import type { Analyst } from '../assessment-input.ts'
import type { Evidence } from '../decision.ts'
import { createLedger, type Ledger } from '../evidence/ledger.ts'
import { ROLE_LABELS, type Role } from '../plan.ts'
import { clipText } from '../quoted-text.ts'
import { UnreadableAnswerError } from '../reasoner.ts'
import { GAP_EVENT, UNVERIFIED_EVENT, type UnverifiedFigure } from '../state.ts'
import { createFigureCheck, type KnownValues } from '../verify.ts'
import type { Room } from './room.ts'

export interface Gap {
  analyst: Analyst
  reason: string
}

export interface Statement {
  role: Role
  /** The report first, then what else the role said in words. */
  texts: readonly string[]
  /** What it knew when it spoke. */
  evidence: readonly Evidence[]
  /** Values it may state besides. */
  known?: KnownValues
}

export interface Minutes {
  /** All that has been measured. */
  readonly ledger: Ledger
  /** Every report with the name of its role, in the order in which they were given. */
  readonly reports: readonly { role: Role; text: string }[]
  readonly unverified: readonly UnverifiedFigure[]
  readonly gaps: readonly Gap[]
  add(evidence: readonly Evidence[]): void
  /** Checks what a role said and shows what nothing bears out. */
  hear(statement: Statement): Promise<void>
  noteGap(gap: Gap): Promise<void>
}

export function openMinutes(room: Pick<Room, 'ctx'>, evidence: readonly Evidence[]): Minutes {
  let ledger = createLedger(evidence)
  const reports: { role: Role; text: string }[] = []
  const unverified = new Map<Role, UnverifiedFigure[]>()
  const gaps: Gap[] = []
  return {
    get ledger() {
      return ledger
    },
    reports,
    get unverified() {
      return mergeFigures([...unverified.values()].flat())
    },
    gaps,
    add(items) {
      ledger = ledger.with(items)
    },
    async hear({ role, texts, evidence: known, known: values }) {
      reports.push({ role, text: texts[0] ?? '' })
      const found = findUnverified(texts, known, values)
      if (found.length === 0) return
      const figures = mergeFigures([...(unverified.get(role) ?? []), ...found])
      unverified.set(role, figures)
      await room.ctx.emit(UNVERIFIED_EVENT, { role, figures })
    },
    async noteGap(gap) {
      gaps.push(gap)
      await room.ctx.emit(GAP_EVENT, { ...gap })
    },
  }
}

/** The figures of some texts that neither evidence nor a known value bears out, each once. */
export function findUnverified(
  texts: readonly string[],
  evidence: readonly Evidence[],
  known?: KnownValues,
): UnverifiedFigure[] {
  const found = texts.flatMap(createFigureCheck(evidence, known))
  return mergeFigures(found.map(({ text, number }) => ({ text, number })))
}

export function mergeFigures(figures: readonly UnverifiedFigure[]): UnverifiedFigure[] {
  return [...new Map(figures.map((figure) => [`${figure.number}\n${figure.text}`, figure])).values()]
}

/** How the analysts that brought less than they should have stand among what speaks against a verdict. */
export function describeGap({ analyst, reason }: Gap): { role: string; text: string; evidence: string[] } {
  return {
    role: analyst,
    text: `Not all that the ${ROLE_LABELS[analyst].toLowerCase()} reads from answered: ${clipText(reason)}`,
    evidence: [],
  }
}

/**
 * Waits for turns that are taken side by side: where an answer was unusable the others are still heard to their end, for
 * what they found counts. Any other failure ends it at once.
 */
export function hearAll<Heard>(turns: readonly Promise<Heard>[]): Promise<(Heard | UnreadableAnswerError)[]> {
  return Promise.all(
    turns.map((turn) =>
      turn.catch((error: unknown) => {
        if (error instanceof UnreadableAnswerError) return error
        throw error
      }),
    ),
  )
}

/** Throws the first of what `hearAll` returned that is no answer. */
export function refuseUnreadable(heard: readonly unknown[]): void {
  const unreadable = heard.find((one) => one instanceof UnreadableAnswerError)
  if (unreadable) throw unreadable
}
