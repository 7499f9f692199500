/**
 * Answers as long as the prompts ask for, in the middle of each range, around what a sound model would decide: for what is
 * said of the weight of prompts. `longest` are as long as their shapes allow.
 */
import { ANALYSTS, type ModelRole } from '../../src/committee/assessment-input.ts'
import { assess, createSampleAssessment } from './assessments.ts'
import { answerRole } from './committee-answers.ts'
import { createScriptedGateway, scriptedFacts, type ScriptedGateway } from './scripted-gateway.ts'
import {
  change,
  createScriptedFundamentals,
  createScriptedNews,
  createScriptedSentiment,
  fact,
  headline,
} from './scripted-sources.ts'

/** The middle of the words that each role's prompt asks for. */
const REPORT_WORDS: Readonly<Record<ModelRole, number>> = {
  ...{ market: 450, fundamentals: 400, news: 325, sentiment: 250 },
  ...{ bull: 350, bear: 350, research_manager: 350, trader: 250 },
  ...{ aggressive: 185, conservative: 185, neutral: 185, portfolio_manager: 350 },
}

const SENTENCE = 'The tape is quiet and the range holds while the volume fades and nobody hurries.'.split(' ')

function write(words: number): string {
  return Array.from({ length: words }, (_, index) => SENTENCE[index % SENTENCE.length]!).join(' ')
}

function fill(maxChars: number): string {
  return write(maxChars).slice(0, maxChars)
}

type Fields = Record<string, unknown> & { claims?: { id: string }[]; answer?: object | null }

function sized(role: ModelRole, sound: Fields, isLongest: boolean): Fields {
  const text = (words: number, maxChars: number) => (isLongest ? fill(maxChars) : write(words))
  const points = (name: string, typical: number) => {
    const [first] = sound[name] as object[]
    return Array(isLongest ? 6 : typical).fill({ ...first, text: text(40, 900) }) as unknown
  }
  const longer: Fields = { ...sound, report: text(REPORT_WORDS[role], 8_000) }
  if ('summary' in sound) longer.summary = text(60, 1_200)
  if ('reason' in sound) longer.reason = text(40, 900)
  if ('argument' in sound) longer.argument = text(55, 1_200)
  if (sound.claims)
    longer.claims = (points('claims', 4) as { id: string }[]).map((claim, index) => ({
      ...claim,
      id: index === 0 ? claim.id : `${claim.id}-${index}`,
    }))
  if (sound.answer) longer.answer = { ...sound.answer, text: text(45, 900) }
  if (sound.rationale) longer.rationale = points('rationale', 4)
  if (sound.dissent) longer.dissent = points('dissent', 3)
  if ('confidence_reason' in sound) longer.confidence_reason = text(25, 600)
  return longer
}

const HEADLINES = Array.from({ length: 30 }, (_, index) =>
  headline(
    `Headline ${index}: the company says what it will do next about the thing that everybody asks`,
    `2012-06-${String(1 + (index % 28)).padStart(2, '0')}T10:00:00Z`,
  ),
)
const FACTS = ['Revenue', 'Net income', 'Operating income', 'Gross profit', 'Total assets'].flatMap(
  (label) => [
    fact(label, 1e9, ['2010-10-01', '2011-09-30'], '2011-10-30'),
    fact(label, 9e8, ['2009-10-01', '2010-09-30'], '2010-10-30'),
  ],
)

/** A whole assessment whose every role answers at that length: what was asked, and how many characters were answered. */
export async function assessAtLength(
  request: { analysts?: readonly string[]; rounds?: number; repeats?: number },
  { isLongest = false } = {},
): Promise<{ gateway: ScriptedGateway; written: number }> {
  let written = 0
  const gateway = createScriptedGateway((call) => {
    if (call.kind === 'gather') return { calls: [] }
    const role = call.name as ModelRole
    const { text } = call.turns[0] as { text: string }
    const value = sized(role, answerRole(role, text), isLongest)
    written += JSON.stringify(value).length
    return { value }
  })
  const workflow = createSampleAssessment({
    sources: {
      fundamentals: createScriptedFundamentals(FACTS),
      sentiment: createScriptedSentiment([change('analyst', '2012-06-20', 'upgrade')]),
      news: [createScriptedNews(HEADLINES)],
    },
    models: {
      ...{ deep: 'made:deep', quick: 'made:quick', budgetUsd: null, budgetTokens: null },
      ...{ gateway, facts: scriptedFacts },
    },
  })
  await assess(workflow, {
    ticker: 'AAPL',
    as_of: '2012-06-29',
    mode: 'llm',
    analysts: [...ANALYSTS],
    ...request,
  })
  return { gateway, written }
}
