/**
 * What a sound model would answer in each role, made of what it is shown: for scripts, in memory or behind a wire. Reads
 * the evidence from the question's table and the stances from its transcripts; cites what it says.
 */
import { formatNumber } from '../../src/core/format.ts'
import type { ModelRole } from '../../src/committee/assessment-input.ts'

export interface ShownEvidence {
  id: string
  label: string
  /** As shown, without its unit's name. */
  value: string
}

export type Stance = 'BUY' | 'HOLD' | 'SELL' | 'REVIEW'

/** The rows of the evidence tables in a question. */
export function readShownEvidence(question: string): ShownEvidence[] {
  return Array.from(question.matchAll(/^(E\d+) \| (.+?) \| (.+?) \| \d{4}-\d{2}-\d{2} \| /gm), (row) => ({
    id: row[1]!,
    label: row[2]!,
    value: row[3]!.replace(/ \([a-z]+\)$/, ''),
  }))
}

/** `wish` is the stance of whoever decides first; the others follow what they are shown. */
export function answerRole(role: ModelRole, question: string, wish: Stance = 'BUY'): Record<string, unknown> {
  const shown = readShownEvidence(question)
  const figures = shown.filter(({ value }) => !value.startsWith('“'))
  const leads = ['Last close', 'RSI 14', 'ATR 14', 'Max drawdown', 'Realised volatility 63']
  const chosen = [...leads.flatMap((label) => figures.filter((item) => item.label === label)), ...figures]
  const [first, second] = chosen
  if (!first || !second) throw new Error('the question shows too little evidence')
  const say = ({ id, label, value }: ShownEvidence) => `${label} is ${value} [${id}]`
  const text = `${say(first)}; ${say(second)}.`
  const evidence = [first.id, second.id]
  const report = `# ${role}\n\n${text}\n\nNothing else is in the evidence.`
  switch (role) {
    case 'market':
    case 'fundamentals':
    case 'news':
    case 'sentiment':
      return { report, summary: text }
    case 'bull':
    case 'bear':
      return {
        report,
        claims: makeClaims(role, wish, text, evidence),
        answer: answerOpenClaim(question, text, evidence),
      }
    case 'research_manager':
      return { report, reason: text, evidence_ids: evidence, stance: wish }
    case 'trader': {
      const stance = stanceIn(question, 'report of the research manager')
      return { report, reason: text, stance, levels: makeLevels(stance, shown), caution: null }
    }
    case 'aggressive':
    case 'conservative':
    case 'neutral':
      return { report, argument: text, evidence_ids: evidence, agrees: true }
    case 'portfolio_manager': {
      const stance = stanceIn(question, 'report of the trader')
      return {
        ...{ report, summary: text, rationale: [{ text, evidence }] },
        dissent: [{ role: stance === 'BUY' ? 'bear' : 'bull', text, evidence }],
        rating: { BUY: 'Buy', HOLD: 'Hold', SELL: 'Sell', REVIEW: 'Review' }[stance],
        voice: stance === 'BUY' || stance === 'SELL' ? 'neutral' : null,
        confidence: 0.6,
        confidence_reason: 'independent kinds of evidence agree',
      }
    }
  }
}

function makeClaims(side: 'bull' | 'bear', wish: Stance, text: string, evidence: string[]) {
  const isFavoured = (side === 'bull') === (wish === 'BUY')
  return [
    {
      id: side === 'bull' ? 'trend-holds' : 'range-is-wide',
      name: side === 'bull' ? 'the trend' : 'the wide range',
      group: side === 'bull' ? 'trend' : 'regime',
      ...{ text, evidence, strength: isFavoured ? 4 : 2 },
    },
  ]
}

function answerOpenClaim(question: string, text: string, evidence: string[]) {
  const open = /that you may answer: ([a-z0-9-]+)/.exec(question)?.[1]
  return open === undefined ? null : { claim: open, text, evidence, discount: 0.2 }
}

/** Two ATR to the stop, four to the target. */
function makeLevels(stance: Stance, shown: readonly ShownEvidence[]) {
  if (stance !== 'BUY' && stance !== 'SELL') return null
  const side = stance === 'BUY' ? 1 : -1
  const valueOf = (label: string) => {
    const item = shown.find((one) => one.label === label)
    if (!item) throw new Error(`the question shows no ${label}`)
    return Number(item.value.replaceAll(',', ''))
  }
  const entry = valueOf('Last close')
  const range = valueOf('ATR 14')
  const price = (distance: number) => Number(formatNumber(entry + distance, 2).replaceAll(',', ''))
  return { entry, stop_loss: price(-2 * side * range), take_profit: price(4 * side * range) }
}

/** The stance stated in the transcript of that name. */
function stanceIn(question: string, transcript: string): Stance {
  const from = question.indexOf(`${transcript}>>>`)
  const stance = /^Stance: (BUY|HOLD|SELL|REVIEW)\./m.exec(question.slice(Math.max(0, from)))?.[1]
  if (from < 0 || stance === undefined) throw new Error(`the question shows no ${transcript}`)
  return stance as Stance
}
