/** The portfolio manager, by rules: the verdict, whose voice the position follows, what carried it and what speaks against. */
import type { Decision } from '../decision.ts'
import { createLedger, type Ledger } from '../evidence/ledger.ts'
import { capitalise, citedIds, createQuoter, joinWords, type Quoter } from '../figures.ts'
import { RISK_VOICES, type RiskVoice } from '../plan.ts'
import type { Claim, PortfolioBrief, Reasoner, VerdictFinding } from '../reasoner.ts'
import { prefixOf } from '../carry.ts'
import { netClaims } from '../weigh.ts'
import { computeHoldConfidence, computeTradeConfidence, type Confidence } from './confidence.ts'
import { TELLING_TRADES } from './risk-voice.ts'

/** From this confidence a BUY or SELL is a strong one. */
const STRONG_CONFIDENCE = 0.75
/** The aggressive voice is followed from this confidence, in markets calmer than this percentile of their year. */
const BOLD = { confidence: 0.75, volatilityRankPct: 60 }
/** Above this percentile, or below this confidence, the conservative voice is followed. */
const CAREFUL = { confidence: 0.6, volatilityRankPct: 80 }
/** Less of equity than this is no position worth opening. */
const LEAST_SIZE = 0.005
const RATIONALE_POINTS = 4
const DISSENT_POINTS = 2

type Point = Decision['rationale'][number]

export const portfolioManagerByRules: Reasoner<PortfolioBrief, VerdictFinding> = {
  reason(brief, aid) {
    const ledger = createLedger(brief.evidence)
    aid.note('Heard the research manager, the trader and the three risk voices.')
    const verdict = decide(brief, ledger)
    aid.log('INFO', `${verdict.action} ${brief.ticker}, confidence ${verdict.confidence.toFixed(2)}`)
    return Promise.resolve({ ...verdict, raw_text: writeDown(verdict) })
  },
}

type Verdict = Omit<VerdictFinding, 'raw_text'>

function decide(brief: PortfolioBrief, ledger: Ledger): Verdict {
  const { stance } = brief.trade
  if (stance === 'REVIEW') return review(brief)
  if (stance === 'HOLD') return hold(brief, ledger, null)
  const side = stance === 'BUY' ? 1 : -1
  const confidence = computeTradeConfidence(brief, ledger, side)
  const voice = chooseVoice(brief, ledger, confidence)
  const against = RISK_VOICES.filter((one) => !brief.voices[one].agrees)
  // A sale also means leaving what is held: that needs no voice to carry a short position.
  if (stance === 'BUY' && (against.length > 1 || brief.sizes[voice] < LEAST_SIZE))
    return hold(brief, ledger, against)
  return act(brief, ledger, stance, voice, confidence)
}

function act(
  brief: PortfolioBrief,
  ledger: Ledger,
  action: 'BUY' | 'SELL',
  voice: RiskVoice,
  confidence: Confidence,
): Verdict {
  const quote = createQuoter(ledger)
  const [winners, losers] = action === 'BUY' ? sides(brief) : sides(brief).reverse()
  const isStrong = confidence.value >= STRONG_CONFIDENCE
  const record = describeRecord(ledger, quote, action)
  return {
    action,
    rating: action === 'BUY' ? (isStrong ? 'Strong Buy' : 'Buy') : isStrong ? 'Strong Sell' : 'Sell',
    voice,
    confidence: confidence.value,
    confidence_basis: capitalise(confidence.basis),
    summary: summariseTrade(brief, quote, action, voice, winners!, losers!),
    rationale: [
      ...winners!.slice(0, RATIONALE_POINTS).map(pointOf),
      ...(record ? [toPoint(record)] : []),
      toPoint(brief.trade.reason),
    ],
    dissent: [
      ...losers!
        .slice(0, DISSENT_POINTS)
        .map((claim) => ({ role: action === 'BUY' ? 'bear' : 'bull', ...pointOf(claim) })),
      ...(brief.trade.caution ? [{ role: 'trader', ...toPoint(brief.trade.caution) }] : []),
      ...dissentingVoices(brief),
    ],
  }
}

/** `against` are the voices that refused a trade research and trader wanted; null when none was wanted. */
function hold(brief: PortfolioBrief, ledger: Ledger, against: readonly RiskVoice[] | null): Verdict {
  const quote = createQuoter(ledger)
  const confidence = computeHoldConfidence(brief, ledger)
  const [bull, bear] = sides(brief)
  const cause = against
    ? `Research would ${brief.research.stance.toLowerCase()} and the trader has levels, but ` +
      (against.length > 0
        ? `the ${joinWords(against)} ${against.length === 1 ? 'voice refuses' : 'voices refuse'} to carry it.`
        : 'the size that the record allows is too small to be worth it.')
    : brief.research.reason
  const objector = RISK_VOICES.findLast((voice) => against?.includes(voice)) ?? 'neutral'
  const objection = against ? brief.voices[objector].argument : brief.trade.reason
  const dissent = against
    ? bull!.slice(0, DISSENT_POINTS).map((claim) => ({ role: 'bull', ...pointOf(claim) }))
    : [
        ...bull!.slice(0, 1).map((claim) => ({ role: 'bull', ...pointOf(claim) })),
        ...bear!.slice(0, 1).map((claim) => ({ role: 'bear', ...pointOf(claim) })),
      ]
  const spoken = new Set(dissent.map(({ text }) => text))
  const points = (against ? [...bear!.slice(0, 2)] : [bull![1], bear![1]]).flatMap((claim) =>
    claim ? [pointOf(claim)] : [],
  )
  const close = ledger.has('Last close') ? ` at ${quote.of('Last close')}` : ''
  return {
    action: 'HOLD',
    rating: 'Hold',
    voice: 'neutral',
    confidence: confidence.value,
    confidence_basis: capitalise(confidence.basis),
    summary: `Hold ${brief.ticker}${close}: no new position. ${cause} ${objection}`,
    rationale: [toPoint(cause), ...points.filter(({ text }) => !spoken.has(text)), toPoint(objection)],
    dissent,
  }
}

