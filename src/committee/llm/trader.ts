/** The trader as a model: whether to act, and at which entry, stop and target. What follows from them is computed elsewhere. */
import { z } from 'zod'
import { createLedger } from '../evidence/ledger.ts'
import type { Reasoner, TradeFinding, TraderBrief } from '../reasoner.ts'
import {
  areLevelsOrdered,
  findStrayLevels,
  roundToTick,
  type PriceLevels,
  type StrayLevel,
} from '../trade-levels.ts'
import { boundedText, orNull, reportField } from './answer-fields.ts'
import { askRole } from './ask-role.ts'
import { renderEvidence } from './evidence-table.ts'
import { composeQuestion, composeSystem, type Seat } from './seat.ts'
import { renderMemory, renderReports, renderResearch } from './transcripts.ts'

export const tradeAnswer = z.object({
  report: reportField,
  reason: boundedText(900, 'Why, in a sentence or two, every figure cited.'),
  stance: z
    .enum(['HOLD', 'BUY', 'SELL', 'REVIEW'])
    .describe('What the research manager asked for, or HOLD or REVIEW; never the opposite side.'),
  levels: orNull(
    z.object({
      entry: z.number().describe('Price at which to enter.'),
      stop_loss: z
        .number()
        .describe('Price at which the trade is wrong. For BUY below the entry, for SELL above it.'),
      take_profit: z
        .number()
        .describe('Price at which to take the profit. For BUY above the entry, for SELL below it.'),
    }),
  ).describe('For BUY and SELL; null for HOLD and REVIEW.'),
  caution: orNull(
    boundedText(600, 'What speaks against the trade though it is asked for, every figure cited.'),
  ).describe('A warning that goes with the trade, or null.'),
})
type TradeAnswer = z.infer<typeof tradeAnswer>

export function createTrader(seat: Seat): Reasoner<TraderBrief, TradeFinding> {
  return {
    async reason(brief, aid) {
      aid.note(`Asked ${seat.model} for the trade.`)
      const { value } = await askRole(
        seat,
        {
          system: composeSystem(seat, brief),
          text: composeQuestion(seat, brief, [
            renderEvidence(brief.evidence),
            renderReports(brief.reports),
            renderResearch(brief.research),
            renderMemory(brief.memory),
          ]),
          ...{ schema: tradeAnswer, evidence: brief.evidence },
          examine: (answer) => examineTrade(answer, brief),
          verdict: ({ stance, levels }) => [stance, levels],
          prose: ({ report, reason, caution }) => [report, reason, caution ?? ''],
          known: ({ levels }) => (levels ? Object.values(levels) : []),
        },
        aid,
      )
      aid.log('INFO', `stance ${value.stance}`)
      return readTrade(value)
    },
  }
}

function readTrade({ report, reason, stance, levels, caution }: TradeAnswer): TradeFinding {
  if (stance !== 'BUY' && stance !== 'SELL')
    return { report, reason, stance, side: null, levels: null, caution: null }
  return {
    report,
    reason,
    stance,
    side: stance === 'BUY' ? 1 : -1,
    levels: levels && toTicks(levels),
    caution,
  }
}

function toTicks({ entry, stop_loss, take_profit }: PriceLevels): PriceLevels {
  return {
    entry: roundToTick(entry),
    stop_loss: roundToTick(stop_loss),
    take_profit: roundToTick(take_profit),
  }
}

function examineTrade({ stance, levels }: TradeAnswer, { research, evidence }: TraderBrief): string[] {
  const asked = research.stance
  if (asked === 'REVIEW' && stance !== 'REVIEW')
    return [`stance is ${stance}, but the research manager asks for a person to look: it must be REVIEW`]
  if (stance !== 'BUY' && stance !== 'SELL') return []
  if (stance !== asked) {
    const allowed = asked === 'HOLD' ? 'HOLD or REVIEW' : `${asked}, HOLD or REVIEW`
    return [`stance is ${stance}, but the research manager asks for ${asked}: it must be ${allowed}`]
  }
  if (!levels) return [`stance is ${stance}, but levels is null: entry, stop_loss and take_profit are needed`]
  const atTicks = toTicks(levels)
  const wrongSides = examineSides(stance, atTicks)
  return wrongSides.length > 0 ? wrongSides : examineDistances(atTicks, evidence)
}

function examineSides(stance: 'BUY' | 'SELL', levels: PriceLevels): string[] {
  const { entry, stop_loss, take_profit } = levels
  if (Object.values(levels).some((price) => !Number.isFinite(price) || price <= 0))
    return ['levels must be prices above 0']
  if (areLevelsOrdered(stance === 'BUY' ? 1 : -1, levels)) return []
  const [stopSide, targetSide] = stance === 'BUY' ? ['below', 'above'] : ['above', 'below']
  return [
    `levels do not make a ${stance}: stop_loss ${stop_loss} must lie ${stopSide} the entry ${entry}, ` +
      `take_profit ${take_profit} ${targetSide} it`,
  ]
}

function examineDistances(levels: PriceLevels, evidence: TraderBrief['evidence']): string[] {
  const ledger = createLedger(evidence)
  const idOf = (label: string) => (ledger.has(label) ? ` (${ledger.get(label).id})` : '')
  const known = { close: ledger.value('Last close'), atr: ledger.value('ATR 14') }
  return findStrayLevels(levels, known).map(({ level, fault, bound, unit }) => {
    const from = level === 'entry' ? `the last close${idOf('Last close')}` : 'the entry'
    const distance =
      unit === 'atr' ? `${bound} times the ATR${idOf('ATR 14')}` : `${100 * bound} % of the price`
    const passes = fault === 'stop_near' ? 'less' : 'more'
    return `${level} ${levels[level]} is ${passes} than ${distance} away from ${from}, where ${FAULTS[fault]}`
  })
}

const FAULTS: Readonly<Record<StrayLevel['fault'], string>> = {
  entry_far: 'nobody can enter',
  stop_near: 'an ordinary day would hit it',
  stop_far: 'it protects from nothing',
  target_far: 'the price does not get within the horizon',
}
