/** The committee's tree as it stands before anyone has spoken: who there is, in what order, and who waits for whom. */
import type { PlanNode } from '../runs/workflow.ts'
import type { Analyst, AssessmentInput } from './assessment-input.ts'

export const ROLE_LABELS = {
  data: 'Price data',
  memory: 'Earlier verdicts',
  market: 'Market analyst',
  fundamentals: 'Fundamentals analyst',
  news: 'News analyst',
  sentiment: 'Sentiment analyst',
  bull: 'Bull researcher',
  bear: 'Bear researcher',
  research_manager: 'Research manager',
  trader: 'Trader',
  aggressive: 'Aggressive risk voice',
  conservative: 'Conservative risk voice',
  neutral: 'Neutral risk voice',
  portfolio_manager: 'Portfolio manager',
} as const
export type Role = keyof typeof ROLE_LABELS

export const RISK_VOICES = ['aggressive', 'conservative', 'neutral'] as const
export type RiskVoice = (typeof RISK_VOICES)[number]

/** The phases of every plan, in their order. */
export const PHASE_LABELS = {
  phase_data: 'Data',
  phase_analysts: 'Analysts',
  phase_research: 'Research',
  phase_trading: 'Trading',
  phase_risk: 'Risk',
  phase_portfolio: 'Portfolio',
} as const

/** The step under whose key others find the bars of an assessment. */
export const DATA_STEP = 'data'

/** Why an analyst is left out where no source of what they read is configured. */
export const NO_SOURCE: Record<Exclude<Analyst, 'market'>, string> = {
  fundamentals: 'no source of fundamentals is configured: FUNDAMENTALS_SOURCE names one',
  news: 'no source of news is configured: NEWS_FEEDS names them',
  sentiment: 'no source of sentiment is configured: SENTIMENT_SOURCE names one',
}

export function planAssessment(input: AssessmentInput): PlanNode[] {
  // The rules look back only to say what changed; models are told how their verdicts turned out.
  const looksBack = input.mode === 'llm'
  return [
    phase('phase_data', [agent('data'), ...(looksBack ? [agent('memory')] : [])]),
    phase(
      'phase_analysts',
      input.analysts.map((analyst) => agent(analyst)),
    ),
    phase('phase_research', [
      agent('bull', input.rounds),
      agent('bear', input.rounds),
      agent('research_manager'),
    ]),
    phase('phase_trading', [agent('trader')]),
    phase(
      'phase_risk',
      RISK_VOICES.map((voice) => agent(voice)),
    ),
    phase('phase_portfolio', [agent('portfolio_manager')]),
  ]
}

export function reportNode(role: Role): string {
  return `${role}_report`
}

export function messagesNode(role: Role): string {
  return `${role}_messages`
}

function phase(id: keyof typeof PHASE_LABELS, children: PlanNode[]): PlanNode {
  return { id, label: PHASE_LABELS[id], node_type: 'phase', children }
}

function agent(role: Role, steps = 1): PlanNode {
  return {
    id: role,
    label: ROLE_LABELS[role],
    node_type: 'agent',
    steps,
    children: [
      { id: reportNode(role), label: 'Report', node_type: 'report' },
      { id: messagesNode(role), label: 'Messages', node_type: 'messages' },
    ],
  }
}
