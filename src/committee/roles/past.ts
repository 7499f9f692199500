/** What the committee finds of its own past: the verdict before this one, those it remembers, and how good all were. */
import type { Market } from '../../market/market.ts'
import { dateOf, parseDate } from '../../market/series.ts'
import { calibrate, type FindPastVerdicts, type VerdictKind } from '../calibration.ts'
import type { Decision, Evidence } from '../decision.ts'
import { blockOf } from '../evidence/blocks.ts'
import { joinBlocks, listItems } from '../figures.ts'
import { measureBacktest, type FindPastBacktest } from '../past-backtest.ts'
import { recallVerdicts, settleMemory } from '../memory.ts'
import { findProposal, readPrior, type FindPriorDecision, type PriorVerdict } from '../prior.ts'
import type { RememberedVerdict } from '../reasoner.ts'
import { originOf, showEvidence, takeTurn, type Room, type Turn } from './room.ts'

/** Longer than any position is held: what was proposed before has had its end. */
const LOOK_BACK_MS = 90 * 86_400_000

export interface Archive {
  /** The newest decision on a ticker dated before a day, not counting the run that asks. */
  findPrior: FindPriorDecision
  /** Decisions on every ticker; null where there is no such archive, and confidence stays uncalibrated. */
  findPast: FindPastVerdicts | null
  /** Backtests of the ticker; null where there is no lab. */
  findBacktest: FindPastBacktest | null
  market: Market
  /** YYYY-MM-DD up to which a model has read; null where nobody knows. */
  cutoffOf: (model: string) => string | null
}

export interface Past {
  prior: PriorVerdict | null
  /** Whose position may still be open. */
  proposal: PriorVerdict | null
}

export async function findPast(room: Room, { findPrior }: Pick<Archive, 'findPrior'>): Promise<Past> {
  const find = createFinder(room, findPrior)
  const since = dateOf(parseDate(room.asOf) - LOOK_BACK_MS)
  const prior = await find(room.asOf)
  return { prior, proposal: prior && (await findProposal(prior, since, find)) }
}

export interface Remembered {
  memory: RememberedVerdict[]
  evidence: Evidence[]
}

export const NOTHING_REMEMBERED: Remembered = { memory: [], evidence: [] }

/** The verdicts that the deciding roles are told of, with how they turned out as evidence. */
export async function remember(room: Room, { findPrior }: Pick<Archive, 'findPrior'>): Promise<Remembered> {
  const { asOf, ticker, window } = room
  const result = await takeTurn(room, 'memory', 'memory', async (turn) => {
    const verdicts = await turn.call('earlier_verdicts', { ticker, before: asOf }, () =>
      recallVerdicts(asOf, createFinder(room, findPrior)),
    )
    const origin = { ...originOf(room), tool: 'settle_verdicts' }
    const settled = settleMemory(verdicts, window, blockOf('memory').first, {
      ...origin,
      source: `earlier verdicts followed over ${origin.source}`,
    })
    turn.note(
      `Read ${verdicts.length === 0 ? 'no' : String(verdicts.length)} earlier verdicts and followed them up to ${asOf}.`,
    )
    turn.report(describeMemory(room, settled.verdicts))
    return { memory: settled.verdicts, evidence: settled.evidence }
  })
  await showEvidence(room, result.evidence)
  return result
}

/** How good the confidence of this kind of verdict has been; journaled with the turn that asks. */
export async function findCalibration(
  room: Room,
  turn: Turn,
  { findPast, market, cutoffOf }: Archive,
): Promise<Decision['calibration']> {
  if (findPast === null) return 'uncalibrated'
  const { asOf, ctx } = room
  const kind = kindOf(room)
  return turn.call('calibration', { ...kind, before: asOf }, () =>
    calibrate({
      kind,
      past: findPast({ kind, beforeAsOf: asOf, excludeRunId: ctx.runId }),
      loadWindow: (ticker) => market.loadWindow(ticker, asOf, turn.signal),
      cutoffOf,
      signal: turn.signal,
      warn: (message) => turn.log('WARN', message),
    }),
  )
}

function kindOf({ reasoners: { mode, models }, repeats }: Room): VerdictKind {
  const model = models.portfolio_manager ?? null
  return { mode, model, ...(mode === 'llm' && { asked: repeats > 1 ? 'repeatedly' : 'once' }) }
}

function createFinder(room: Room, findPrior: FindPriorDecision) {
  return async (before: string): Promise<PriorVerdict | null> => {
    const found = await findPrior(room.ticker, before, room.ctx.runId)
    return found && readPrior(found)
  }
}

function describeMemory({ ticker, asOf }: Room, memory: readonly RememberedVerdict[]): string {
  const lines = memory.map(({ as_of, action, outcome }) => `**${action} of ${as_of}.** ${outcome}`)
  return joinBlocks(
    `# Earlier verdicts on ${ticker}`,
    lines.length > 0 ? listItems(lines) : `There is none dated before ${asOf}.`,
  )
}

/** How a rule did on this ticker in the lab, by bars that end no later than as-of; nothing where none was tried. */
export async function recallBacktest(
  { ticker, asOf }: Room,
  turn: Turn,
  { findBacktest }: Pick<Archive, 'findBacktest'>,
  first: number,
): Promise<Evidence[]> {
  const found = findBacktest && (await findBacktest(ticker, asOf))
  if (!found || found.last > asOf) return []
  return turn.measure('past_backtest', `how ${found.strategy} did in a backtest`, first, () =>
    measureBacktest(found),
  )
}
