/**
 * Confidence by rules: how strong the balance is, how many kinds of evidence and how many voices go the same way, and
 * what the rule's record is worth. A reading of agreement, not a probability: nothing has calibrated it.
 */
import type { Ledger } from '../evidence/ledger.ts'
import { countInWords } from '../figures.ts'
import type { Claim, PortfolioBrief } from '../reasoner.ts'
import { RISK_VOICES } from '../plan.ts'
import { netClaims } from '../weigh.ts'
import { ACT_THRESHOLD } from '../../trading/plain-rule/plain-rule.ts'
import { TELLING_TRADES } from './risk-voice.ts'

/** A balance as large as this is as convincing as they come. */
const FULL_BALANCE = 0.5
/** Expectancy, in percent a trade, at which a record is as good as it counts. */
const FULL_EXPECTANCY_PCT = 2

/** A record of as many trades is half believed. */
const DOUBT_TRADES = 20

export interface Confidence {
  /** 0..1, to two decimals. */
  value: number
  /** In words, without figures. */
  basis: string
}

/** For a verdict to act on one side. */
export function computeTradeConfidence(brief: PortfolioBrief, ledger: Ledger, side: 1 | -1): Confidence {
  const strength = Math.min(1, Math.abs(ledger.value('Balance') ?? 0) / FULL_BALANCE)
  const groups = countGroups(brief, side)
  const agreement = groups.all === 0 ? 0 : groups.agreeing / groups.all
  const voices = RISK_VOICES.filter((voice) => brief.voices[voice].agrees).length
  const record = rateRecord(ledger)
  const value =
    0.1 + 0.35 * strength + 0.2 * agreement + 0.15 * (voices / RISK_VOICES.length) + 0.15 * record.worth
  const parts = [
    `the balance of the debate is ${strength >= 0.8 ? 'strong' : strength >= 0.6 ? 'clear' : 'modest'}`,
    `${countInWords(groups.agreeing, groups.all)} kinds of evidence go this way`,
    `${countInWords(voices, RISK_VOICES.length)} risk voices would carry the trade`,
    `the record of the plain rule is ${record.word}`,
  ]
  return { value: roundConfidence(value), basis: parts.join('; ') }
}

/** For standing aside: the nearer the scales are to level, the surer. */
export function computeHoldConfidence(brief: PortfolioBrief, ledger: Ledger): Confidence {
  if (brief.research.stance === 'HOLD') {
    const level = 1 - Math.min(1, Math.abs(ledger.value('Balance') ?? 0) / ACT_THRESHOLD)
    const basis = `the scales are ${level >= 0.66 ? 'almost level' : level >= 0.33 ? 'tilted, but not far' : 'close to tipping'}, and no trade is asked for`
    return { value: roundConfidence(0.35 + 0.35 * level), basis }
  }
  const agreeing = RISK_VOICES.filter((voice) => brief.voices[voice].agrees).length
  const basis =
    agreeing > RISK_VOICES.length / 2
      ? 'research would act and most voices would carry it, but the record of the plain rule allows next to no size'
      : `research would act, but ${countInWords(agreeing, RISK_VOICES.length)} risk voices would carry the trade`
  const against = RISK_VOICES.length - agreeing
  return { value: roundConfidence(0.3 + 0.1 * against), basis }
}

/** Kinds of evidence that lean at all, and how many of them lean to `side`. */
function countGroups({ bull, bear }: PortfolioBrief, side: 1 | -1): { all: number; agreeing: number } {
  const net = new Map<string, number>()
  const add = (claims: readonly Claim[], direction: 1 | -1) => {
    for (const claim of claims) net.set(claim.group, (net.get(claim.group) ?? 0) + direction * claim.weight)
  }
  add(netClaims(bull, bear), 1)
  add(netClaims(bear, bull), -1)
  const leaning = [...net.values()].filter((weight) => weight !== 0)
  return { all: leaning.length, agreeing: leaning.filter((weight) => side * weight > 0).length }
}

/** What the record is worth, 0..1, believed the less the fewer trades stand behind it. */
function rateRecord(ledger: Ledger): { worth: number; word: string } {
  const expectancy = ledger.value('Rule expectancy')
  const trades = ledger.value('Rule trades') ?? 0
  if (expectancy === undefined || trades < TELLING_TRADES) return { worth: 0.3, word: 'too short to count' }
  const belief = trades / (trades + DOUBT_TRADES)
  const worth = belief * Math.max(0, Math.min(1, expectancy / FULL_EXPECTANCY_PCT))
  return { worth, word: worth >= 0.6 ? 'good' : worth > 0.2 ? 'fair' : worth > 0 ? 'thin' : 'poor' }
}

function roundConfidence(value: number): number {
  return Math.round(100 * Math.max(0.05, Math.min(0.95, value))) / 100
}
