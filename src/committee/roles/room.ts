/**
 * The room in which the roles work: what all of them may use, and how one of them takes its turn. A turn is one step of
 * the run: gather (tools, each a step of its own), reason, report.
 */
import type { RunContext, StepContext } from '../../runs/workflow.ts'
import { createWindow, type AsOfWindow } from '../../market/window.ts'
import { seriesFromJson } from '../../market/series.ts'
import type { Evidence } from '../decision.ts'
import { numberMeasurements, type Ledger } from '../evidence/ledger.ts'
import type { Measurement } from '../evidence/measurement.ts'
import { messagesNode, reportNode, type Role } from '../plan.ts'
import type { CommitteeReasoners, ReasoningAid } from '../reasoner.ts'
import { EVIDENCE_EVENT, STANCE_EVENT, type CommitteeState, type Stance } from '../state.ts'
import { describeAdjustment, type LoadedData } from './data.ts'

export interface Room {
  ctx: RunContext<CommitteeState>
  reasoners: CommitteeReasoners
  ticker: string
  /** YYYY-MM-DD on which the committee stands. */
  asOf: string
  data: LoadedData
  window: AsOfWindow
}

/** Everything after the data step reads these bars and no others. */
export function openRoom(
  ctx: RunContext<CommitteeState>,
  reasoners: CommitteeReasoners,
  asOf: string,
  data: LoadedData,
): Room {
  const window = createWindow(seriesFromJson(data.series), asOf)
  return { ctx, reasoners, ticker: ctx.ticker, asOf, data, window }
}

export interface Turn extends ReasoningAid {
  /** Adds to the role's report. */
  report(markdown: string): void
  /** Calls a tool and numbers what it measured from `first` on. */
  measure(
    name: string,
    about: string,
    first: number,
    compute: () => Measurement[] | Promise<Measurement[]>,
  ): Promise<Evidence[]>
  /** Calls a tool whose answer is no evidence. */
  call<T>(name: string, args: Record<string, unknown>, work: () => Promise<T>): Promise<T>
}

/** One turn of a role under `key`; its result is journaled and a later execution gets it from there. */
export function takeTurn<T>(
  room: Room,
  key: string,
  role: Role,
  work: (turn: Turn) => Promise<T>,
): Promise<T> {
  const input = {
    data: room.data.hash,
    mode: room.reasoners.mode,
    prompt_version: room.reasoners.promptVersion,
  }
  return room.ctx.step(key, (step) => work(createTurn(room, step, role)), { node: role, input })
}

export async function takeStance(room: Room, role: Role, stance: Stance['stance']): Promise<void> {
  await room.ctx.emit(STANCE_EVENT, { role, stance })
}

/** Lets the run's state show what a role measured, so that its report can be checked before the verdict is there. */
export async function showEvidence(room: Pick<Room, 'ctx'>, items: readonly Evidence[]): Promise<void> {
  if (items.length > 0) await room.ctx.emit(EVIDENCE_EVENT, { items })
}

function createTurn(room: Room, step: StepContext, role: Role): Turn {
  const note = (line: string) => step.append(`- ${line}\n`, messagesNode(role))
  return {
    signal: step.signal,
    log: (severity, message) => step.log(severity, message),
    note,
    report: (markdown) => step.append(`${markdown}\n\n`, reportNode(role)),
    async measure(name, about, first, compute) {
      const measured = await step.tool(name, { ticker: room.ticker, as_of: room.asOf }, () =>
        Promise.resolve(compute()),
      )
      const evidence = numberMeasurements(measured, first, originOf(room, name))
      note(`Called \`${name}\` (${about}): ${describeRange(evidence)}.`)
      return evidence
    },
    call: (name, args, work) => step.tool(name, args, work),
  }
}

function originOf({ data, window }: Room, tool: string) {
  const source = `${data.series.vendor} bars to ${window.last}, ${describeAdjustment(data.series)}`
  return { asOf: window.last, source, tool }
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
