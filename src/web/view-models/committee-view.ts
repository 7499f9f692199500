/**
 * What the committee's own state tells a page besides evidence: who thinks, what is missing, how far answers agreed,
 * which figures nothing bears out. A state that has none of it, or has it in a shape that is not known, tells nothing.
 */
import { countOf } from '../../core/format.ts'
import { z } from 'zod'
import type { Decision } from '../../committee/decision.ts'
import { ROLE_LABELS, type Role } from '../../committee/plan.ts'
import type { RunState } from '../../runs/state.ts'
import { agentOf } from './tree-view.ts'
import { quoteAround } from './unverified-marks.ts'

const unverifiedSchema = z.array(z.object({ text: z.string(), number: z.string() }))
const spreadSchema = z.array(z.object({ answer: z.string(), count: z.int().min(0) }))

const stateSchema = z.object({
  thinking: z
    .object({
      mode: z.enum(['rules', 'llm']),
      models: z.record(z.string(), z.string()),
      warning: z.string().nullable(),
    })
    .nullable()
    .catch(null),
  unverified: z.record(z.string(), unverifiedSchema).catch({}),
  spreads: z.record(z.string(), spreadSchema).catch({}),
  gaps: z.array(z.object({ analyst: z.string(), reason: z.string() })).catch([]),
})
export type CommitteeFacts = z.infer<typeof stateSchema>

const NOTHING: CommitteeFacts = { thinking: null, unverified: {}, spreads: {}, gaps: [] }

export interface SpreadView {
  role: string
  /** `Buy 3 · Hold 2 of 5`. */
  brief: string
  answers: { answer: string; count: number; total: number; text: string }[]
}

export interface NotesView {
  /** Why the verdict may know too much; empty where it does not, and where there is none. */
  warning: string
  gaps: { who: string; reason: string }[]
}

export function readCommittee(data: unknown): CommitteeFacts {
  const parsed = stateSchema.safeParse(data)
  return parsed.success ? parsed.data : NOTHING
}

/** `hasVerdict`: there is one, or one may still come. */
export function viewNotes({ thinking, gaps }: CommitteeFacts, hasVerdict: boolean): NotesView {
  return {
    warning: hasVerdict ? (thinking?.warning ?? '') : '',
    gaps: gaps.map(({ analyst, reason }) => ({ who: labelRole(analyst), reason })),
  }
}

/** The portfolio manager's first, for that one decided. */
export function viewSpreads({ spreads }: CommitteeFacts): SpreadView[] {
  const roles = Object.keys(ROLE_LABELS).reverse()
  return Object.entries(spreads)
    .filter(([, spread]) => spread.length > 0)
    .sort(([a], [b]) => roles.indexOf(a) - roles.indexOf(b))
    .map(([role, spread]) => {
      const total = spread.reduce((sum, { count }) => sum + count, 0)
      return {
        role: labelRole(role),
        brief: `${spread.map(({ answer, count }) => `${answer} ${count}`).join(' · ')} of ${total}`,
        answers: spread.map(({ answer, count }) => ({
          answer,
          count,
          total,
          text: `${count} of ${total}`,
        })),
      }
    })
}

export interface UnverifiedView {
  /** `5 figures`: each counts once, however often it was said. */
  count: string
  /** In the order in which the committee speaks; of each role every figure once, with the first words around it. */
  figures: { role: string; number: string; quote: string }[]
}

/** Null where everything is borne out. Of a pruned run it is not known any more who said what. */
export function viewUnverified(
  { unverified }: CommitteeFacts,
  all: Decision['unverified'],
): UnverifiedView | null {
  const roles = Object.keys(ROLE_LABELS)
  const byRole = Object.entries(unverified).sort(([a], [b]) => roles.indexOf(a) - roles.indexOf(b))
  const told = new Set(byRole.flatMap(([, found]) => found.map(({ text }) => text)))
  const untold = all.filter(({ text }) => !told.has(text))
  const said: [role: string, found: Decision['unverified']][] = [
    ...byRole,
    // Whoever is not named wrote the decision.
    ...(untold.length > 0 ? [[byRole.length > 0 ? LAST_ROLE : '', untold] as [string, typeof untold]] : []),
  ]
  const figures = said.flatMap(([role, found]) =>
    found
      .filter((entry, i) => found.findIndex(({ number }) => number.trim() === entry.number.trim()) === i)
      .map((entry) => ({ role: labelRole(role), number: entry.number, quote: quoteAround(entry) })),
  )
  if (figures.length === 0) return null
  return { count: countOf(new Set(figures.map(({ number }) => number.trim())).size, 'figure'), figures }
}

/**
 * The figures that nothing bears out in what the agent of this node wrote. The last to speak writes the decision, whose
 * figures were checked with it.
 */
export function unverifiedOf(
  state: RunState,
  nodeId: string | null,
  decision: Decision | null,
): Decision['unverified'] {
  const agent = nodeId === null ? null : agentOf(state, nodeId)
  if (agent === null) return []
  const own = readCommittee(state.data).unverified[agent.id] ?? []
  return agent.id === LAST_ROLE ? [...own, ...(decision?.unverified ?? [])] : own
}

/** Who writes the verdict. */
export const LAST_ROLE: Role = 'portfolio_manager'

export function labelRole(role: string): string {
  return ROLE_LABELS[role as Role] ?? role
}