function review(brief: PortfolioBrief): Verdict {
  const reason = brief.trade.reason
  return {
    action: 'REVIEW',
    rating: null,
    voice: 'conservative',
    confidence: 0,
    confidence_basis: 'There is no verdict to be confident of',
    summary: `A person has to look at ${brief.ticker}. ${reason}`,
    rationale: [toPoint(reason)],
    dissent: [],
  }
}

/** What is left of both cases, the bull's first. */
function sides({ bull, bear }: PortfolioBrief): [Claim[], Claim[]] {
  return [netClaims(bull, bear), netClaims(bear, bull)]
}

function chooseVoice(brief: PortfolioBrief, ledger: Ledger, confidence: Confidence): RiskVoice {
  const rank = ledger.value('Volatility rank') ?? 100
  const trades = ledger.value('Rule trades') ?? 0
  const isBold =
    confidence.value >= BOLD.confidence && rank <= BOLD.volatilityRankPct && trades >= 2 * TELLING_TRADES
  if (isBold && brief.voices.aggressive.agrees) return 'aggressive'
  const isCareful =
    confidence.value < CAREFUL.confidence || rank > CAREFUL.volatilityRankPct || trades < TELLING_TRADES
  return isCareful ? 'conservative' : 'neutral'
}

function summariseTrade(
  brief: PortfolioBrief,
  quote: Quoter,
  action: 'BUY' | 'SELL',
  voice: RiskVoice,
  winners: readonly Claim[],
  losers: readonly Claim[],
): string {
  const prefix = prefixOf(voice)
  const verb = action === 'BUY' ? 'Buy' : 'Sell'
  const levels =
    `${verb} ${brief.ticker} at ${quote.of('Entry')} with a stop at ${quote.of(`${prefix} stop`)} and a target of ` +
    `${quote.of(`${prefix} target`)}: ${quote.of(`${prefix} reward to risk`)} to one.`
  const carried = `${capitalise(joinWords(winners.slice(0, 2).map((claim) => claim.name)))} carry it`
  const doubt =
    losers.length > 0
      ? `; the best point against is ${losers[0]!.name}.`
      : ', and nothing of weight speaks against.'
  return `${levels} ${carried}${doubt} ${describeSize(brief, quote, action, voice)}`
}

function describeSize(
  { sizes }: PortfolioBrief,
  quote: Quoter,
  action: 'BUY' | 'SELL',
  voice: RiskVoice,
): string {
  const prefix = prefixOf(voice)
  if (sizes[voice] === 0) return 'Leave what is held; the record of the rule gives no reason to go short.'
  const stake = `${quote.of(`${prefix} size`)} of equity, as the ${voice} voice would carry it, puts ${quote.of(`${prefix} amount at risk`)} at risk`
  return action === 'SELL' ? `Leave what is held; where shorting is allowed, ${stake}.` : `${stake}.`
}

function describeRecord(ledger: Ledger, quote: Quoter, action: 'BUY' | 'SELL'): string | null {
  if (!ledger.has('Rule expectancy', 'Rule hit rate', 'Rule trades')) return null
  const kind = action === 'BUY' ? 'buys' : 'short sales'
  return (
    `Over ${quote.of('Rule trades')} ${kind} up to this day the rule was right in ${quote.of('Rule hit rate')} and ` +
    `${ledger.get('Rule expectancy').value > 0 ? 'made' : 'lost'} ${quote.signed('Rule expectancy')} a trade.`
  )
}

function dissentingVoices(brief: PortfolioBrief): Decision['dissent'] {
  return RISK_VOICES.filter((voice) => !brief.voices[voice].agrees).map((voice) => {
    const { argument, evidence_ids } = brief.voices[voice]
    return { role: voice, text: argument, evidence: evidence_ids }
  })
}

function pointOf(claim: Claim): Point {
  return { text: claim.text, evidence: claim.evidence }
}

function toPoint(text: string): Point {
  return { text, evidence: citedIds(text) }
}

function writeDown(verdict: Verdict): string {
  const { action, summary, confidence_basis, rationale, dissent } = verdict
  return [
    `${action}. ${summary}`,
    `Confidence: ${confidence_basis}.`,
    ...rationale.map(({ text }) => `For: ${text}`),
    ...dissent.map(({ role, text }) => `Against (${role}): ${text}`),
  ].join('\n')
}
