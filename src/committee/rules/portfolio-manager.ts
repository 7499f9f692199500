/** The portfolio manager, by rules: the verdict, whose voice the position follows, what carried it and what speaks against. */
import type { Decision } from '../decision.ts'
import { createLedger, type Ledger } from '../evidence/ledger.ts'
import { capitalise, citedIds, createQuoter, joinWords, type Quoter } from '../figures.ts'
import { NO_CONFIDENCE } from '../reasoner.ts'
import { RISK_VOICES, type RiskVoice } from '../plan.ts'
import type { Claim, PortfolioBrief, Reasoner, VerdictFinding } from '../reasoner.ts'
import { carryLabel, prefixOf } from '../carry.ts'
import { roundToTick } from '../trade-levels.ts'
import { netClaims } from '../weigh.ts'
import { computeHoldConfidence, computeTradeConfidence, type Confidence } from './confidence.ts'
import { describeStake, TELLING_TRADES } from './risk-voice.ts'

/** From this confidence a BUY or SELL is a strong one. */
const STRONG_CONFIDENCE = 0.75
/** The aggressive voice is followed from this confidence, in markets calmer than this percentile of their year. */
const BOLD = { confidence: 0.75, volatilityRankPct: 60 }
/** Above this percentile, or below this confidence, the conservative voice is followed. */
const CAREFUL = { confidence: 0.6, volatilityRankPct: 80 }
/** Less of equity than this, before whole shares, is no position worth opening. */
const LEAST_SIZE = 0.005
const RATIONALE_POINTS = 4
const DISSENT_POINTS = 2

type Point = Decision['rationale'][number]
type Dissent = Decision['dissent'][number]

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
  if (stance === 'HOLD') return holdLevel(brief, ledger)
  const confidence = computeTradeConfidence(brief, ledger, stance === 'BUY' ? 1 : -1)
  const voice = chooseVoice(brief, ledger, confidence)
  // A sale is also the exit from what is held: that needs nobody to carry a short position.
  if (stance === 'BUY' && voice === null) return holdBack(brief, ledger)
  return act(brief, ledger, stance, voice, confidence)
}

/**
 * Whose hands the trade goes into: of those who would carry it the one that suits the confidence and the market. Null
 * where most refuse it, or what is left is too small to open.
 */
function chooseVoice(brief: PortfolioBrief, ledger: Ledger, confidence: Confidence): RiskVoice | null {
  const agreeing = RISK_VOICES.filter((voice) => brief.voices[voice].agrees)
  if (agreeing.length <= RISK_VOICES.length / 2) return null
  const voice = preferVoices(ledger, confidence).find((one) => agreeing.includes(one))!
  return brief.sizes[voice] < LEAST_SIZE ? null : voice
}

function preferVoices(ledger: Ledger, confidence: Confidence): RiskVoice[] {
  const rank = ledger.value('Volatility rank') ?? 100
  const trades = ledger.value('Rule trades') ?? 0
  const isBold =
    confidence.value >= BOLD.confidence && rank <= BOLD.volatilityRankPct && trades >= 2 * TELLING_TRADES
  if (isBold) return ['aggressive', 'neutral', 'conservative']
  const isCareful =
    confidence.value < CAREFUL.confidence || rank > CAREFUL.volatilityRankPct || trades < TELLING_TRADES
  return isCareful ? ['conservative', 'neutral', 'aggressive'] : ['neutral', 'conservative', 'aggressive']
}

