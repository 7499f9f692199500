/**
 * The room in which the roles work: what all of them may use, and how one of them takes its turn. A turn is one step of
 * the run: gather (tools, each a step of its own), reason, report.
 */
import type { RunContext, StepContext } from '../../runs/workflow.ts'
import { AbortedError } from '../../core/errors.ts'
import { createWindow, type AsOfWindow } from '../../market/window.ts'
import { seriesFromJson } from '../../market/series.ts'
import type { Analyst } from '../assessment-input.ts'
import type { Evidence } from '../decision.ts'
import { numberMeasurements, type Ledger, type Origin } from '../evidence/ledger.ts'
import type { Measurement } from '../evidence/measurement.ts'
import { messagesNode, reportNode, type Role } from '../plan.ts'
import {
  UnreadableAnswerError,
  type AnalystFinding,
  type CommitteeReasoners,
  type DecidingBrief,
  type ReasoningAid,
  type RememberedVerdict,
  type Spread,
} from '../reasoner.ts'
import {
  EVIDENCE_EVENT,
  SPREAD_EVENT,
  STANCE_EVENT,
  type CommitteeState,
  type Stance,
  type Thinking,
} from '../state.ts'

import { describeAdjustment, type LoadedData } from './data.ts'

export interface Room {
  readonly ctx: RunContext<CommitteeState>
  readonly reasoners: CommitteeReasoners
  readonly ticker: string
  /** YYYY-MM-DD on which the committee stands. */
  readonly asOf: string
  readonly data: LoadedData
  readonly window: AsOfWindow
  /** How often the managers are asked. */
  readonly repeats: number
  /** Which models reason and how far they have read; null where none does. */
  readonly thinking: Thinking | null
  readonly memory: readonly RememberedVerdict[]
  /** What the analysts said; empty until they have spoken. */
  readonly reports: Readonly<Partial<Record<Analyst, AnalystFinding>>>
}

/** Everything after the data step reads these bars and no others. */
export function openRoom(
  ctx: RunContext<CommitteeState>,
  reasoners: CommitteeReasoners,
  asOf: string,
  data: LoadedData,
  { repeats, thinking }: Pick<Room, 'repeats' | 'thinking'>,
): Room {
  const window = createWindow(seriesFromJson(data.series), asOf)
  const { ticker } = ctx
  return { ctx, reasoners, ticker, asOf, data, window, repeats, thinking, memory: [], reports: {} }
}

export interface Turn extends ReasoningAid {
  /** Adds to the role's report. */
  report(markdown: string): void
  /** Calls a tool and numbers what it measured from `first` on; it measures the window's bars unless said. */
  measure(
    name: string,
    about: string,
    first: number,
    compute: () => Measurement[] | Promise<Measurement[]>,
    origin?: Omit<Origin, 'tool'>,
  ): Promise<Evidence[]>
  /** Calls a tool whose answer is no evidence. */
  call<T>(name: string, args: Record<string, unknown>, work: () => Promise<T>): Promise<T>
}

/**
 * One turn of a role under `key`; its result is journaled and a later execution gets it from there. Throws
 * `UnreadableAnswerError` where the role's answer was none, also on a later execution.
 */
export async function takeTurn<T>(
  room: Room,
  key: string,
  role: Role,
  work: (turn: Turn) => Promise<T>,
  { earlier = '' }: TurnOptions = {},
): Promise<T> {
  const input = {
    data: room.data.hash,
    mode: room.reasoners.mode,
    prompt_version: room.reasoners.promptVersion,
    model: room.reasoners.models[role] ?? null,
  }
  const body = (step: StepContext) => work(createTurn(room, step, role, earlier)).catch(markUnreadable)
  try {
    return await room.ctx.step(key, body, { node: role, input })
  } catch (error) {
    throw reviveUnreadable(error, role)
  }
}

export interface TurnOptions {
  /** What the role's report says from earlier turns: a draft that is taken back leaves it. */
  earlier?: string
}

/** The journal keeps of a failure only its message: these words tell afterwards which kind it was. */
const UNREADABLE_MARK = 'no usable answer: '
const SOURCE_MARK = 'no answer from the source: '

function markUnreadable(error: unknown): never {
  if (error instanceof UnreadableAnswerError) throw new Error(`${UNREADABLE_MARK}${error.message}`)
  throw error
}

