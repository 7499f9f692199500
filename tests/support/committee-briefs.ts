/** Briefs for single roles over a handful of evidence: a trending stock, priced, with a trade to buy on the table. */
import type { Evidence } from '../../src/committee/decision.ts'
import type {
  AnalystBrief,
  CaseBrief,
  CaseTurn,
  DecidingBrief,
  PortfolioBrief,
  ResearchBrief,
  ResearchFinding,
  RiskBrief,
  TradeFinding,
  TraderBrief,
} from '../../src/committee/reasoner.ts'

export const CLOSE = 584
export const RANGE = 12.5

export function createEvidence(
  id: string,
  label: string,
  value: number | string,
  unit: string,
  tool = 'trend',
): Evidence {
  return { id, label, value, unit, as_of: '2012-06-29', source: 'sample bars to 2012-06-29', tool }
}

export const EVIDENCE: readonly Evidence[] = [
  createEvidence('E1', 'Bars in window', 3_100, 'bars', 'load_bars'),
  createEvidence('E2', 'Last close', CLOSE, 'price'),
  createEvidence('E3', 'SMA 200', 498.36, 'price'),
  createEvidence('E4', 'RSI 14', 56.4, 'points'),
  createEvidence('E5', 'ATR 14', RANGE, 'price'),
  createEvidence('E6', 'Max drawdown', -17.2, '%'),
]

const FRAME = { ticker: 'AAPL', as_of: '2012-06-29', evidence: EVIDENCE }

export const analystBrief: AnalystBrief = { ...FRAME, analyst: 'market', lookUps: [] }

export const bullTurn: CaseTurn = {
  report: '# The case for AAPL\n\nThe trend holds.',
  claims: [
    {
      ...{ id: 'trend-holds', name: 'the trend', group: 'trend', weight: 4 / 30 },
      ...{ text: 'It closed at 584.00 [E2].', evidence: ['E2'] },
    },
  ],
  answer: null,
}

export const bearTurn: CaseTurn = {
  report: '# The case against AAPL\n\nThe range is wide.',
  claims: [
    {
      ...{ id: 'range-is-wide', name: 'the wide range', group: 'regime', weight: 2 / 30 },
      ...{ text: 'ATR 14 is 12.50 [E5].', evidence: ['E5'] },
    },
  ],
  answer: { claim: 'trend-holds', text: 'It is stretched.', evidence: ['E4'], discount: 0.2 },
}

/** The bull opens; in the second round it has heard the bear. */
export const openingBrief: CaseBrief = { ...FRAME, side: 'bull', round: 1, own: [], other: [] }
export const secondBrief: CaseBrief = { ...openingBrief, round: 2, own: [bullTurn], other: [bearTurn] }

const deciding: DecidingBrief = {
  ...FRAME,
  repeats: 1,
  memory: [],
  reports: { market: { report: 'The tape is firm.', summary: 'Firm.' } },
}

export const researchBrief: ResearchBrief = { ...deciding, bull: [bullTurn], bear: [bearTurn] }

export const research: ResearchFinding = {
  ...{ stance: 'BUY', reason: 'The trend outweighs the range.', evidence_ids: ['E2'], report: '# Research' },
}

export const traderBrief: TraderBrief = { ...deciding, research }

export const trade: TradeFinding = {
  ...{ stance: 'BUY', reason: 'The trend carries it.', side: 1, caution: null, report: '# Trade' },
  levels: { entry: CLOSE, stop_loss: 560, take_profit: 640 },
}

export const riskBrief: RiskBrief = { ...FRAME, voice: 'neutral', trade, prefix: 'Neutral' }

const voice = { report: '# Voice', argument: 'It is sound.', evidence_ids: [], agrees: true }

export const portfolioBrief: PortfolioBrief = {
  ...deciding,
  ...{ bull: [bullTurn], bear: [bearTurn], research, trade },
  voices: { aggressive: voice, conservative: { ...voice, agrees: false }, neutral: voice },
  sizes: { aggressive: 0.2, conservative: 0, neutral: 0.1 },
}