function act(
  brief: PortfolioBrief,
  ledger: Ledger,
  action: 'BUY' | 'SELL',
  voice: RiskVoice | null,
  confidence: Confidence,
): Verdict {
  const quote = createQuoter(ledger)
  const [winners, losers] = action === 'BUY' ? sides(brief) : sides(brief).reverse()
  const isStrong = confidence.value >= STRONG_CONFIDENCE
  const record = describeRecord(ledger, quote)
  const refusals = dissentingVoices(brief)
  const pays = (ledger.value('Rule expectancy') ?? 0) > 0
  const dissent: Dissent[] = [
    ...losers!
      .slice(0, DISSENT_POINTS)
      .map((claim) => ({ role: action === 'BUY' ? 'bear' : 'bull', ...pointOf(claim) })),
    ...(brief.trade.caution ? [{ role: 'trader', ...toPoint(brief.trade.caution) }] : []),
    ...refusals,
    // A voice that refuses for the record has said it.
    ...(record && !pays && !isCitedIn(refusals, ledger.get('Rule expectancy').id)
      ? [{ role: 'trader', ...toPoint(record) }]
      : []),
  ]
  return {
    action,
    rating: action === 'BUY' ? (isStrong ? 'Strong Buy' : 'Buy') : isStrong ? 'Strong Sell' : 'Sell',
    voice,
    confidence: confidence.value,
    confidence_basis: capitalise(confidence.basis),
    summary: [
      describeLevels(brief, ledger, quote, action, voice),
      describeReasons(winners!, losers!, dissent),
      voice === null ? '' : describeSize(ledger, action, voice),
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
    rationale: [
      ...winners!.slice(0, RATIONALE_POINTS).map(pointOf),
      ...(record && pays ? [toPoint(record)] : []),
      toPoint(`${brief.trade.reason}${describeOwnTarget(ledger, quote, voice)}`),
    ],
    dissent,
  }
}

/** Research and trader see nothing to do: neither case outweighs the other. */
function holdLevel(brief: PortfolioBrief, ledger: Ledger): Verdict {
  const quote = createQuoter(ledger)
  const [bull, bear] = sides(brief)
  const pull =
    bull.length > 0 && bear.length > 0
      ? `${capitalise(bull[0]!.name)} pulls one way and ${bear[0]!.name} the other, and neither side has enough to act on.`
      : 'What there is to say is slight, and not enough to act on.'
  const weights =
    `The bull’s case weighs ${quote.of('Bull case')}, the bear’s ${quote.of('Bear case')}: ` +
    `a balance of ${quote.signed('Balance')} asks for no trade.`
  return {
    ...holding(brief, ledger),
    summary: `${describeHold(brief, ledger, quote)} ${pull} ${brief.trade.reason}`,
    rationale: [toPoint(weights), ...[bull[1], bear[1]].flatMap((claim) => (claim ? [pointOf(claim)] : []))],
    dissent: [
      ...bull.slice(0, 1).map((claim) => ({ role: 'bull', ...pointOf(claim) })),
      ...bear.slice(0, 1).map((claim) => ({ role: 'bear', ...pointOf(claim) })),
    ],
  }
}

/** Research and trader want to buy, and those who would have to carry it do not, or only next to nothing of it. */
function holdBack(brief: PortfolioBrief, ledger: Ledger): Verdict {
  const quote = createQuoter(ledger)
  const [bull, bear] = sides(brief)
  const against = RISK_VOICES.filter((voice) => !brief.voices[voice].agrees)
  const isRefused = against.length > RISK_VOICES.length / 2
  const cause = isRefused
    ? `the ${joinWords(against)} voices refuse to carry it`
    : 'the size that the record of the plain rule allows is too small to be worth it'
  const objections = isRefused
    ? against.slice(-2).map((voice) => toPoint(brief.voices[voice].argument))
    : [toPoint(`The size comes to ${quote.of(carryLabel('neutral', 'size before shares'))} of equity.`)]
  return {
    ...holding(brief, ledger),
    summary: `${describeHold(brief, ledger, quote)} Research would buy and the trader has levels, but ${cause}.`,
    rationale: [...objections, ...bear.slice(0, 2).map(pointOf)],
    dissent: bull.slice(0, DISSENT_POINTS).map((claim) => ({ role: 'bull', ...pointOf(claim) })),
  }
}

function holding(
  brief: PortfolioBrief,
  ledger: Ledger,
): Pick<Verdict, 'action' | 'rating' | 'voice' | 'confidence' | 'confidence_basis'> {
  const { value, basis } = computeHoldConfidence(brief, ledger)
  const confidence = { confidence: value, confidence_basis: capitalise(basis) }
  return { action: 'HOLD', rating: 'Hold', voice: null, ...confidence }
}

function describeHold({ ticker }: PortfolioBrief, ledger: Ledger, quote: Quoter): string {
  const close = ledger.has('Last close') ? ` at ${quote.of('Last close')}` : ''
  return `Hold ${ticker}${close}: no new position.`
}

function review(brief: PortfolioBrief): Verdict {
  const reason = brief.trade.reason
  return {
    action: 'REVIEW',
    rating: null,
    voice: null,
    confidence: 0,
    confidence_basis: NO_CONFIDENCE,
    summary: `A person has to look at ${brief.ticker}. ${reason}`,
    rationale: [toPoint(reason)],
    dissent: [],
  }
}

/** What is left of both cases, the bull's first. */
function sides({ bull, bear }: PortfolioBrief): [Claim[], Claim[]] {
  return [netClaims(bull, bear), netClaims(bear, bull)]
}

function describeLevels(
  { ticker }: PortfolioBrief,
  ledger: Ledger,
  quote: Quoter,
  action: 'BUY' | 'SELL',
  voice: RiskVoice | null,
): string {
  const close = ledger.value('Last close')
  const waits = close !== undefined && ledger.value('Entry') !== roundToTick(close)
  const entry = `${waits ? 'on a return to' : 'at'} ${quote.of('Entry')}`
  const stop = quote.of('Stop')
  const target = quote.of(carryLabel(voice, 'target'))
  const odds = `${quote.of(carryLabel(voice, 'reward to risk'))} to one`
  return voice === null
    ? `Sell ${ticker}. Exit what is held; open no short. One would go in ${entry} with its stop at ${stop} and its target at ${target}, ${odds}.`
    : `${action === 'BUY' ? 'Buy' : 'Sell'} ${ticker} ${entry} with a stop at ${stop} and a target of ${target}: ${odds}.`
}

function describeReasons(
  winners: readonly Claim[],
  losers: readonly Claim[],
  dissent: readonly Dissent[],
): string {
  const lead = winners.slice(0, 2).map((claim) => claim.name)
  const carried = `${capitalise(joinWords(lead))} ${lead.length === 1 ? 'carries' : 'carry'} it`
  if (losers.length > 0) return `${carried}; the best point against is ${losers[0]!.name}.`
  return dissent.length > 0 ? `${carried}.` : `${carried}, and nothing of weight speaks against.`
}

function describeSize(ledger: Ledger, action: 'BUY' | 'SELL', voice: RiskVoice): string {
  const stake = `as the ${voice} voice would carry it, ${describeStake(ledger, prefixOf(voice))}`
  return action === 'SELL'
    ? `Exit what is held; where shorting is allowed, ${stake}.`
    : `${capitalise(stake)}.`
}

/** The trader's target is not the one that counts where the voice moved it. */
function describeOwnTarget(ledger: Ledger, quote: Quoter, voice: RiskVoice | null): string {
  if (voice === null) return ''
  const label = carryLabel(voice, 'target')
  const away = (target: string) => Math.abs(ledger.get(target).value - ledger.get('Entry').value)
  const change = away(label) - away('Target')
  if (change === 0) return ''
  return ` The ${voice} voice ${change < 0 ? 'takes its profit before that' : 'lets it run beyond that'}, at ${quote.of(label)}.`
}

function isCitedIn(points: readonly Dissent[], id: string): boolean {
  return points.some(({ evidence }) => evidence.includes(id))
}

function describeRecord(ledger: Ledger, quote: Quoter): string | null {
  if (!ledger.has('Rule expectancy', 'Rule hit rate', 'Rule trades')) return null
  return (
    `Over ${quote.count('Rule trades')} on this side up to this day the plain rule was right in ${quote.of('Rule hit rate')} and ` +
    `${ledger.get('Rule expectancy').value > 0 ? 'made' : 'lost'} ${quote.size('Rule expectancy')} a trade.`
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