function reviveUnreadable(error: unknown, role: Role): unknown {
  return isMarked(error, UNREADABLE_MARK)
    ? new UnreadableAnswerError(role, error.message.slice(UNREADABLE_MARK.length))
    : error
}

/** A turn that cannot be taken because what it reads from did not answer: the committee goes on without it. */
export function createSourceFailure(problem: string): Error {
  return new Error(`${SOURCE_MARK}${problem}`)
}

/** What the source said, where that is what ended a turn; null for any other end. */
export function readSourceFailure(error: unknown): string | null {
  return isMarked(error, SOURCE_MARK) ? error.message.slice(SOURCE_MARK.length) : null
}

function isMarked(error: unknown, mark: string): error is Error {
  return error instanceof Error && error.message.startsWith(mark)
}

/** The run is stopping: no failure of what was under way. */
export function isStopping(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || error instanceof AbortedError
}

export async function takeStance(room: Room, role: Role, stance: Stance['stance']): Promise<void> {
  await room.ctx.emit(STANCE_EVENT, { role, stance })
}

/** Lets the run's state show what a role measured, so that its report can be checked before the verdict is there. */
export async function showEvidence(room: Pick<Room, 'ctx'>, items: readonly Evidence[]): Promise<void> {
  if (items.length > 0) await room.ctx.emit(EVIDENCE_EVENT, { items })
}

/** Shows how the answers of a role that was asked again fell. */
export async function showSpread(room: Room, role: Role, spread: Spread | undefined): Promise<void> {
  if (spread) await room.ctx.emit(SPREAD_EVENT, { role, spread })
}

/** How often each answer was given, as evidence: `Answers Buy`. Nothing where a role was asked once. */
export async function measureSpread(
  turn: Turn,
  name: string,
  spread: Spread | undefined,
  first: number,
): Promise<Evidence[]> {
  if (!spread) return []
  return turn.measure('answers', 'how the answers fell', first, () =>
    spread.map(({ answer, count }) => ({
      ...{ label: `${name} ${answer}`, value: count, unit: 'answers' as const },
      source: 'the same question asked again on the same evidence',
    })),
  )
}

function createTurn(room: Room, step: StepContext, role: Role, earlier: string): Turn {
  const note = (line: string) => step.append(`- ${line}\n`, messagesNode(role))
  const node = reportNode(role)
  let written = earlier
  return {
    run: room.ctx.runId,
    signal: step.signal,
    log: (severity, message) => step.log(severity, message),
    note,
    report(markdown) {
      written += `${markdown}\n\n`
      // Whole, so that it stands in place of any draft.
      step.replace(written, node)
    },
    part: (name, input, work) =>
      step.part(name, input, (part) =>
        work({
          signal: part.signal,
          log: (severity, message) => part.log(severity, message),
          draft: {
            write: (piece) => part.append(piece, node),
            restart: () => part.replace(written, node),
          },
          reserve: (cost) => part.reserve(cost),
          usage: (delta) => part.usage(delta),
        }),
      ),
    async measure(name, about, first, compute, origin = originOf(room)) {
      const measured = await step.tool(name, { ticker: room.ticker, as_of: room.asOf }, () =>
        Promise.resolve(compute()),
      )
      const evidence = numberMeasurements(measured, first, { ...origin, tool: name })
      note(`Called \`${name}\` (${about}): ${describeRange(evidence)}.`)
      return evidence
    },
    call: (name, args, work) => step.tool(name, args, work),
  }
}

/** What is measured of the bars rests on all of them. */
export function originOf({ data, window }: Room): Omit<Origin, 'tool'> {
  const source = `${data.series.vendor} bars to ${window.last}, ${describeAdjustment(data.series)}`
  return { asOf: window.last, source }
}

export function decidingBrief(room: Room, ledger: Ledger): DecidingBrief {
  const { ticker, asOf, repeats, memory, reports } = room
  return { ticker, as_of: asOf, evidence: ledger.items, repeats, memory, reports }
}

/** What a role adds to what was known when it was asked. */
export function addedTo(before: Ledger, after: Ledger): Evidence[] {
  return after.items.slice(before.items.length)
}

function describeRange(evidence: readonly Evidence[]): string {
  const [first] = evidence
  if (!first) return 'nothing could be measured'
  return evidence.length === 1 ? first.id : `${first.id} to ${evidence.at(-1)!.id}`
}
